-- The deletion takes effect and the task is COMPLETED, in one step, if all of it holds now: the fence, the state, the
-- user, no blocking dependent, fresh outside answers, another administrator.
--
-- ARGV[3] moves; ARGV[4] the state they lead to; ARGV[5] longest age of an outside answer, in ms; ARGV[6] {kind: 'staged'
-- or 'everywhere'}: where the user goes from, for kinds that delete one; ARGV[7..] five an item: task id, fence, when the
-- oldest outside answer was asked for (ms, '' none), worker, how its checks ended
-- Replies {OK, an item's line...}: tag, kind and state it met, separated by tabs (a string costs less than a table). Tags:
-- DONE (now or already), LOST (fence or state), CANCEL, GONE, BLOCKED, LAST, STALE. Where there is no task, kind and state
-- are ''.
local moves, effects = cjson.decode(ARGV[3]), cjson.decode(ARGV[6])

local function is_last(where, admin) return admin == '1' and redis.call('SCARD', side(where) .. 'admins') <= 1 end

local function commit(task, id, fence, asked, worker, checks)
  if task.fence ~= fence or not effects[task.kind] then return 'LOST' end
  if task.state == ARGV[4] then return 'DONE' end
  local to = row(moves, task)
  if not to then
    flush()
    return redis.call('ZSCORE', P .. 'leases', id .. ':' .. fence) and 'CANCEL' or 'LOST'
  end
  local user, staged, deployed = task.user, nil, nil
  if deleted[user] then flush() end
  staged = redis.pcall('HMGET', P .. 'staged:user:' .. user, 'admin', 'blocking', 'username')
  if effects[task.kind] ~= 'staged' then
    deployed = redis.pcall('HMGET', side('deployed') .. 'user:' .. user, 'admin', 'username')
  end
  if staged.err or deployed and deployed.err then return 'BLOCKED' end
  if not (deployed or staged)[1] then return 'GONE' end
  -- A record that does not say blocks; it must not stop the others of the call.
  if staged[1] and (tonumber(staged[2]) or 1) > 0 then return 'BLOCKED' end
  if is_last('staged', staged[1]) or deployed and is_last('deployed', deployed[1]) then return 'LAST' end
  -- An answer from the future: Redis's clock went back, and its age is not known.
  if asked ~= '' and math.abs(NOW - tonumber(asked)) > tonumber(ARGV[5]) then return 'STALE' end
  -- writes
  local own = P .. 'user:' .. user
  if staged[1] then delete_user('staged', user, staged[3] or '', staged[1], own .. ':dependents', own .. ':order') end
  -- What lets the deployed user in goes with him, in the same step.
  if deployed then delete_user('deployed', user, deployed[2] or '', deployed[1], own .. ':sessions') end
  move(id, task, to, 'complete', worker, '', { 'checks', checks })
  return 'DONE'
end

local function answer(id, ...)
  local task = load_task(id)
  return task and commit(task, id, ...) .. '\t' .. task.kind .. '\t' .. task.state or 'LOST\t\t'
end

local reply = {'OK'}
for i = 7, #ARGV, 5 do
  reply[#reply + 1] = one(answer, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4])
end
one(touch_deleted)
return done(reply)
