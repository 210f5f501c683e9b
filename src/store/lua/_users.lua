-- Stands before scripts that bring users in.

-- Writes a user into one configuration; `fields` are names and values by turns. What let in a deployed one who had his
-- number before does not let in this one.
local function write_user(where, id, name, admin, fields)
  local record = { 'username', name, 'admin', admin, unpack(fields) }
  if where == 'deployed' then
    redis.call('UNLINK', P .. 'user:' .. id .. ':sessions')
  else
    for _, counter in ipairs({ 'dependents', '0', 'blocking', '0' }) do record[#record + 1] = counter end
  end
  redis.call('HSET', side(where) .. 'user:' .. id, unpack(record))
  redis.call('HSET', side(where) .. 'names', name, id)
  redis.call('ZADD', side(where) .. 'users', id, id)
  if admin == '1' then redis.call('SADD', side(where) .. 'admins', id) end
end
