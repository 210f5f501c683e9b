-- Stands before scripts that prepare deployed users: a generation, which takes the place of the one that is in effect.

-- What the keys of the generation that this attempt prepares begin with.
local function prepared_by(id, fence) return P .. 'deployed:' .. id .. '-' .. fence .. ':' end

-- Takes a user into the generation as the staged configuration has him, or out of it if it has him no more. The name that he
-- had may be another's by now, who was taken before him.
local function take(user, into)
  local key = into .. 'user:' .. user
  local before = redis.call('HMGET', key, 'username', 'admin')
  if before[1] and redis.call('HGET', into .. 'names', before[1]) == user then
    redis.call('HDEL', into .. 'names', before[1])
  end
  if before[2] == '1' then redis.call('SREM', into .. 'admins', user) end
  if redis.call('COPY', side('staged') .. 'user:' .. user, key, 'REPLACE') == 0 then
    redis.call('UNLINK', key)
    redis.call('ZREM', into .. 'users', user)
    return
  end
  redis.call('HDEL', key, 'dependents', 'blocking')
  local now = redis.call('HMGET', key, 'username', 'admin')
  redis.call('HSET', into .. 'names', now[1], user)
  redis.call('ZADD', into .. 'users', user, user)
  if now[2] == '1' then redis.call('SADD', into .. 'admins', user) end
end
