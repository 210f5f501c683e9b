-- The deployed user of that name, for a login. Who may log in is decided on the deployed side.
--
-- ARGV[3] username
-- Replies {OK, user, password's hash ('' none), his roles' records...} or {NOT_FOUND}.
local id = redis.call('HGET', side('deployed') .. 'names', ARGV[3])
if not id then return {'NOT_FOUND'} end
return {'OK', id, redis.call('HGET', side('deployed') .. 'user:' .. id, 'password') or '', unpack(roles_of(id))}
