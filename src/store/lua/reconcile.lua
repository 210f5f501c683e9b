-- Compares a stretch of the records with the places and indexes they should stand in, and puts back what is missing. Also
-- drops entries of tasks that no longer wait from the head of the queue.
--
-- ARGV[3] {state: place}; ARGV[4] the task id to go on after; ARGV[5] how many at most; ARGV[6] {kind: true} for kinds
-- of which a user has one live task at most
-- Replies {OK, task id to go on after ('' at the end), how many were put back, how many have not ended}.
local places, exclusive = cjson.decode(ARGV[3]), cjson.decode(ARGV[6])
local most = tonumber(ARGV[5])
local mended, open = 0, 0

local function ensure(key, member, score)
  if redis.call('ZADD', key, 'NX', score, member) == 1 then
    mended = mended + 1
    return true
  end
end

-- Ids are dense, and never used twice: those below the floor are known to be gone.
local floor = tonumber(redis.call('GET', P .. 'floor') or '0')
local first = math.max(tonumber(ARGV[4]), floor) + 1
local newest = tonumber(redis.call('GET', P .. 'seq') or '0')
local last = math.min(first + most - 1, newest)
for number = first, last do
  local id = tostring(number)
  local task, missing = load_task(id)
  if missing == 'NOT_FOUND' and number == floor + 1 then floor = number end
  local place = task and places[task.state]
  if place == 'claimable' then
    if ensure(P .. 'claimable', id, NOW) then redis.call('RPUSH', P .. 'pending', id) end
  elseif place == 'delayed' then
    ensure(P .. 'delayed', id, math.max(NOW, tonumber(redis.call('HGET', P .. 'task:' .. id, 'not_before') or NOW)))
  elseif place == 'held' then ensure(P .. 'leases', id .. ':' .. task.fence, NOW)
  elseif place == 'ended' then ensure(P .. 'ended', id, task.modified) end
  if place and place ~= 'ended' then
    open = open + 1
    if exclusive[task.kind] then redis.call('HSETNX', P .. 'live', 'user:' .. task.user, id) end
  end
  if place and task.kind ~= '' then
    ensure(index(task.kind, task.state), id, id)
    ensure(P .. 'user:' .. task.user .. ':tasks', id, id)
    ensure(asked_by(redis.call('HGET', P .. 'task:' .. id, 'created_by') or ''), id, id)
  end
end

for _ = 1, most do
  local head = redis.call('LINDEX', P .. 'pending', 0)
  if not head or redis.call('ZSCORE', P .. 'claimable', head) then break end
  redis.call('LPOP', P .. 'pending')
end
if redis.call('LLEN', P .. 'pending') < redis.call('ZCARD', P .. 'claimable') then
  local lost = redis.call('ZRANGE', P .. 'claimable', 0, most - 1)
  for _, id in ipairs(lost) do redis.call('RPUSH', P .. 'pending', id) end
  mended = mended + #lost
end
if floor >= first then redis.call('SET', P .. 'floor', floor) end
return {'OK', last < newest and tostring(last) or '', tostring(mended), tostring(open)}
