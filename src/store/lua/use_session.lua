-- Whose session it is, if it still works; it has been used then.
--
-- ARGV[3] user; ARGV[4] the token's SHA-256, in hex; ARGV[5] the dialect
-- Replies {OK, his name, what the token is bound to ('' nothing), his roles' records...} or {NOT_FOUND}.
local key = P .. 'user:' .. ARGV[3] .. ':sessions'
local text = redis.call('HGET', key, ARGV[4]) or ''
local dialect, used, idle, expires, binding = text:match('^([%w_]+)\t(%d+)\t(%d*)\t(%d*)\t(.*)$')
local name = dialect == ARGV[5] and redis.call('HGET', side('deployed') .. 'user:' .. ARGV[3], 'username')
if not name or (expires ~= '' and tonumber(expires) <= NOW) or (idle ~= '' and used + idle <= NOW) then
  return {'NOT_FOUND'}
end

-- writes
-- A Redis that takes no writes knows its sessions all the same. Somebody who asks often is written down once a second: each
-- write costs a write to disk. Which session was used longest ago counts for those too that live on without use.
local USED_AGAIN = 1000
if NOW - used > (idle ~= '' and math.min(USED_AGAIN, idle / 10) or USED_AGAIN) then
  redis.pcall('HSET', key, ARGV[4], table.concat({ dialect, NOW, idle, expires, binding }, '\t'))
  local ends, known = idle ~= '' and NOW + idle or 0, redis.call('PEXPIRETIME', key)
  if known >= 0 and known < ends then redis.pcall('PEXPIREAT', key, ends) end
end
return { 'OK', name, binding, unpack(roles_of(ARGV[3])) }
