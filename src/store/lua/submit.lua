-- Accepts deletions: idempotency key, subject, live deletion, then id, record, indexes, counters and queue entry.
--
-- ARGV[3] {forward: moves, being_cancelled, ended: {state: true}, now: {state, place}, later: {state, place}, exclusive: {kind:
-- true} for kinds of which a subject has one live task at most, served_by: {kind: {kind: true}} for live tasks that stand in,
-- needs: {kind: the configuration its user must be in, 'either', '' for a workspace}}
-- ARGV[4] the highest task id this program was ever told; ARGV[5] most idempotency keys a task keeps
-- ARGV[6..] ten an item: user (a workspace's name), kind, caller, caller is an administrator, caller may delete administrators,
--           not before (ms, 0: now), idempotency key's hash ('' none), request's hash, task that is retried ('' none),
--           trace ('' none)
-- Replies {OK, an item's line...}: tag, task id, ms, separated by tabs (a string costs less than a table). Tags: CREATED,
-- REPEATED (same key, same request), LIVE (a deletion of the subject already runs), OTHER (one of another kind does, which
-- does not stand in for this one), BEING_CANCELLED, KEY_REUSED, TOO_MANY_KEYS, FORBIDDEN, NOT_FOUND.
local rules, most_keys = cjson.decode(ARGV[3]), tonumber(ARGV[5])
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

local live = look_at(items, 'live', 'subject')
named = look_at(items, 'idempotency', 'key')

-- `left`: so many items are not created yet, this one among them.
local function submit(item, left)
  local kept = named[item.key]
  if kept then
    local hash, id = kept:match('^(%x+):(%d+)$')
    return (hash == item.hash and 'REPEATED' or 'KEY_REUSED') .. '\t' .. id .. '\t0'
  end
  local admin = look_up(item, rules)
  if admin == '1' and item.may_admin ~= '1' then return 'FORBIDDEN\t0\t0' end
  if not admin then return 'NOT_FOUND\t0\t0' end
  local id = rules.exclusive[item.kind] and live[item.subject]
  local task = id and running(item, id, rules)
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
  if not keep_later_key(item, id, most_keys) then return 'TOO_MANY_KEYS\t' .. id .. '\t0' end
  bring_forward(item, id, task, rules)
  return 'LIVE\t' .. id .. '\t0'
end

local reply = {'OK'}
for i, item in ipairs(items) do reply[i + 1] = one(submit, item, #items - i + 1) end
number_no_more()
return done(reply)
