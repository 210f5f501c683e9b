-- Takes the walk over all records, which one worker at a time carries a stretch further.
--
-- ARGV[3] how long it is left to whoever takes it, in ms
-- Replies {OK, the task id to go on after} or {LATER, ms until it is due}.
local walk = redis.call('HMGET', P .. 'walk', 'after', 'due')
local due = tonumber(walk[2] or '0')
-- A time that lies further ahead than any that is set: Redis's clock went back.
if due > NOW and due - NOW <= tonumber(ARGV[3]) then return {'LATER', tostring(due - NOW)} end

-- writes
redis.call('HSET', P .. 'walk', 'due', NOW + tonumber(ARGV[3]))
return {'OK', walk[1] or '0'}
