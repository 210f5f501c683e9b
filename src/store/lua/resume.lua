-- Lets a paused task go on: claimable again, or waiting for its start time where that still lies ahead.
--
-- ARGV[3] moves; ARGV[4] moves for a start time that lies ahead; ARGV[5] task id; ARGV[6] the caller's name
-- Replies {DONE}, {NOT_NOW, state} (not paused) or {NOT_FOUND}.
local id = ARGV[5]
local task, missing = load_task(id)
if not task then return {missing} end
local due = tonumber(redis.call('HGET', P .. 'task:' .. id, 'not_before') or '0')
local early = due > NOW
local to = row(cjson.decode(early and ARGV[4] or ARGV[3]), task)
if not to then return {'NOT_NOW', task.state} end

-- writes
redis.call('HDEL', P .. 'task:' .. id, 'reason', 'detail')
move(id, task, to, early and 'resume_early' or 'resume', ARGV[6], '', {}, due)
return done({'DONE'})
