-- The deployed user of that name, for a login. Who may log in is decided on the deployed side.
--
-- ARGV[3] username
-- Replies {OK, user, password's hash ('' none), his role's record} or {NOT_FOUND}.
local id = redis.call('HGET', P .. 'deployed:names', ARGV[3])
if not id then return {'NOT_FOUND'} end
local user = redis.call('HMGET', P .. 'deployed:user:' .. id, 'password', 'user_role_id')
local role = redis.call('HGET', P .. 'roles', user[2] or '')
return {'OK', id, user[1] or '', role or ''}
