-- A page of a user's registered dependents, in the order of their members.
--
-- ARGV[3] user; ARGV[4] the member to go on after ('' from the start); ARGV[5] how many at most
-- Replies {OK, then member and value by turns} or {NOT_FOUND} (no such user).
if redis.call('EXISTS', P .. 'staged:user:' .. ARGV[3]) == 0 then return {'NOT_FOUND'} end
local set = P .. 'user:' .. ARGV[3]
local from = ARGV[4] == '' and '-' or '(' .. ARGV[4]
local members = redis.call('ZRANGEBYLEX', set .. ':order', from, '+', 'LIMIT', 0, ARGV[5])
local reply = {'OK'}
for _, member in ipairs(members) do
  reply[#reply + 1] = member
  reply[#reply + 1] = redis.call('HGET', set .. ':dependents', member)
end
return reply
