-- A worker says that it is there, and learns whether it is to be quiet.
--
-- ARGV[3] its name; ARGV[4] host; ARGV[5] pid; ARGV[6] version; ARGV[7] tasks that run there; ARGV[8] how long ago it
-- last claimed, in ms ('' never); ARGV[9] 1 if it knows that it is to be quiet; ARGV[10] how long it is remembered, in ms
-- (Between two announcements, claim.lua keeps the number of tasks and the last claim true.)
-- Replies {OK, 1 if it is to be quiet}.
local name, key = ARGV[3], P .. 'worker:' .. ARGV[3]
local fields = { 'host', ARGV[4], 'pid', ARGV[5], 'version', ARGV[6], 'running', ARGV[7], 'seen', NOW }
if ARGV[8] ~= '' then
  add_field(fields, 'last_claim', NOW - tonumber(ARGV[8]))
end

-- writes
redis.call('HSET', key, unpack(fields))
redis.call('HSETNX', key, 'since', NOW)
-- Redis may have forgotten it meanwhile; then the worker's word counts.
redis.call('HSETNX', key, 'quiet', ARGV[9])
redis.call('PEXPIRE', key, ARGV[10])
redis.call('ZADD', P .. 'workers', NOW, name)
redis.call('ZREMRANGEBYSCORE', P .. 'workers', '-inf', NOW - tonumber(ARGV[10]))
return {'OK', redis.call('HGET', key, 'quiet')}
