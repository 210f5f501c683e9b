-- Changes a user, on one side or on both, if he still is as he was read. Who may change what was decided on what was read.
--
-- ARGV[3] user; ARGV[4] what was read: {side: {field: value}}, null for a field that was not there, and no side without him;
-- ARGV[5] what is written: the same, null for a field that is to go; ARGV[6] 1: he gets a new password, with which his
-- sessions end; ARGV[7] 1: there is something new to deploy
-- Replies {DONE}, {CHANGED} (he is another one meanwhile), {LIVE} (his deletion runs) or {LAST} (the staged side would have no
-- administrator).
local read, wanted = cjson.decode(ARGV[4]), cjson.decode(ARGV[5])

local function record(name) return side(name) .. 'user:' .. ARGV[3] end

local function is_as_read(name)
  if not read[name] then return redis.call('EXISTS', record(name)) == 0 end
  for field, value in pairs(read[name]) do
    if redis.call('HGET', record(name), field) ~= (value ~= cjson.null and value) then return false end
  end
  return true
end

if not (is_as_read('staged') and is_as_read('deployed')) then return {'CHANGED'} end
if redis.call('HEXISTS', P .. 'live', 'user:' .. ARGV[3]) == 1 then return {'LIVE'} end
local admins, admin = side('staged') .. 'admins', wanted.staged and wanted.staged.admin
if admin == '0' and redis.call('SISMEMBER', admins, ARGV[3]) == 1 and redis.call('SCARD', admins) <= 1 then
  return {'LAST'}
end

-- writes
for name, fields in pairs(wanted) do
  for field, value in pairs(fields) do
    if value == cjson.null then redis.call('HDEL', record(name), field)
    else redis.call('HSET', record(name), field, value) end
  end
  if ARGV[6] == '1' then redis.call('HSET', record(name), 'password_creation_time', NOW) end
end
if admin then redis.call(admin == '1' and 'SADD' or 'SREM', admins, ARGV[3]) end
if ARGV[6] == '1' then redis.call('UNLINK', P .. 'user:' .. ARGV[3] .. ':sessions') end
if wanted.staged then touch(ARGV[3], ARGV[7] == '1') end
return done({'DONE'})
