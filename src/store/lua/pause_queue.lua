-- Sets or clears the flag under which nothing is claimed. Tasks keep their states.
--
-- ARGV[3] 1 to pause, 0 to go on; ARGV[4] the caller's name
-- Replies {DONE}.
if ARGV[3] == '1' then
  redis.call('SET', P .. 'paused', ARGV[4])
else
  redis.call('DEL', P .. 'paused')
end
return {'DONE'}
