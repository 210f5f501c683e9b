-- Stands before every script but open.lua. Knows no state by name: moves come in as rows of domain::state::next.
--
-- KEYS[1] the epoch; ARGV[1] the prefix of every key; ARGV[2] the epoch this program was started under.
-- Every script may reply DATA_LOST: Redis is not the one that acknowledged earlier writes.
local P = ARGV[1]
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return {'DATA_LOST'} end
local clock = redis.call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)
local HISTORY_LIMIT = 200
local EVENTS_LIMIT, EVENTS_PER_ENTRY = 5000, 20
local tally, told = {}, {}

-- Counts a task into a state, or out of it. Written with `done`, once a script and not once a task.
local function count(state, by) tally[state] = (tally[state] or 0) + by end

-- What every script that moves tasks returns through: its reply, after counters and events are written.
local function done(reply)
  for state, by in pairs(tally) do
    if by ~= 0 then redis.call('HINCRBY', P .. 'counts', state, by) end
  end
  for i = 1, #told, EVENTS_PER_ENTRY do
    local some = table.concat(told, '\n', i, math.min(i + EVENTS_PER_ENTRY - 1, #told))
    redis.call('XADD', P .. 'events', 'MAXLEN', '~', EVENTS_LIMIT, '*', 'e', some)
  end
  return reply
end

-- What listeners are told. Written with `done`, many transitions in one entry.
local function tell(id, kind, user, line) told[#told + 1] = table.concat({ id, kind, user, line }, '\t') end

-- Whom or what a task is about, as keys say it. A name stands in no key.
local function subject_of(user, workspace)
  if workspace then return 'workspace:' .. redis.sha1hex(workspace) end
  return user and 'user:' .. user or 'configuration'
end

-- The set of all tasks of that kind in that state, by id.
local function index(kind, state) return P .. 'tasks:' .. kind .. ':' .. state end

-- The set of all tasks that a caller asked for, by id. A name stands in no key.
local function asked_by(name) return P .. 'creator:' .. redis.sha1hex(name) end

-- The task's record, or nil and NOT_FOUND or CORRUPT.
local function load_task(id)
  local got = redis.pcall('HMGET', P .. 'task:' .. id, 'state', 'fence', 'committed', 'attempt', 'user', 'modified',
    'kind', 'started', 'trace', 'workspace', 'deploy')
  if got.err then return nil, 'CORRUPT' end
  if not got[1] then return nil, 'NOT_FOUND' end
  local fence, attempt, modified = tonumber(got[2]), tonumber(got[4]), tonumber(got[6])
  if not (fence and attempt and modified and (tonumber(got[5]) or got[10] or got[11])) then return nil, 'CORRUPT' end
  return { state = got[1], fence = got[2], committed = got[3] == '1', attempt = attempt, user = got[5] or '',
    modified = modified, at = math.max(NOW, modified), kind = got[7] or '', started = got[8],
    trace = got[9] or '', workspace = got[10], deploy = got[11], subject = subject_of(got[5], got[10]) }
end

-- How long the worker of a running task took to let go of it after a cancel, by the time it ended; '' where none was.
local function cancel_took(id, ended)
  local asked = tonumber(redis.call('HGET', P .. 'task:' .. id, 'cancel_asked') or '')
  return asked and tostring(math.max(ended - asked, 0)) or ''
end

-- The row of that task's state: {to, place it leaves, place it enters}, or nil where the table has none.
local function row(moves, task)
  return moves[task.committed and task.state .. '!' or task.state]
end

-- Forgets the oldest line of a history. The line after it says so, and still leads on from where the task began.
local function cut_history(history)
  local began = redis.call('LINDEX', history, 0):match('^%d+\t([^\t]*)')
  redis.call('LTRIM', history, -HISTORY_LIMIT, -1)
  local at, to = redis.call('LINDEX', history, 0):match('^(%d+)\t[^\t]*\t([^\t]*)')
  redis.call('LSET', history, 0, table.concat({ at, began, to, '', 'trimmed', '' }, '\t'))
end

-- Moves a task that `row` allows: record, counters, indexes, places, history, events. `fields` are written along with the state.
local function move(id, task, to, event, by, reason, fields, due)
  local key = P .. 'task:' .. id
  local state, leaves, enters = to[1], to[2], to[3]
  if leaves ~= enters then
    if leaves == 'held' then redis.call('ZREM', P .. 'leases', id .. ':' .. task.fence)
    elseif leaves == 'claimable' then redis.call('ZREM', P .. 'claimable', id)
    elseif leaves == 'delayed' then redis.call('ZREM', P .. 'delayed', id) end
    if enters == 'claimable' then
      redis.call('ZADD', P .. 'claimable', NOW, id)
      redis.call('RPUSH', P .. 'pending', id)
    elseif enters == 'delayed' then redis.call('ZADD', P .. 'delayed', due, id)
    elseif enters == 'ended' then
      redis.call('ZADD', P .. 'ended', task.at, id)
      if redis.call('HGET', P .. 'live', task.subject) == id then redis.call('HDEL', P .. 'live', task.subject) end
      if task.committed then redis.call('ZREM', P .. 'committed', id) end
      fields[#fields + 1] = 'completed'
      fields[#fields + 1] = task.at
    end
  end
  redis.call('HSET', key, 'state', state, 'modified', task.at, unpack(fields))
  count(task.state, -1)
  count(state, 1)
  if state ~= task.state then
    redis.call('ZREM', index(task.kind, task.state), id)
    redis.call('ZADD', index(task.kind, state), id, id)
  end
  local line = table.concat({ task.at, task.state, state, by, event, reason }, '\t')
  tell(id, task.kind, task.user, line)
  if redis.call('RPUSH', key .. ':history', line) > HISTORY_LIMIT then cut_history(key .. ':history') end
end
