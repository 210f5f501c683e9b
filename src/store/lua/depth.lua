-- How much waits, and for how long, and who works on it.
--
-- ARGV[3] how long a worker counts that is not heard of, in ms
-- Replies {OK, ms by Redis's clock, when the oldest waiting task became claimable (ms, '' none), who paused the queue
-- ('' if it is not paused), how many workers there are, how many tasks are committed, since when the oldest of them is (ms,
-- '' none), then state and number by turns}.
local oldest = redis.call('ZRANGE', P .. 'claimable', 0, 0, 'WITHSCORES')
local reply = {'OK', tostring(NOW), oldest[2] or '', redis.call('GET', P .. 'paused') or '',
  tostring(redis.call('ZCOUNT', P .. 'workers', NOW - tonumber(ARGV[3]), '+inf')),
  tostring(redis.call('ZCARD', P .. 'committed')),
  redis.call('ZRANGE', P .. 'committed', 0, 0, 'WITHSCORES')[2] or ''}
for _, value in ipairs(redis.call('HGETALL', P .. 'counts')) do reply[#reply + 1] = value end
return reply
