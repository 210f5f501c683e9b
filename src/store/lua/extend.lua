-- The heartbeat: renews the leases of tasks that this worker still holds, and answers for each.
--
-- ARGV[3] {state: KEPT or CANCEL} for every state that is held; ARGV[4] the lease, in ms; ARGV[5..] two an item: task
-- id, fence
-- Replies {OK, an item's KEPT, CANCEL (held, but a cancel was accepted) or LOST...}.
local held = cjson.decode(ARGV[3])
local lease_ends = string.format('%.0f', NOW + tonumber(ARGV[4]))
local reply = {'OK'}
for i = 5, #ARGV, 2 do
  local id, fence = ARGV[i], ARGV[i + 1]
  local task = load_task(id)
  local answer = task and task.fence == fence and held[task.state] or 'LOST'
  if answer ~= 'LOST' then
    later('ZADD', P .. 'leases', lease_ends, id .. ':' .. fence)
  end
  reply[#reply + 1] = answer
end
return done(reply)
