-- Stands before the script that walks over all records and mends what stands beside them.
local SHORTEST_RUN = 10
local mended = 0

local function ensure(key, member, score)
  if redis.call('ZADD', key, 'NX', score, member) == 1 then
    mended = mended + 1
    return true
  end
end

-- The slot of a subject that has one live task at most. Who holds it is said by records: whoever has ended, or is about
-- somebody else, does not.
local function ensure_slot(id, task, places)
  local is_open = places[task.state] ~= 'ended'
  local holder = redis.call('HGET', P .. 'live', task.subject)
  if is_open == (holder == id) then return end
  if is_open then
    local other = holder and load_task(holder)
    if other and other.subject == task.subject and places[other.state] ~= 'ended' then return end
    redis.call('HSET', P .. 'live', task.subject, id)
  else
    redis.call('HDEL', P .. 'live', task.subject)
  end
  mended = mended + 1
end

-- Ids are dense, and what is gone is gone for good: long runs of such ids are remembered by their first and last one.
local function pass_over(number, run)
  local last = redis.call('HGET', P .. 'gone', number)
  if last and number ~= run then redis.call('HDEL', P .. 'gone', number) end
  return (tonumber(last or '') or number) + 1
end

local function remember(run, last)
  if last - run < SHORTEST_RUN then return last end
  redis.call('HSET', P .. 'gone', run, last)
  return run - 1
end
