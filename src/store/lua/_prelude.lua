-- Stands before every script but open.lua, look.lua and witness.lua. Knows no state by name: moves come in as rows of
-- domain::state::next. What writes is in _writing.lua, which follows.
--
-- KEYS[1] the epoch; ARGV[1] the prefix of every key; ARGV[2] the epoch this program was started under.
-- Every script may reply DATA_LOST: Redis is not the one that acknowledged earlier writes.
local P = ARGV[1]
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return {'DATA_LOST'} end
local clock = redis.call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)
local NOW_TEXT = string.format('%.0f', NOW)

-- Whom or what a task is about, as keys say it. A name stands in no key.
local function subject_of(user, workspace)
  if workspace then return 'workspace:' .. redis.sha1hex(workspace) end
  return user and 'user:' .. user or 'configuration'
end

-- The set of all tasks of that kind in that state, by id.
local function index(kind, state) return P .. 'tasks:' .. kind .. ':' .. state end

-- The set of all tasks that a caller asked for, by id. A name stands in no key.
local creators = {}
local function asked_by(name)
  creators[name] = creators[name] or P .. 'creator:' .. redis.sha1hex(name)
  return creators[name]
end

-- The task's record, or nil and NOT_FOUND or CORRUPT.
local function load_task(id)
  local key = P .. 'task:' .. id
  local got = redis.pcall('HMGET', key, 'state', 'fence', 'attempt', 'modified', 'kind', 'user', 'committed', 'trace')
  if got.err then return nil, 'CORRUPT' end
  if not got[1] then return nil, 'NOT_FOUND' end
  local fence, attempt, modified, user = tonumber(got[2]), tonumber(got[3]), tonumber(got[4]), got[6]
  -- What no task about a user has is not looked for: what is not there takes longest to find.
  local other = user and {} or redis.call('HMGET', key, 'workspace', 'deploy')
  if not (fence and attempt and modified and (tonumber(user) or other[1] or other[2])) then return nil, 'CORRUPT' end
  local at, at_text = NOW, NOW_TEXT
  if modified > NOW then at, at_text = modified, got[4] end
  return { key = key, state = got[1], fence = got[2], attempt = attempt, modified = modified, at = at, at_text = at_text,
    kind = got[5] or '', user = user or '', committed = got[7] == '1', trace = got[8] or '', workspace = other[1],
    deploy = other[2], subject = subject_of(user, other[1]) }
end

-- How long the worker of a running task took to let go of it after a cancel, by the time it ended; '' where none was.
local function cancel_took(id, ended_at)
  local asked = tonumber(redis.call('HGET', P .. 'task:' .. id, 'cancel_asked') or '')
  return asked and tostring(math.max(ended_at - asked, 0)) or ''
end

-- The row of that task's state: {to, place it leaves, place it enters}, or nil where the table has none.
local function row(moves, task)
  return moves[task.committed and task.state .. '!' or task.state]
end
