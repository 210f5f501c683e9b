-- Registers dependents of users who are there. In one step with the deletions, so that none ever points at nobody.
--
-- ARGV[3] 1: what is there already stays; ARGV[4] most dependents of one user; ARGV[5..] four an item: user, member,
-- value, 1 if it blocks
-- Replies {OK, an item's tag...}: CREATED, UPDATED, KEPT, NOT_FOUND (no such user), FULL.
-- A value begins with 1 or 0 for blocking, so that the count of blocking ones can be kept without parsing.
local function put(user, member, value, blocks)
  local key, set = P .. 'staged:user:' .. user, P .. 'user:' .. user
  local known = redis.call('HGET', key, 'dependents')
  if not known then return 'NOT_FOUND' end
  local old = redis.call('HGET', set .. ':dependents', member)
  if old and ARGV[3] == '1' then return 'KEPT' end
  if not old and tonumber(known) >= tonumber(ARGV[4]) then return 'FULL' end
  -- writes
  redis.call('HSET', set .. ':dependents', member, blocks .. value)
  local change = tonumber(blocks) - tonumber(old and old:sub(1, 1) or '0')
  if change ~= 0 then redis.call('HINCRBY', key, 'blocking', change) end
  if old then return 'UPDATED' end
  redis.call('ZADD', set .. ':order', 0, member)
  redis.call('HINCRBY', key, 'dependents', 1)
  return 'CREATED'
end

local reply = {'OK'}
for i = 5, #ARGV, 4 do reply[#reply + 1] = put(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
return reply
