-- Stands before scripts that bring users in.

-- Writes a user into one configuration; `fields` are names and values by turns.
local function write_user(side, id, name, admin, fields)
  local record = { 'username', name, 'admin', admin, unpack(fields) }
  if side == 'staged' then
    for _, counter in ipairs({ 'dependents', '0', 'blocking', '0' }) do record[#record + 1] = counter end
  end
  redis.call('HSET', P .. side .. ':user:' .. id, unpack(record))
  redis.call('HSET', P .. side .. ':names', name, id)
  redis.call('ZADD', P .. side .. ':users', id, id)
  if admin == '1' then redis.call('SADD', P .. side .. ':admins', id) end
end
