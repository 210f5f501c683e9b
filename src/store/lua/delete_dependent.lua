-- Forgets one registered dependent.
--
-- ARGV[3] user; ARGV[4] member
-- Replies {DONE} or {NOT_FOUND} (no such user, or no such dependent).
local key, set = P .. 'staged:user:' .. ARGV[3], P .. 'user:' .. ARGV[3]
local old = redis.call('HGET', set .. ':dependents', ARGV[4])
if not old then return {'NOT_FOUND'} end

-- writes
redis.call('HDEL', set .. ':dependents', ARGV[4])
redis.call('ZREM', set .. ':order', ARGV[4])
redis.call('HINCRBY', key, 'dependents', -1)
if old:sub(1, 1) == '1' then redis.call('HINCRBY', key, 'blocking', -1) end
return {'DONE'}
