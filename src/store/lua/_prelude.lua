-- Stands before every script but open.lua. Knows no state by name: moves come in as rows of domain::state::next.
--
-- KEYS[1] the epoch; ARGV[1] the prefix of every key; ARGV[2] the epoch this program was started under.
-- Every script may reply DATA_LOST: Redis is not the one that acknowledged earlier writes.
--
-- What costs is the number of commands, not that of members: what many items of one call write under one key goes `later`,
-- as one command, with `done`. And a number that becomes text costs a printf: what goes into a command is text.
local P = ARGV[1]
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return {'DATA_LOST'} end
local clock = redis.call('TIME')
local NOW = clock[1] * 1000 + math.floor(clock[2] / 1000)
local NOW_TEXT = string.format('%.0f', NOW)
local HISTORY_LIMIT = 200
local EVENTS_LIMIT, EVENTS_PER_ENTRY = 5000, 20
local tally, told, waiting, doomed, ended, failure = {}, {}, {}, {}, {}, nil

-- Counts a task into a state, or out of it. Written with `done`, once a script and not once a task.
local function count(state, by) tally[state] = (tally[state] or 0) + by end

-- A write that a key may refuse (it is of another type) keeps none of the others from being made; `done` tells of it.
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err then failure = answer end
  return answer
end

-- Has `command` with these arguments done on `key` before the script ends, together with others. The order of what is done
-- on one key is kept. Whoever reads such a key behind it calls `flush` first. A call has some hundred items at most: Lua
-- hands over no more than 8,000 values.
local function later(command, key, first, second)
  local call = waiting[key]
  if call and call[1] ~= command then
    try(unpack(call))
    call = nil
  end
  if not call then
    call = { command, key }
    waiting[key] = call
  end
  call[#call + 1] = first
  if second then call[#call + 1] = second end
end

-- Forgets these keys before the script ends.
local function unlink(...)
  for _, key in ipairs({ ... }) do doomed[#doomed + 1] = key end
end

-- Frees the slots of tasks that have ended, where they are theirs.
local function free_slots()
  local subjects = {}
  for subject in pairs(ended) do subjects[#subjects + 1] = subject end
  if #subjects == 0 then return end
  local holders = try('HMGET', P .. 'live', unpack(subjects))
  for i, subject in ipairs(subjects) do
    if holders[i] and ended[subject][holders[i]] then later('HDEL', P .. 'live', subject) end
  end
  ended = {}
end

local function flush()
  free_slots()
  for _, call in pairs(waiting) do try(unpack(call)) end
  if #doomed > 0 then try('UNLINK', unpack(doomed)) end
  waiting, doomed = {}, {}
end

-- What every script that writes `later` or moves tasks returns through: its reply, after all is written.
local function done(reply)
  flush()
  for state, by in pairs(tally) do
    if by ~= 0 then try('HINCRBY', P .. 'counts', state, by) end
  end
  for i = 1, #told, EVENTS_PER_ENTRY do
    local some = table.concat(told, '\n', i, math.min(i + EVENTS_PER_ENTRY - 1, #told))
    try('XADD', P .. 'events', 'MAXLEN', '~', EVENTS_LIMIT, '*', 'e', some)
  end
  return failure or reply
end

-- What listeners are told. Written with `done`, many transitions in one entry.
local function tell(id, kind, user, line) told[#told + 1] = id .. '\t' .. kind .. '\t' .. user .. '\t' .. line end

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

-- Forgets the oldest line of a history. The line after it says so, and still leads on from where the task began.
local function cut_history(history)
  local began = redis.call('LINDEX', history, 0):match('^%d+\t([^\t]*)')
  redis.call('LTRIM', history, -HISTORY_LIMIT, -1)
  local at, to = redis.call('LINDEX', history, 0):match('^(%d+)\t[^\t]*\t([^\t]*)')
  redis.call('LSET', history, 0, table.concat({ at, began, to, '', 'trimmed', '' }, '\t'))
end

local function keep_history(key, line)
  local length = try('RPUSH', key, line)
  if type(length) == 'number' and length > HISTORY_LIMIT then cut_history(key) end
end

local function leave_place(id, task, place)
  if place == 'held' then later('ZREM', P .. 'leases', id .. ':' .. task.fence)
  elseif place == 'claimable' then later('ZREM', P .. 'claimable', id)
  elseif place == 'delayed' then later('ZREM', P .. 'delayed', id) end
end

local function enter_place(id, task, place, due)
  if place == 'claimable' then
    later('ZADD', P .. 'claimable', NOW_TEXT, id)
    later('RPUSH', P .. 'pending', id)
  elseif place == 'delayed' then later('ZADD', P .. 'delayed', due, id)
  elseif place == 'ended' then
    later('ZADD', P .. 'ended', task.at_text, id)
    ended[task.subject] = ended[task.subject] or {}
    ended[task.subject][id] = true
    if task.committed then later('ZREM', P .. 'committed', id) end
  end
end

-- Moves a task that `row` allows: record, counters, indexes, places, history, events. `fields` are written along with the state.
local function move(id, task, to, event, by, reason, fields, due)
  local state, leaves, enters = to[1], to[2], to[3]
  if leaves ~= enters then
    leave_place(id, task, leaves)
    enter_place(id, task, enters, due)
    if enters == 'ended' then
      fields[#fields + 1] = 'completed'
      fields[#fields + 1] = task.at_text
    end
  end
  redis.call('HSET', task.key, 'state', state, 'modified', task.at_text, unpack(fields))
  count(task.state, -1)
  count(state, 1)
  if state ~= task.state then
    later('ZREM', index(task.kind, task.state), id)
    later('ZADD', index(task.kind, state), id, id)
  end
  local line = task.at_text .. '\t' .. task.state .. '\t' .. state .. '\t' .. by .. '\t' .. event .. '\t' .. reason
  tell(id, task.kind, task.user, line)
  keep_history(task.key .. ':history', line)
end
