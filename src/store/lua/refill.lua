-- Drops entries of tasks that no longer wait from the head of the queue, and puts back what it lacks.
--
-- ARGV[3] how many at most
-- Replies {OK, how many were put back}.
local most = tonumber(ARGV[3])
for _ = 1, most do
  local head = redis.call('LINDEX', P .. 'pending', 0)
  if not head or redis.call('ZSCORE', P .. 'claimable', head) then break end
  redis.call('LPOP', P .. 'pending')
end
if redis.call('LLEN', P .. 'pending') >= redis.call('ZCARD', P .. 'claimable') then return {'OK', '0'} end
local lost = redis.call('ZRANGE', P .. 'claimable', 0, most - 1)
for _, id in ipairs(lost) do redis.call('RPUSH', P .. 'pending', id) end
return {'OK', tostring(#lost)}
