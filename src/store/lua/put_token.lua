-- Keeps a service token by its SHA-256.
--
-- ARGV[3] name; ARGV[4] the token's SHA-256, in hex; ARGV[5] capabilities, separated by spaces; ARGV[6] 1: replace the
-- token of that name, whoever has it; ARGV[7] when it expires (ms, '' never); ARGV[8] most tokens
-- Replies {CREATED}, {REPLACED}, {KEPT} (the name has one already), {TAKEN} (the token is another name's), {USERS}
-- (a user has the name), {FULL} or {EXPIRED} (it would work at no time).
local old = redis.call('HGET', P .. 'tokens', ARGV[3])
if old and ARGV[6] ~= '1' then return {'KEPT'} end
if not old and ARGV[6] ~= '1' and owner_of(ARGV[3]) then return {'USERS'} end
local owner = redis.call('HGET', P .. 'token:' .. ARGV[4], 'name')
if owner and owner ~= ARGV[3] then return {'TAKEN'} end
if not old and ARGV[6] ~= '1' and redis.call('HLEN', P .. 'tokens') >= tonumber(ARGV[8]) then return {'FULL'} end
if ARGV[7] ~= '' and tonumber(ARGV[7]) <= NOW then return {'EXPIRED'} end

-- writes
local key = P .. 'token:' .. ARGV[4]
if old and old ~= ARGV[4] then redis.call('UNLINK', P .. 'token:' .. old) end
redis.call('HSET', P .. 'tokens', ARGV[3], ARGV[4])
redis.call('HSET', key, 'name', ARGV[3], 'capabilities', ARGV[5])
redis.call('HSETNX', key, 'created', NOW)
if ARGV[7] == '' then redis.call('HDEL', key, 'expires') else redis.call('HSET', key, 'expires', ARGV[7]) end
return {old and 'REPLACED' or 'CREATED'}
