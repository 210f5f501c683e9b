-- Whose token it is. An expired one is nobody's.
--
-- ARGV[3] the token's SHA-256, in hex
-- Replies {OK, name, capabilities} or {NOT_FOUND}.
local key = P .. 'token:' .. ARGV[3]
local token = redis.call('HMGET', key, 'name', 'capabilities', 'expires')
if not token[1] or (token[3] and tonumber(token[3]) <= NOW) then return {'NOT_FOUND'} end

-- writes
-- A Redis that takes no writes knows its tokens all the same: whoever looks what is wrong with it is let in.
redis.pcall('HSET', key, 'last_used', NOW)
return {'OK', token[1], token[2]}
