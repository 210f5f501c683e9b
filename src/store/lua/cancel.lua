-- Takes a request back. Final at once where nobody works on it; where a worker holds it, it can no longer be completed
-- and the worker is told.
--
-- ARGV[3] moves; ARGV[4] task id; ARGV[5] the caller's name
-- Replies {DONE, kind, state it brought the task to}, {DONE} (accepted before), {TOO_LATE, state} (ended, or committed) or
-- {NOT_FOUND}.
local moves = cjson.decode(ARGV[3])
local id = ARGV[4]
local task, missing = load_task(id)
if not task then return {missing} end
local to = row(moves, task)
if not to then return {'TOO_LATE', task.state} end
if to[1] == task.state then return {'DONE'} end

-- writes
if to[3] == 'ended' then redis.call('HDEL', P .. 'task:' .. id, 'reason', 'detail') end
local fields = { 'cancelled_by', ARGV[5] }
if to[3] == 'held' then fields = { 'cancelled_by', ARGV[5], 'cancel_asked', task.at } end
move(id, task, to, 'cancel', ARGV[5], '', fields)
if to[3] == 'held' then redis.call('PUBLISH', P .. 'notices', id) end
return done({'DONE', task.kind, to[1]})
