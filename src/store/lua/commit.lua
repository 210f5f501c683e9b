-- The deletion takes effect and the task is COMPLETED, in one step, if all of it holds now: the fence, the state, the
-- user, no blocking dependent, fresh outside answers, another administrator.
--
-- ARGV[3] moves; ARGV[4] the state they lead to; ARGV[5] longest age of an outside answer, in ms; ARGV[6] {kind: true} for
-- kinds that delete; ARGV[7..] five an item: task id, fence, when the oldest outside answer was asked for (ms, '' none), worker, how its checks ended
-- Replies {OK, an item's line...}: tag, kind and state it met, separated by tabs (a string costs less than a table). Tags:
-- DONE (now or already), LOST (fence or state), CANCEL, GONE, BLOCKED, LAST, STALE. Where there is no task, kind and state
-- are ''.
local moves, deletes = cjson.decode(ARGV[3]), cjson.decode(ARGV[6])

-- A name is one user's alone: import refuses a second one.
local function delete_user(user, name, admin)
  redis.call('HDEL', P .. 'staged:names', name)
  redis.call('UNLINK', P .. 'staged:user:' .. user, P .. 'user:' .. user .. ':dependents',
    P .. 'user:' .. user .. ':order')
  redis.call('ZREM', P .. 'staged:users', user)
  if admin == '1' then redis.call('SREM', P .. 'staged:admins', user) end
end

local function commit(task, id, fence, asked, worker, checks)
  if task.fence ~= fence or not deletes[task.kind] then return 'LOST' end
  if task.state == ARGV[4] then return 'DONE' end
  local to = row(moves, task)
  if not to then return redis.call('ZSCORE', P .. 'leases', id .. ':' .. fence) and 'CANCEL' or 'LOST' end
  local user = redis.pcall('HMGET', P .. 'staged:user:' .. task.user, 'admin', 'blocking', 'username')
  if user.err then return 'BLOCKED' end
  if not user[1] then return 'GONE' end
  -- A record that does not say blocks; it must not stop the others of the call.
  if (tonumber(user[2]) or 1) > 0 then return 'BLOCKED' end
  if user[1] == '1' and redis.call('SCARD', P .. 'staged:admins') <= 1 then return 'LAST' end
  -- An answer from the future: Redis's clock went back, and its age is not known.
  if asked ~= '' and math.abs(NOW - tonumber(asked)) > tonumber(ARGV[5]) then return 'STALE' end
  -- writes
  delete_user(task.user, user[3] or '', user[1])
  move(id, task, to, 'complete', worker, '', { 'checks', checks })
  return 'DONE'
end

local reply = {'OK'}
for i = 7, #ARGV, 5 do
  local task = load_task(ARGV[i])
  reply[#reply + 1] = task
    and commit(task, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4]) .. '\t' .. task.kind .. '\t' .. task.state
    or 'LOST\t\t'
end
return done(reply)
