-- Stops one task. A worker that holds it loses it: the fence is raised in the same step, and the attempt is not counted.
--
-- ARGV[3] moves; ARGV[4] task id; ARGV[5] the caller's name
-- Replies {DONE}, {NOT_NOW, state} (no pause from that state) or {NOT_FOUND}.
local moves = cjson.decode(ARGV[3])
local id = ARGV[4]
local task, missing = load_task(id)
if not task then return {missing} end
local to = row(moves, task)
if not to then return {'NOT_NOW', task.state} end

-- writes
local fields = { 'reason', 'paused', 'detail', '' }
if to[2] == 'held' then
  fields = { 'reason', 'paused', 'detail', '', 'fence', tonumber(task.fence) + 1, 'attempt', task.attempt - 1 }
end
move(id, task, to, 'pause', ARGV[5], 'paused', fields)
if to[2] == 'held' then redis.call('PUBLISH', P .. 'notices', id) end
return done({'DONE'})
