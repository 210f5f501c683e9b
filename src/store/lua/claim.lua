-- Hands up to n waiting tasks to a worker: PROCESSING, under a lease, with a new fence. Entries that no longer wait are
-- dropped; the record decides, an entry is a hint.
--
-- ARGV[3] moves; ARGV[4] n; ARGV[5] the worker's name; ARGV[6] the lease, in ms; ARGV[7] {kind: where its user's name
-- stands, 'either': staged if he is there, '' where it is about no user}
-- Replies {OK, entries taken off the list, ms by Redis's clock, a task's line...} or {PAUSED} (the queue, or this worker). A
-- line, separated by tabs (a string costs less than a table): id, fence, kind, user, attempt, registered dependents, how long
-- it was claimable (ms), the trace it came of, 1 if it is committed, and last, as it may hold anything, the username. A user
-- who is gone has '' for a name, a record without a kind or a trace '' for it; a workspace's task has '' for a user, and the
-- workspace for a name; a deploy has '' for a user, and how it was asked for for a name.
if redis.call('EXISTS', P .. 'paused') == 1 then return {'PAUSED'} end
local worker = P .. 'worker:' .. ARGV[5]
local quiet = redis.call('HGET', worker, 'quiet')
if quiet == '1' then return {'PAUSED'} end
local moves = cjson.decode(ARGV[3])
local needs = cjson.decode(ARGV[7])

-- The name, and how many dependents are registered.
local function who(task)
  if task.workspace or task.deploy then return task.workspace or task.deploy, '0' end
  local user = redis.pcall('HMGET', P .. 'staged:user:' .. task.user, 'username', 'dependents')
  local needed, name = needs[task.kind] or 'staged', user[1]
  if needed == 'deployed' or needed == 'either' and not name then
    name = redis.pcall('HGET', side('deployed') .. 'user:' .. task.user, 'username')
  end
  return type(name) == 'string' and name or '', user[2] or '0'
end

local ids = redis.call('LPOP', P .. 'pending', ARGV[4]) or {}
local lease_ends = string.format('%.0f', NOW + tonumber(ARGV[6]))
local reply = {'OK', tostring(#ids), NOW_TEXT}

local function claim(id)
  local task = load_task(id)
  local to = task and row(moves, task)
  if not to then return later('ZREM', P .. 'claimable', id) end
  local fence, attempt = tostring(tonumber(task.fence) + 1), tostring(task.attempt + 1)
  local name, registered = who(task)
  local fields = { 'fence', fence, 'attempt', attempt, 'worker', ARGV[5] }
  if task.fence == '0' then
    add_field(fields, 'started', task.at_text)
  else
    -- What a committed task found is what it was committed on.
    if not task.committed then
      unlink(task.key .. ':dependents')
      redis.call('HDEL', task.key, 'checks')
    end
    redis.call('HDEL', task.key, 'reason', 'detail')
  end
  move(id, task, to, 'claim', ARGV[5], '', fields)
  later('ZADD', P .. 'leases', lease_ends, id .. ':' .. fence)
  reply[#reply + 1] = table.concat({ id, fence, task.kind, task.user, attempt, registered,
    tostring(task.at - task.modified), task.trace, task.committed and '1' or '0', name }, '\t')
end

for _, id in ipairs(ids) do one(claim, id) end
-- What operators see of it; a worker that nobody has heard of yet has no record, and gets none here.
if quiet and #reply > 3 then
  redis.call('HSET', worker, 'last_claim', NOW)
  redis.call('HINCRBY', worker, 'running', #reply - 3)
end
return done(reply)
