-- Makes a role without capabilities, unless one of that name is there.
--
-- ARGV[3] its name; ARGV[4] the least number for a new role; ARGV[5] the role's record, for which its number is still wanted
-- Replies {OK, number}.
for _, json in ipairs(redis.call('HVALS', P .. 'roles')) do
  local role = cjson.decode(json)
  if role.name == ARGV[3] then return {'OK', string.format('%.0f', role.id)} end
end
local number = tonumber(ARGV[4])
while redis.call('HEXISTS', P .. 'roles', string.format('%.0f', number)) == 1 do number = number + 1 end

-- writes
local id = string.format('%.0f', number)
redis.call('HSET', P .. 'roles', id, (ARGV[5]:gsub('"id":0', '"id":' .. id, 1)))
return {'OK', id}
