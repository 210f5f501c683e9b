-- Stands before scripts that make tasks.

-- Says which task an idempotency key stands for.
local function name_task(item, id)
  redis.call('HSET', P .. 'idempotency', item.key, item.hash .. ':' .. id)
end

-- A new task, in that state and place: `start` is {state, place}. `item` has {kind, subject, about: {field, value}, user (none
-- where it is about none), by, admin, not_before, retry_of, trace, key, hash}.
local function create(item, start, later, exclusive)
  local id = tostring(redis.call('INCR', P .. 'seq'))
  local fields = { 'kind', item.kind, item.about[1], item.about[2], 'state', start[1], 'created_by', item.by,
    'created', NOW, 'modified', NOW, 'attempt', 0, 'fence', 0 }
  if item.admin == '1' then fields[#fields + 1] = 'by_admin'; fields[#fields + 1] = '1' end
  if later then fields[#fields + 1] = 'not_before'; fields[#fields + 1] = item.not_before end
  if item.retry_of ~= '' then fields[#fields + 1] = 'retry_of'; fields[#fields + 1] = item.retry_of end
  if item.trace ~= '' then fields[#fields + 1] = 'trace'; fields[#fields + 1] = item.trace end
  if item.key ~= '' then fields[#fields + 1] = 'key'; fields[#fields + 1] = item.key; name_task(item, id) end
  redis.call('HSET', P .. 'task:' .. id, unpack(fields))
  if exclusive then redis.call('HSET', P .. 'live', item.subject, id) end
  for _, set in ipairs({ index(item.kind, start[1]), asked_by(item.by), P .. item.subject .. ':tasks' }) do
    redis.call('ZADD', set, id, id)
  end
  count(start[1], 1)
  tell(id, item.kind, item.user or '', table.concat({ NOW, '', start[1], item.by, 'submit',
    item.retry_of ~= '' and 'retry of task ' .. item.retry_of or '' }, '\t'))
  if later then
    redis.call('ZADD', P .. 'delayed', item.not_before, id)
  else
    redis.call('ZADD', P .. 'claimable', NOW, id)
    redis.call('RPUSH', P .. 'pending', id)
  end
  return {'CREATED', id, tostring(NOW)}
end
