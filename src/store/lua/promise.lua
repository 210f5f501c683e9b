-- Promises the removal of a workspace: from here on the task only goes forward. All of it holds now: the fence, the state,
-- no container of the user, nobody who moves his files, fresh outside answers.
--
-- ARGV[3] moves; ARGV[4] task id; ARGV[5] fence; ARGV[6] when the oldest outside answer was asked for (ms, '' none); ARGV[7]
-- longest age of one, in ms; ARGV[8] worker; ARGV[9] how its checks ended
-- Replies {DONE} (now or already), {LOST, state} (fence or state), {CANCEL, state}, {RUNNING} (a container), {SILENT} (a
-- container's registration has lapsed), {OCCUPIED} or {STALE}.
local moves, id, fence, asked = cjson.decode(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local task = load_task(id)
if not task then return {'LOST', ''} end
if task.fence ~= fence or not task.workspace then return {'LOST', task.state} end
local to = row(moves, task)
if not to then
  return { redis.call('ZSCORE', P .. 'leases', id .. ':' .. fence) and 'CANCEL' or 'LOST', task.state }
end
if task.committed then return {'DONE'} end
local used = in_use(task.subject)
if used then return {used} end
if is_occupied(task.subject) then return {'OCCUPIED'} end
if asked ~= '' and math.abs(NOW - tonumber(asked)) > tonumber(ARGV[7]) then return {'STALE'} end

-- writes
redis.call('ZADD', P .. 'committed', NOW_TEXT, id)
move(id, task, to, 'commit', ARGV[8], '', { 'committed', '1', 'checks', ARGV[9] })
return done({'DONE'})
