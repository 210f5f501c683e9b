-- Opens the store: the first program to come names the epoch, everybody learns it. Has no prelude.
--
-- KEYS[1] the epoch; ARGV[1] a fresh random name.
-- Replies {OK, epoch, milliseconds by Redis's clock}.
redis.call('SET', KEYS[1], ARGV[1], 'NX')
local clock = redis.call('TIME')
return {'OK', redis.call('GET', KEYS[1]), tostring(clock[1] * 1000 + math.floor(clock[2] / 1000))}
