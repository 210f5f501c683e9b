-- Compares a stretch of the records with the places and indexes they should stand in, and puts back what is missing.
--
-- ARGV[3] {state: place}; ARGV[4] the task id to go on after; ARGV[5] how many records at most; ARGV[6] {kind: true} for
-- kinds of which a subject has one live task at most
-- Replies {OK, task id to go on after ('' at the end), how many were put back, how many have not ended}.
local places, exclusive = cjson.decode(ARGV[3]), cjson.decode(ARGV[6])
local most = tonumber(ARGV[5])
local MOST_PASSED = 200
local open = 0

local function look_at(id, task)
  local place = task and places[task.state]
  if not place then return end
  if place == 'claimable' then
    if ensure(P .. 'claimable', id, NOW) then redis.call('RPUSH', P .. 'pending', id) end
  elseif place == 'delayed' then
    ensure(P .. 'delayed', id, math.max(NOW, tonumber(redis.call('HGET', P .. 'task:' .. id, 'not_before') or NOW)))
  elseif place == 'held' then ensure(P .. 'leases', id .. ':' .. task.fence, NOW)
  elseif place == 'ended' then ensure(P .. 'ended', id, task.modified) end
  if place ~= 'ended' then
    open = open + 1
    if task.committed then ensure(P .. 'committed', id, task.modified) end
  end
  if exclusive[task.kind] then ensure_slot(id, task, places) end
  if task.kind == '' then return end
  ensure(index(task.kind, task.state), id, id)
  ensure(P .. task.subject .. ':tasks', id, id)
  ensure(asked_by(redis.call('HGET', P .. 'task:' .. id, 'created_by') or ''), id, id)
end

local newest = tonumber(redis.call('GET', P .. 'seq') or '0')
local number, looked, passed, run = tonumber(ARGV[4]) + 1, 0, 0, nil
while number <= newest and looked < most and passed < MOST_PASSED do
  local task, missing = load_task(number)
  if missing == 'NOT_FOUND' then
    run = run or number
    number, passed = pass_over(number, run), passed + 1
  else
    if run then remember(run, number - 1) end
    look_at(tostring(number), task)
    run, number, looked = nil, number + 1, looked + 1
  end
end
-- A run that has not ended is gone on with from its beginning, where its end is remembered.
local after = run and remember(run, number - 1) or number - 1
return {'OK', number <= newest and tostring(after) or '', tostring(mended), tostring(open)}
