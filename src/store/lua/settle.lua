-- Ends attempts otherwise than by a deletion: refused, to be retried, handed back, failed, given up.
--
-- ARGV[3] {event: {moves: moves, to: the state it is for, uncount: true if the attempt is not to count}}
-- ARGV[4..] seven an item: task id, fence, event, reason, detail, delay in ms, worker
-- Replies {OK, an item's tag...}: DONE (now or already), LOST (fence or state).
local events = cjson.decode(ARGV[3])

local function settle(id, fence, event, reason, detail, delay, worker)
  local task = load_task(id)
  if not task or task.fence ~= fence then return 'LOST' end
  local rules = events[event]
  if task.state == rules.to then return 'DONE' end
  local to = row(rules.moves, task)
  if not to then return 'LOST' end
  -- writes
  local fields = {}
  if to[1] == rules.to and reason ~= '' then fields = { 'reason', reason, 'detail', detail } end
  if rules.uncount then
    fields[#fields + 1] = 'attempt'
    fields[#fields + 1] = task.attempt - 1
  end
  move(id, task, to, event, worker, reason, fields, NOW + tonumber(delay))
  return 'DONE'
end

local reply = {'OK'}
for i = 4, #ARGV, 7 do
  reply[#reply + 1] = settle(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], ARGV[i + 4], ARGV[i + 5], ARGV[i + 6])
end
return done(reply)
