-- Forgets a service token: it is nobody's from here on.
--
-- ARGV[3] name
-- Replies {DONE} or {NOT_FOUND}.
local hash = redis.call('HGET', P .. 'tokens', ARGV[3])
if not hash then return {'NOT_FOUND'} end

-- writes
redis.call('HDEL', P .. 'tokens', ARGV[3])
redis.call('UNLINK', P .. 'token:' .. hash)
return {'DONE'}
