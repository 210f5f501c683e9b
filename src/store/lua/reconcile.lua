-- Compares a stretch of the records with the places they should stand in, and puts back what is missing. Also drops
-- entries of tasks that no longer wait from the head of the queue.
--
-- ARGV[3] {state: place}; ARGV[4] the task id to go on after; ARGV[5] how many at most
-- Replies {OK, task id to go on after ('' at the end), how many were put back, how many have not ended}.
local places = cjson.decode(ARGV[3])
local most = tonumber(ARGV[5])
local mended, open = 0, 0

local function ensure(set, member, score)
  if redis.call('ZADD', P .. set, 'NX', score, member) == 1 then
    mended = mended + 1
    return true
  end
end

local ids = redis.call('ZRANGEBYSCORE', P .. 'tasks', '(' .. ARGV[4], '+inf', 'LIMIT', 0, most)
for _, id in ipairs(ids) do
  local task = load_task(id)
  local place = task and places[task.state]
  if place == 'claimable' then
    if ensure('claimable', id, NOW) then redis.call('RPUSH', P .. 'pending', id) end
  elseif place == 'delayed' then
    ensure('delayed', id, math.max(NOW, tonumber(redis.call('HGET', P .. 'task:' .. id, 'not_before') or NOW)))
  elseif place == 'held' then ensure('leases', id .. ':' .. task.fence, NOW)
  elseif place == 'ended' then ensure('ended', id, task.modified) end
  if place and place ~= 'ended' then
    open = open + 1
    redis.call('HSETNX', P .. 'live', 'user:' .. task.user, id)
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
return {'OK', #ids == most and ids[#ids] or '', tostring(mended), tostring(open)}
