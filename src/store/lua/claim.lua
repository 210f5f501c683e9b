-- Hands up to n waiting tasks to a worker: PROCESSING, under a lease, with a new fence. Entries that no longer wait are
-- dropped; the record decides, an entry is a hint.
--
-- ARGV[3] moves; ARGV[4] n; ARGV[5] the worker's name; ARGV[6] the lease, in ms
-- Replies {OK, entries taken off the list, ms by Redis's clock, a task's {id, fence, kind, user, attempt, username,
-- registered dependents, how long it was claimable (ms), the trace it came of}...} or {PAUSED} (the queue, or this
-- worker). A user who is gone has '' for a name, a record without a kind or a trace '' for it.
if redis.call('EXISTS', P .. 'paused') == 1 then return {'PAUSED'} end
local worker = P .. 'worker:' .. ARGV[5]
local quiet = redis.call('HGET', worker, 'quiet')
if quiet == '1' then return {'PAUSED'} end
local moves = cjson.decode(ARGV[3])
local ids = redis.call('LPOP', P .. 'pending', ARGV[4]) or {}
local reply = {'OK', tostring(#ids), tostring(NOW)}
for _, id in ipairs(ids) do
  local task = load_task(id)
  local to = task and row(moves, task)
  if to then
    local key = P .. 'task:' .. id
    local fence = tostring(tonumber(task.fence) + 1)
    local user = redis.pcall('HMGET', P .. 'staged:user:' .. task.user, 'username', 'dependents')
    local fields = { 'fence', fence, 'attempt', task.attempt + 1, 'worker', ARGV[5] }
    if not task.started then
      fields[#fields + 1] = 'started'
      fields[#fields + 1] = task.at
    else
      redis.call('UNLINK', key .. ':dependents')
      redis.call('HDEL', key, 'checks', 'reason', 'detail')
    end
    move(id, task, to, 'claim', ARGV[5], '', fields)
    redis.call('ZADD', P .. 'leases', NOW + tonumber(ARGV[6]), id .. ':' .. fence)
    reply[#reply + 1] = { id, fence, task.kind, task.user, tostring(task.attempt + 1), user[1] or '', user[2] or '0',
      tostring(task.at - task.modified), task.trace }
  else
    redis.call('ZREM', P .. 'claimable', id)
  end
end
-- What operators see of it; a worker that nobody has heard of yet has no record, and gets none here.
if quiet and #reply > 3 then
  redis.call('HSET', worker, 'last_claim', NOW)
  redis.call('HINCRBY', worker, 'running', #reply - 3)
end
return done(reply)
