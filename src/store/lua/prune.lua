-- Forgets tasks whose retention is over, with everything that belongs to them.
--
-- ARGV[3] retention, in ms; ARGV[4] how many at most
-- Replies {OK, how many were forgotten}.
local ids = redis.call('ZRANGEBYSCORE', P .. 'ended', '-inf', NOW - tonumber(ARGV[3]), 'LIMIT', 0, ARGV[4])
local function forget(id)
  local key = P .. 'task:' .. id
  local task = redis.pcall('HMGET', key, 'state', 'key', 'kind', 'user', 'created_by', 'workspace')
  for _, name in ipairs(redis.call('LRANGE', key .. ':keys', 0, 99)) do later('HDEL', P .. 'idempotency', name) end
  unlink(key, key .. ':history', key .. ':dependents', key .. ':keys')
  later('ZREM', P .. 'ended', id)
  if task[1] then count(task[1], -1) end
  if task[1] and task[3] then later('ZREM', index(task[3], task[1]), id) end
  later('ZREM', P .. subject_of(task[4], task[6]) .. ':tasks', id)
  if task[5] then later('ZREM', asked_by(task[5]), id) end
  if task[2] then later('HDEL', P .. 'idempotency', task[2]) end
end

for _, id in ipairs(ids) do one(forget, id) end
return done({'OK', tostring(#ids)})
