-- Forgets registrations that have lapsed for so long that they say nothing any more.
--
-- ARGV[3] how many at most
-- Replies {OK, how many were forgotten}.
local dead = redis.call('ZRANGEBYSCORE', P .. 'container_ends', '-inf', NOW, 'LIMIT', 0, ARGV[3])
for _, id in ipairs(dead) do
  local container = load_container(id)
  if container then forget_container(id, container.name) else redis.call('ZREM', P .. 'container_ends', id) end
end
return { 'OK', tostring(#dead) }
