-- Accepts deletions: idempotency key, subject, live deletion, then id, record, indexes, counters and queue entry.
--
-- ARGV[3] {forward: moves, being_cancelled: {state: true}, now: {state, place}, later: {state, place}, exclusive: {kind:
-- true} for kinds of which a subject has one live task at most, served_by: {kind: {kind: true}} for live tasks that stand in,
-- needs: {kind: the configuration its user must be in, 'either', '' for a workspace}}
-- ARGV[4] the highest task id this program was ever told; ARGV[5] most idempotency keys a task keeps
-- ARGV[6..] ten an item: user (a workspace's name), kind, caller, caller is an administrator, caller may delete administrators,
--           not before (ms, 0: now), idempotency key's hash ('' none), request's hash, task that is retried ('' none),
--           trace ('' none)
-- Replies {OK, an item's line...}: tag, task id, ms, separated by tabs (a string costs less than a table). Tags: CREATED,
-- REPEATED (same key, same request), LIVE (a deletion of the subject already runs), OTHER (one of another kind does, which
-- does not stand in for this one), BEING_CANCELLED, KEY_REUSED, TOO_MANY_KEYS, FORBIDDEN, NOT_FOUND.
local rules = cjson.decode(ARGV[3])
if tonumber(redis.call('GET', P .. 'seq') or '0') < tonumber(ARGV[4]) then return {'DATA_LOST'} end

local items = {}
for i = 6, #ARGV, 10 do
  local about, kind = ARGV[i], ARGV[i + 1]
  local workspace = rules.needs[kind] == '' and about or nil
  local user = not workspace and about or nil
  items[#items + 1] = { about = { workspace and 'workspace' or 'user', about }, user = user, workspace = workspace,
    kind = kind, subject = subject_of(user, workspace), by = ARGV[i + 2], admin = ARGV[i + 3],
    may_admin = ARGV[i + 4], not_before = ARGV[i + 5], due = tonumber(ARGV[i + 5]), key = ARGV[i + 6], hash = ARGV[i + 7],
    retry_of = ARGV[i + 8], trace = ARGV[i + 9] }
end

-- What a hash has under that of each item, all in one look. What an item of this call writes there is noted here as well.
local function look_at(hash, field)
  local asked, found = {}, {}
  for _, item in ipairs(items) do
    if item[field] ~= '' then asked[#asked + 1] = item[field] end
  end
  local values = #asked > 0 and redis.call('HMGET', P .. hash, unpack(asked))
  for i, name in ipairs(asked) do found[name] = values[i] end
  return found
end

local named, live = look_at('idempotency', 'key'), look_at('live', 'subject')

-- Says which task an idempotency key stands for.
local function name_task(item, id)
  named[item.key] = item.hash .. ':' .. id
  later('HSET', P .. 'idempotency', item.key, named[item.key])
end

-- The key that came with a task stands in its record, which is a quarter of the memory; later ones in a list.
local function keep_later_key(item, id)
  if item.key == '' then return true end
  local key = P .. 'task:' .. id
  local kept = redis.call('HEXISTS', key, 'key') + redis.call('LLEN', key .. ':keys')
  if kept >= tonumber(ARGV[5]) then return false end
  redis.call('RPUSH', key .. ':keys', item.key)
  name_task(item, id)
  return true
end

local function bring_forward(item, id, task)
  local to = row(rules.forward, task)
  local due = to and tonumber(redis.call('HGET', task.key, 'not_before') or '')
  if not due or item.due >= due then return end
  if item.due > NOW then
    later('ZADD', P .. 'delayed', item.not_before, id)
    local stays = { rules.later[1], rules.later[2], rules.later[2] }
    move(id, task, stays, 'bring_forward', item.by, '', { 'not_before', item.not_before })
  else
    redis.call('HDEL', task.key, 'not_before')
    move(id, task, to, 'bring_forward', item.by, '', {})
  end
end

-- 1 for an administrator, 0 for another user, false where there is none. A workspace's existence is known elsewhere.
local function look_up(item)
  if item.workspace then return '0' end
  local staged = redis.call('HGET', P .. 'staged:user:' .. item.user, 'admin')
  if rules.needs[item.kind] == 'staged' then return staged end
  local deployed = redis.call('HGET', side('deployed') .. 'user:' .. item.user, 'admin')
  local there = deployed or rules.needs[item.kind] == 'either' and staged
  return there and (staged == '1' and staged or there)
end

-- `left`: so many items are not created yet, this one among them.
local function submit(item, left)
  local kept = named[item.key]
  if kept then
    local hash, id = kept:match('^(%x+):(%d+)$')
    return (hash == item.hash and 'REPEATED' or 'KEY_REUSED') .. '\t' .. id .. '\t0'
  end
  local admin = look_up(item)
  if admin == '1' and item.may_admin ~= '1' then return 'FORBIDDEN\t0\t0' end
  if not admin then return 'NOT_FOUND\t0\t0' end
  local id = rules.exclusive[item.kind] and live[item.subject]
  local task = id and load_task(id)
  if not task then
    local number, is_later = next_number(left), item.due > NOW
    if item.key ~= '' then name_task(item, number) end
    if rules.exclusive[item.kind] then live[item.subject] = number end
    return create(number, item, is_later and rules.later or rules.now, is_later, rules.exclusive[item.kind])
  end
  if rules.being_cancelled[task.state] then return 'BEING_CANCELLED\t' .. id .. '\t0' end
  if not (rules.served_by[item.kind] or {})[task.kind] then return 'OTHER\t' .. id .. '\t0' end
  -- A retry is a new task or nothing: it is refused, so it must not change the one that is live.
  if item.retry_of ~= '' then return 'LIVE\t' .. id .. '\t0' end
  if not keep_later_key(item, id) then return 'TOO_MANY_KEYS\t' .. id .. '\t0' end
  bring_forward(item, id, task)
  return 'LIVE\t' .. id .. '\t0'
end

local reply = {'OK'}
for i, item in ipairs(items) do reply[i + 1] = one(submit, item, #items - i + 1) end
number_no_more()
return done(reply)
