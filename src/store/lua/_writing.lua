-- Stands behind the prelude: writing, many items of one call together.
--
-- What costs is the number of commands, not that of members: what many items of one call write under one key goes `later`,
-- as one command, with `done`. And a number that becomes text costs a printf: what goes into a command is text.
local HISTORY_LIMIT = 200
local EVENTS_LIMIT, EVENTS_PER_ENTRY = 5000, 20
-- Lua hands over no more than 8,000 values at once.
local MOST_VALUES = 4000
local tally, told, waiting, doomed, ended, failure = {}, {}, {}, {}, {}, nil

-- Adds a field to those that are written along.
local function add_field(fields, field, value)
  fields[#fields + 1] = field
  fields[#fields + 1] = value
end

-- Counts a task into a state, or out of it. Written with `done`, once a script and not once a task.
local function count(state, by) tally[state] = (tally[state] or 0) + by end

-- A write that a key may refuse (it is of another type) keeps none of the others from being made; `done` tells of it.
local function try(...)
  local answer = redis.pcall(...)
  if type(answer) == 'table' and answer.err then failure = answer end
  return answer
end

-- Does one item of many. What goes wrong in it (a key is of another type) keeps none of the others from being done, nor what
-- they have left for later: `done` tells of it.
local function judged(went_well, ...)
  if went_well then return ... end
  local trouble = ...
  failure = type(trouble) == 'table' and trouble or redis.error_reply('ERR ' .. tostring(trouble))
end
local function one(act, ...) return judged(pcall(act, ...)) end

-- Has `command` with these arguments done on `key` before the script ends, together with others. The order of what is done
-- on one key is kept. Whoever reads such a key behind it calls `flush` first.
local function later(command, key, first, second)
  local call = waiting[key]
  if call and (call[1] ~= command or #call > MOST_VALUES) then
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
    if enters == 'ended' then add_field(fields, 'completed', task.at_text) end
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
