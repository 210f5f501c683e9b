-- Registers a container of a user, or says that it still runs. Decided in one step with the removal of his workspace.
--
-- ARGV[3] container id; ARGV[4] its user's name; ARGV[5] type; ARGV[6] how long it is to be believed, in seconds; ARGV[7]
-- most containers
-- Replies {CREATED}, {RENEWED}, {BEING_DELETED} (the workspace is, from the commit to the end), {OCCUPIED} (its files are
-- being moved), {TAKEN} (the id is another user's) or {FULL}.
local id, name, life = ARGV[3], ARGV[4], tonumber(ARGV[6])
local subject = subject_of(nil, name)
local earlier = load_container(id)
local known = earlier and earlier.ends > NOW and earlier
if known and known.name ~= name then return {'TAKEN'} end
if is_being_deleted(subject) then return {'BEING_DELETED'} end
if is_occupied(subject) then return {'OCCUPIED'} end
local dead = redis.call('ZRANGEBYSCORE', P .. 'container_ends', '-inf', NOW, 'LIMIT', 0, 10)
local full = redis.call('ZCARD', P .. subject .. ':containers') >= MOST_OF_A_USER
  or redis.call('HLEN', P .. 'containers') - #dead >= tonumber(ARGV[7])
if full and not known then return {'FULL'} end

-- writes
for _, one in ipairs(dead) do
  local container = load_container(one)
  if container then forget_container(one, container.name) else redis.call('ZREM', P .. 'container_ends', one) end
end
-- It may have been another user's, who is not to have it any more.
if earlier and not known then forget_container(id, earlier.name) end
local created = known and redis.call('HGET', P .. 'containers', id):match('^%d+\t%d+\t%w+\t(%d+)') or NOW
redis.call('HSET', P .. 'containers', id, table.concat({ NOW + life * 1000, ARGV[6], ARGV[5], created, name }, '\t'))
redis.call('ZADD', P .. subject .. ':containers', NOW + life * 1000, id)
redis.call('ZADD', P .. 'container_ends', NOW + 2 * life * 1000, id)
return { known and 'RENEWED' or 'CREATED' }
