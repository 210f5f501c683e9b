-- Stands before scripts that make tasks.

-- Numbers for new tasks, taken for so many at once. What is left of them is given back by `number_no_more`.
local last, taken
local function next_number(most)
  if last == taken then
    taken = redis.call('INCRBY', P .. 'seq', most)
    last = taken - most
  end
  last = last + 1
  return string.format('%.0f', last)
end

local function number_no_more()
  if last ~= taken then redis.call('SET', P .. 'seq', string.format('%.0f', last)) end
end

-- A new task, in that state and place: `start` is {state, place}. `item` has {kind, subject, about: {field, value}, user (none
-- where it is about none), by, admin, not_before (ms, as text), retry_of, trace, key, hash}. The fields that every script reads
-- come first: they are found soonest.
local function create(id, item, start, is_later, exclusive)
  local fields = { 'state', start[1], 'fence', '0', 'attempt', '0', 'modified', NOW_TEXT, 'kind', item.kind, item.about[1],
    item.about[2], 'created', NOW_TEXT, 'created_by', item.by }
  if item.trace ~= '' then add_field(fields, 'trace', item.trace) end
  if item.admin == '1' then add_field(fields, 'by_admin', '1') end
  if is_later then add_field(fields, 'not_before', item.not_before) end
  if item.retry_of ~= '' then add_field(fields, 'retry_of', item.retry_of) end
  if item.key ~= '' then add_field(fields, 'key', item.key) end
  redis.call('HSET', P .. 'task:' .. id, unpack(fields))
  if exclusive then later('HSET', P .. 'live', item.subject, id) end
  later('ZADD', index(item.kind, start[1]), id, id)
  later('ZADD', asked_by(item.by), id, id)
  later('ZADD', P .. item.subject .. ':tasks', id, id)
  enter_place(id, item, start[2], item.not_before)
  count(start[1], 1)
  tell(id, item.kind, item.user or '', NOW_TEXT .. '\t\t' .. start[1] .. '\t' .. item.by .. '\tsubmit\t'
    .. (item.retry_of ~= '' and 'retry of task ' .. item.retry_of or ''))
  return 'CREATED\t' .. id .. '\t' .. NOW_TEXT
end
