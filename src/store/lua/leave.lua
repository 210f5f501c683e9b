-- A worker has ended: it is forgotten at once.
--
-- ARGV[3] its name
-- Replies {DONE}.
redis.call('UNLINK', P .. 'worker:' .. ARGV[3])
redis.call('ZREM', P .. 'workers', ARGV[3])
return {'DONE'}
