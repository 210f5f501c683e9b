-- Stands before scripts that bring users in.

-- Whose that name is: a user's number, on either side, or false.
local function owner_of(name)
  return redis.call('HGET', P .. 'staged:names', name) or redis.call('HGET', P .. 'deployed:names', name)
end

-- A service token has that name, which no user gets.
local function is_tokens(name) return redis.call('HEXISTS', P .. 'tokens', name) == 1 end

-- The number of the next new user, at least that one. No number is given twice: a task that names one who is gone must
-- never reach another.
local function next_user(least)
  local last = math.max(tonumber(redis.call('GET', P .. 'last_user') or '0'), tonumber(least) - 1)
  for _, name in ipairs({ 'staged', 'deployed' }) do
    local highest = redis.call('ZREVRANGE', P .. name .. ':users', 0, 0)[1]
    last = math.max(last, tonumber(highest or '0'))
  end
  return last + 1
end

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
