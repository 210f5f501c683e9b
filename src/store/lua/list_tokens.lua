-- Every service token that is kept; `put_token` bounds how many there are.
--
-- Replies {OK, a token's {name, capabilities, created ('' unknown), expires ('' never), last used ('' never)}...}.
local reply = {'OK'}
local tokens = redis.call('HGETALL', P .. 'tokens')
for i = 1, #tokens, 2 do
  local got = redis.call('HMGET', P .. 'token:' .. tokens[i + 1], 'capabilities', 'created', 'expires', 'last_used')
  reply[#reply + 1] = { tokens[i], got[1] or '', got[2] or '', got[3] or '', got[4] or '' }
end
return reply
