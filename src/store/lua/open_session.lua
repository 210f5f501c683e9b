-- Lets a deployed user in: keeps his token by its SHA-256, with him, so that it goes when he goes.
--
-- ARGV[3] user; ARGV[4] his name; ARGV[5] the token's SHA-256, in hex; ARGV[6] the dialect; ARGV[7] how long it works
-- without use, in ms ('' any time); ARGV[8] how long it works, in ms ('' any time); ARGV[9] what it is bound to ('' nothing);
-- ARGV[10] most of a user in a dialect; ARGV[11] the SHA-256 of the token that he shows for it ('' none): it ends no later than
-- that one, and is bound to the same; ARGV[12] the hash of the password that let him in ('' something else did): checking it takes
-- time, in which it may be changed, and with it his sessions end
-- Replies {OK, when it stops working whatever happens (ms, '' never), now (ms)}, {NOT_FOUND} (he is not there, or not by
-- that name; or the token that he shows is not; or his password is another) or {BOUND} (that token is, to something else).
local key = P .. 'user:' .. ARGV[3] .. ':sessions'
local user = redis.call('HMGET', side('deployed') .. 'user:' .. ARGV[3], 'username', 'password')
if user[1] ~= ARGV[4] or (ARGV[12] ~= '' and user[2] ~= ARGV[12]) then return {'NOT_FOUND'} end
local expires, binding = ARGV[8] ~= '' and NOW + tonumber(ARGV[8]) or nil, ARGV[9]
if ARGV[11] ~= '' then
  local text = redis.call('HGET', key, ARGV[11]) or ''
  local shown, bound = text:match('^' .. ARGV[6] .. '\t%d+\t%d*\t(%d*)\t(.*)$')
  if not shown then return {'NOT_FOUND'} end
  if binding == '' then binding = bound end
  if bound ~= '' and binding ~= bound then return {'BOUND'} end
  if shown ~= '' then expires = math.min(expires or math.huge, tonumber(shown)) end
end
local ends = math.min(expires or math.huge, ARGV[7] ~= '' and NOW + tonumber(ARGV[7]) or math.huge)

-- writes
local sessions = redis.call('HGETALL', key)
local oldest, oldest_used, left, of_dialect = nil, math.huge, 0, 0
for i = 1, #sessions, 2 do
  local dialect, used, idle, end_ = sessions[i + 1]:match('^([%w_]+)\t(%d+)\t(%d*)\t(%d*)')
  local over = not used or (end_ ~= '' and tonumber(end_) <= NOW) or (idle ~= '' and used + idle <= NOW)
  if over then redis.call('HDEL', key, sessions[i]) else left = left + 1 end
  if not over and dialect == ARGV[6] then
    of_dialect = of_dialect + 1
    if tonumber(used) < oldest_used then oldest, oldest_used = sessions[i], tonumber(used) end
  end
end
if of_dialect >= tonumber(ARGV[10]) then redis.call('HDEL', key, oldest) end
redis.call('HSET', key, ARGV[5], table.concat({ ARGV[6], NOW, ARGV[7], expires or '', binding }, '\t'))
-- What nobody uses any more is forgotten with the last of them.
if ends == math.huge then redis.call('PERSIST', key)
elseif left == 0 or redis.call('PEXPIRETIME', key) < ends and redis.call('PEXPIRETIME', key) >= 0 then
  redis.call('PEXPIREAT', key, ends)
end
return { 'OK', expires and tostring(expires) or '', tostring(NOW) }
