-- Stands before scripts that bring users in.

-- Whose that name is: a user's number, on either side, or false.
local function owner_of(name)
  return redis.call('HGET', side('staged') .. 'names', name) or redis.call('HGET', side('deployed') .. 'names', name)
end

-- A service token has that name, which no user gets.
local function is_tokens(name) return redis.call('HEXISTS', P .. 'tokens', name) == 1 end

-- The number of the next new user, at least that one. No number is given twice: a task that names one who is gone must
-- never reach another.
local function next_user(least)
  local last = math.max(tonumber(redis.call('GET', P .. 'last_user') or '0'), tonumber(least) - 1)
  for _, where in ipairs({ 'staged', 'deployed' }) do
    local highest = redis.call('ZREVRANGE', side(where) .. 'users', 0, 0)[1]
    last = math.max(last, tonumber(highest or '0'))
  end
  return last + 1
end

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
