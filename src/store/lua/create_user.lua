-- Creates a staged user. The next deploy makes him a deployed one.
--
-- ARGV[3] username; ARGV[4] 1: an administrator; ARGV[5] the least number for a new user; ARGV[6] the largest; ARGV[7] 1: he
-- gets a password; ARGV[8..] the fields of his record, names and values by turns
-- Replies {CREATED, number}, {TAKEN} (a user of either side, or a service token, has the name) or {FULL} (there are no
-- numbers left).
if owner_of(ARGV[3]) or is_tokens(ARGV[3]) then return {'TAKEN'} end
local number = next_user(ARGV[5])
if number > tonumber(ARGV[6]) then return {'FULL'} end

-- writes
local id, fields = string.format('%.0f', number), { unpack(ARGV, 8) }
if ARGV[7] == '1' then
  add_field(fields, 'password_creation_time', NOW)
end
redis.call('SET', P .. 'last_user', id)
write_user('staged', id, ARGV[3], ARGV[4], fields)
touch(id, true)
return done({'CREATED', id})
