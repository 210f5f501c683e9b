-- Adds users to both configurations. Who is there stays as he is.
--
-- ARGV[3] their roles, by commas, the first one first, 0 for the one that may have to be made; ARGV[4] 1: one of them is an
-- administrator's; ARGV[5] the least number for a new user; ARGV[6] the largest; ARGV[7] the name of the role that may have
-- to be made; ARGV[8..] two an item: username, e-mail address ('' none)
-- Replies {OK, an item's line...}: tag and number, separated by a tab. Tags: ADDED, EXISTS, LIVE (he is there and his
-- deletion runs), TOKENS (a service token has the name), FULL (there are no numbers left).
local sides, roles = { 'staged', 'deployed' }, nil

local function fields_of(email)
  local fields = { 'user_role_id', roles:match('^%d+') }
  local further = roles:match(',(.+)$')
  if further then add_field(fields, 'further_roles', further) end
  if email ~= '' then add_field(fields, 'email', email) end
  return fields
end

local function add(name, email)
  local there = owner_of(name)
  if there then
    return (redis.call('HEXISTS', P .. 'live', 'user:' .. there) == 1 and 'LIVE\t' or 'EXISTS\t') .. there
  end
  if is_tokens(name) then return 'TOKENS\t0' end
  local number = next_user(ARGV[5])
  if number > tonumber(ARGV[6]) then return 'FULL\t0' end
  local id = string.format('%.0f', number)
  -- writes
  roles = roles or with_role(ARGV[3], ARGV[7])
  redis.call('SET', P .. 'last_user', id)
  for _, where in ipairs(sides) do write_user(where, id, name, ARGV[4], fields_of(email)) end
  touch(id, false)
  return 'ADDED\t' .. id
end

local reply = {'OK'}
for i = 8, #ARGV, 2 do reply[#reply + 1] = one(add, ARGV[i], ARGV[i + 1]) end
return done(reply)
