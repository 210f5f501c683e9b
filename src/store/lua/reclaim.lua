-- Takes tasks back whose lease has run out: to be tried again at once, or given up when the attempts are used up.
--
-- ARGV[3] moves; ARGV[4] moves for the last attempt; ARGV[5] how many at most; ARGV[6] most attempts; ARGV[7] the
-- worker's name
-- Replies {OK, how many were looked at, a task's {kind, state it was brought to, how long a cancel took (ms, '' none)}...}.
local moves, last = cjson.decode(ARGV[3]), cjson.decode(ARGV[4])
local reply = {'OK', '0'}
local members = redis.call('ZRANGEBYSCORE', P .. 'leases', '-inf', NOW, 'LIMIT', 0, ARGV[5])
local function take_back(member)
  local id, fence = member:match('^(%d+):(%d+)$')
  local task = id and load_task(id)
  local mine = task and task.fence == fence
  local to = mine and row(moves, task)
  local given_up = to and task.attempt >= tonumber(ARGV[6]) and row(last, task)
  -- Where both lead to the same end, a cancel was accepted: that is no failure.
  if given_up and given_up[1] ~= to[1] then to = given_up else given_up = nil end
  if to then
    local fields = { 'reason', 'worker_lost', 'detail', '' }
    if to[3] == 'ended' and not given_up then fields = {} end
    move(id, task, to, given_up and 'fail' or 'lose_lease', ARGV[7], 'worker_lost', fields, NOW_TEXT)
    reply[#reply + 1] = { task.kind, to[1], to[3] == 'ended' and cancel_took(id, task.at) or '' }
  else
    later('ZREM', P .. 'leases', member)
  end
end

for _, member in ipairs(members) do one(take_back, member) end
reply[2] = tostring(#members)
return done(reply)
