-- Forgets a session.
--
-- ARGV[3] user; ARGV[4] the token's SHA-256, in hex; ARGV[5] the dialect
-- Replies {DONE} or {NOT_FOUND}.
local key = P .. 'user:' .. ARGV[3] .. ':sessions'
local text = redis.call('HGET', key, ARGV[4])
if not text or text:match('^([%w_]+)\t') ~= ARGV[5] then return {'NOT_FOUND'} end

-- writes
redis.call('HDEL', key, ARGV[4])
return {'DONE'}
