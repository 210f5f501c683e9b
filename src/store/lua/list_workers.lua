-- Workers that were heard of lately, by name.
--
-- ARGV[3] how many at most
-- Replies {OK, a worker's {name, host, pid, version, since, seen, last claim ('' none), tasks that run there, 1 if it is
-- quiet}...}.
local reply = {'OK'}
for _, name in ipairs(redis.call('ZRANGE', P .. 'workers', 0, ARGV[3] - 1)) do
  local got = redis.call('HMGET', P .. 'worker:' .. name, 'host', 'pid', 'version', 'since', 'seen', 'last_claim',
    'running', 'quiet')
  if got[1] then
    reply[#reply + 1] = { name, got[1], got[2], got[3], got[4], got[5], got[6] or '', got[7], got[8] }
  end
end
return reply
