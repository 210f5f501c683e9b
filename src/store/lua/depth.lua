-- How much waits, and for how long.
--
-- Replies {OK, ms by Redis's clock, when the oldest waiting task became claimable (ms, '' none), 1 if the queue is
-- paused, then state and number by turns}.
local oldest = redis.call('ZRANGE', P .. 'claimable', 0, 0, 'WITHSCORES')
local reply = {'OK', tostring(NOW), oldest[2] or '', tostring(redis.call('EXISTS', P .. 'paused'))}
for _, value in ipairs(redis.call('HGETALL', P .. 'counts')) do reply[#reply + 1] = value end
return reply
