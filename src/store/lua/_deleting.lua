-- Stands before the script that deletes users.

-- Users whom an item before has deleted.
local deleted = {}

-- A name is one user's alone: whatever brings users in refuses a second one. Who is an administrator counts for the next item.
local function delete_user(where, user, name, admin, ...)
  later('HDEL', side(where) .. 'names', name)
  unlink(side(where) .. 'user:' .. user, ...)
  later('ZREM', side(where) .. 'users', user)
  if admin == '1' then redis.call('SREM', side(where) .. 'admins', user) end
  deleted[user] = where
end

-- What is left to deploy of those who were deleted: nothing of a user whom the deployed configuration does not have. The
-- number of one who is nowhere any more is used up, an imported one too: see next_user.
local function touch_deleted()
  local users = {}
  for user in pairs(deleted) do users[#users + 1] = user end
  if #users == 0 then return end
  local highest = 0
  local scores = try('ZMSCORE', side('deployed') .. 'users', unpack(users))
  for i, user in ipairs(users) do
    local stays = scores[i] and deleted[user] == 'staged'
    touch(user, stays)
    if not stays then
      later('SREM', P .. 'changes', user)
      highest = math.max(highest, tonumber(user))
    end
  end
  if highest > tonumber(redis.call('GET', P .. 'last_user') or '0') then
    redis.call('SET', P .. 'last_user', string.format('%.0f', highest))
  end
end
