-- Ends attempts otherwise than by a deletion: refused, to be retried, handed back, failed, given up; or completed, where
-- the kind of task has no effect, or one outside Redis that was promised before.
--
-- ARGV[3] {event: {moves: moves, to: the state it is for, uncount: true if the attempt is not to count, kinds: {kind:
-- true} if it is not for all: for these, and for what is committed}}
-- ARGV[4..] eight an item: task id, fence, event, reason, detail, delay in ms, worker, how its checks ended ('' unknown)
-- Replies {OK, an item's {tag, kind, state it met, state it brought the task to, how long a cancel took (ms)}...}; tags:
-- DONE (now or already), LOST (fence or state), CANCEL (to be completed, but a cancel was accepted), GONE (to be completed,
-- but the user is in neither configuration). What is not known, or did not happen, is ''.
local events = cjson.decode(ARGV[3])

-- The last thing that befell the task was this very settlement: its answer was lost, and it is repeated.
local function was_mine(id, worker, event, reason)
  local line = redis.call('LINDEX', P .. 'task:' .. id .. ':history', -1) or ''
  local mine = table.concat({ '', worker, event, reason }, '\t')
  return line:sub(-#mine) == mine
end

local function is_known(user)
  return redis.call('EXISTS', P .. 'staged:user:' .. user, side('deployed') .. 'user:' .. user) > 0
end

local function settle(task, id, fence, event, reason, detail, delay, worker, checks)
  if task.fence ~= fence then return 'LOST' end
  local rules = events[event]
  if rules.kinds and not rules.kinds[task.kind] and not task.committed then return 'LOST' end
  local to = row(rules.moves, task)
  if not to then
    if was_mine(id, worker, event, reason) then
      local at = redis.call('HGET', task.key, 'completed')
      return 'DONE', task.state, at and cancel_took(id, tonumber(at))
    end
    if task.state == rules.to then return 'DONE' end
    flush()
    return rules.kinds and redis.call('ZSCORE', P .. 'leases', id .. ':' .. fence) and 'CANCEL' or 'LOST'
  end
  if rules.kinds and not task.committed and not is_known(task.user) then return 'GONE' end
  -- writes
  local fields = {}
  if to[1] == rules.to and reason ~= '' then fields = { 'reason', reason, 'detail', detail } end
  if checks ~= '' then add_field(fields, 'checks', checks) end
  if rules.uncount then add_field(fields, 'attempt', task.attempt - 1) end
  move(id, task, to, event, worker, reason, fields, string.format('%.0f', NOW + tonumber(delay)))
  return 'DONE', to[1], to[3] == 'ended' and cancel_took(id, task.at)
end

local function answer(id, ...)
  local task = load_task(id)
  if not task then return { 'LOST', '', '', '', '' } end
  local tag, now, took = settle(task, id, ...)
  return { tag, task.kind, task.state, now or '', took or '' }
end

local reply = {'OK'}
for i = 4, #ARGV, 8 do
  reply[#reply + 1] = one(answer, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6],
    ARGV[i + 7])
end
return done(reply)
