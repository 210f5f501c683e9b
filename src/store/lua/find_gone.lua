-- Tells which of these tasks are gone: their numbers were given out here, and no record is left.
--
-- ARGV[3..] task ids
-- Replies {OK, id...}.
local newest = tonumber(redis.call('GET', P .. 'seq') or '0')
local reply = {'OK'}
for i = 3, #ARGV do
  if tonumber(ARGV[i]) <= newest and redis.call('EXISTS', P .. 'task:' .. ARGV[i]) == 0 then
    reply[#reply + 1] = ARGV[i]
  end
end
return reply
