-- Ends attempts otherwise than by a deletion: refused, to be retried, handed back, failed, given up; or completed, where
-- the kind of task has no effect.
--
-- ARGV[3] {event: {moves: moves, to: the state it is for, uncount: true if the attempt is not to count, kinds: {kind:
-- true} if it is not for all}}
-- ARGV[4..] eight an item: task id, fence, event, reason, detail, delay in ms, worker, how its checks ended ('' unknown)
-- Replies {OK, an item's tag...}: DONE (now or already), LOST (fence or state), CANCEL (to be completed, but a cancel was
-- accepted).
local events = cjson.decode(ARGV[3])

local function settle(id, fence, event, reason, detail, delay, worker, checks)
  local task = load_task(id)
  if not task or task.fence ~= fence then return 'LOST' end
  local rules = events[event]
  if task.state == rules.to then return 'DONE' end
  local to = row(rules.moves, task)
  if rules.kinds and not rules.kinds[task.kind] then return 'LOST' end
  if not to then return rules.kinds and redis.call('ZSCORE', P .. 'leases', id .. ':' .. fence) and 'CANCEL' or 'LOST' end
  -- writes
  local fields = {}
  if to[1] == rules.to and reason ~= '' then fields = { 'reason', reason, 'detail', detail } end
  if checks ~= '' then
    fields[#fields + 1] = 'checks'
    fields[#fields + 1] = checks
  end
  if rules.uncount then
    fields[#fields + 1] = 'attempt'
    fields[#fields + 1] = task.attempt - 1
  end
  move(id, task, to, event, worker, reason, fields, NOW + tonumber(delay))
  return 'DONE'
end

local reply = {'OK'}
for i = 4, #ARGV, 8 do
  reply[#reply + 1] = settle(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6],
    ARGV[i + 7])
end
return done(reply)
