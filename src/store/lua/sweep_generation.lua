-- Forgets deployed users that are not in effect: those of a generation whose place was taken, or that never came so far. And
-- the sessions of those who are deployed no more: nothing lets them in since, this gives the memory back.
--
-- ARGV[3] how many users at most
-- Replies {OK, how many were forgotten, 1 if there is more}.
local current = redis.call('GET', P .. 'generation') or 'first'
local live = redis.call('HGET', P .. 'live', 'configuration')
local prepared = live and live .. '-' .. (redis.call('HGET', P .. 'task:' .. live, 'fence') or '')
if not live then redis.call('UNLINK', P .. 'deploy:again') end

local function is_left(name) return name ~= current and name ~= prepared end

for _, name in ipairs(redis.call('SMEMBERS', P .. 'generations')) do
  if is_left(name) then
    local of = P .. 'deployed:' .. (name == 'first' and '' or name .. ':')
    local ids = redis.call('ZRANGE', of .. 'users', 0, tonumber(ARGV[3]) - 1)
    for _, user in ipairs(ids) do
      redis.call('UNLINK', of .. 'user:' .. user)
      if not redis.call('ZSCORE', side('deployed') .. 'users', user) then
        redis.call('UNLINK', P .. 'user:' .. user .. ':sessions')
      end
      redis.call('ZREM', of .. 'users', user)
    end
    if #ids == 0 then
      redis.call('UNLINK', of .. 'names', of .. 'admins')
      redis.call('SREM', P .. 'generations', name)
    end
    return {'OK', tostring(#ids), '1'}
  end
end
return {'OK', '0', '0'}
