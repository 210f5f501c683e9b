-- Stops one worker from claiming, or lets it claim again. What runs there goes on.
--
-- ARGV[3] its name; ARGV[4] 1 to be quiet, 0 to claim; ARGV[5] the caller's name
-- Replies {DONE} or {NOT_FOUND} (not heard of lately).
local key = P .. 'worker:' .. ARGV[3]
if redis.call('EXISTS', key) == 0 then return {'NOT_FOUND'} end

-- writes
redis.call('HSET', key, 'quiet', ARGV[4])
if ARGV[4] == '1' then redis.call('HSET', key, 'quiet_by', ARGV[5]) else redis.call('HDEL', key, 'quiet_by') end
return {'DONE'}
