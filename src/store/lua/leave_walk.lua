-- Leaves the walk over all records to whoever comes next.
--
-- ARGV[3] the task id to go on after; ARGV[4] how soon, in ms
-- Replies {DONE}.
redis.call('HSET', P .. 'walk', 'after', ARGV[3], 'due', NOW + tonumber(ARGV[4]))
return {'DONE'}
