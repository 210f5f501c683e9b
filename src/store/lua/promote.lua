-- Makes delayed tasks claimable whose time has come.
--
-- ARGV[3] moves; ARGV[4] how many at most; ARGV[5] the worker's name
-- Replies {OK, how many were looked at}.
local moves = cjson.decode(ARGV[3])
local ids = redis.call('ZRANGEBYSCORE', P .. 'delayed', '-inf', NOW, 'LIMIT', 0, ARGV[4])
local function promote(id)
  local task = load_task(id)
  local to = task and row(moves, task)
  if to then
    move(id, task, to, 'promote', ARGV[5], '', {})
  else
    later('ZREM', P .. 'delayed', id)
  end
end

for _, id in ipairs(ids) do one(promote, id) end
return done({'OK', tostring(#ids)})
