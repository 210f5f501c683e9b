-- Stands before scripts that give users roles.

-- These roles (numbers, by commas); where 0 is among them, the number of the role of that name stands in its place. It is
-- made without capabilities if there is none, so call this behind all checks.
local FIRST_ROLE = 1000000
local function with_role(roles, name)
  if not (',' .. roles .. ','):find(',0,', 1, true) then return roles end
  local number
  for _, json in ipairs(redis.call('HVALS', P .. 'roles')) do
    local known, role = pcall(cjson.decode, json)
    if known and type(role) == 'table' and role.name == name then number = role.id end
  end
  if not number then
    number = FIRST_ROLE
    while redis.call('HEXISTS', P .. 'roles', string.format('%.0f', number)) == 1 do number = number + 1 end
    redis.call('HSET', P .. 'roles', string.format('%.0f', number), cjson.encode({ id = number, name = name }))
  end
  return ((',' .. roles .. ','):gsub(',0,', string.format(',%.0f,', number), 1):sub(2, -2))
end

-- Each role once, in order.
local function once(list)
  local roles, seen = {}, {}
  for role in list:gmatch('%d+') do
    if not seen[role] then seen[role] = true; roles[#roles + 1] = role end
  end
  return roles
end

-- The roles of a user of that configuration with these, beside those he has there or in their place.
local function roles_with(where, user, given, added)
  if not added then return once(given) end
  local got = redis.call('HMGET', side(where) .. 'user:' .. user, 'user_role_id', 'further_roles')
  return once((got[1] or '') .. ',' .. (got[2] or '') .. ',' .. given)
end
