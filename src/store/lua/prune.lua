-- Forgets tasks whose retention is over, with everything that belongs to them.
--
-- ARGV[3] retention, in ms; ARGV[4] how many at most
-- Replies {OK, how many were forgotten}.
local ids = redis.call('ZRANGEBYSCORE', P .. 'ended', '-inf', NOW - tonumber(ARGV[3]), 'LIMIT', 0, ARGV[4])
for _, id in ipairs(ids) do
  local key = P .. 'task:' .. id
  local state = redis.pcall('HGET', key, 'state')
  for _, name in ipairs(redis.call('LRANGE', key .. ':keys', 0, 99)) do
    redis.call('HDEL', P .. 'idempotency', name)
  end
  redis.call('UNLINK', key, key .. ':history', key .. ':dependents', key .. ':keys')
  redis.call('ZREM', P .. 'ended', id)
  redis.call('ZREM', P .. 'tasks', id)
  if type(state) == 'string' then redis.call('HINCRBY', P .. 'counts', state, -1) end
end
return {'OK', tostring(#ids)}
