-- Stands before the script that takes submissions: what one meets that was there before. `rules` are the script's.

-- What a hash has under that of each item, all in one look. What an item of this call writes there is noted here as well.
local function look_at(items, hash, field)
  local asked, found = {}, {}
  for _, item in ipairs(items) do
    if item[field] ~= '' then asked[#asked + 1] = item[field] end
  end
  local values = #asked > 0 and redis.call('HMGET', P .. hash, unpack(asked))
  for i, name in ipairs(asked) do found[name] = values[i] end
  return found
end

-- Which task each key stands for: the request's hash, and the task.
local named = {}

-- Says which task an idempotency key stands for.
local function name_task(item, id)
  named[item.key] = item.hash .. ':' .. id
  later('HSET', P .. 'idempotency', item.key, named[item.key])
end

-- The key that came with a task stands in its record, which is a quarter of the memory; later ones in a list.
local function keep_later_key(item, id, most)
  if item.key == '' then return true end
  local key = P .. 'task:' .. id
  local kept = redis.call('HEXISTS', key, 'key') + redis.call('LLEN', key .. ':keys')
  if kept >= most then return false end
  redis.call('RPUSH', key .. ':keys', item.key)
  name_task(item, id)
  return true
end

-- The task that holds the subject's slot, or nil. Its record decides: one that has ended, or is about somebody else, does not.
local function running(item, id, rules)
  local task = load_task(id)
  return task and task.subject == item.subject and not rules.ended[task.state] and task or nil
end

-- What is to be done earlier now than was asked for before.
local function bring_forward(item, id, task, rules)
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
local function look_up(item, rules)
  if item.workspace then return '0' end
  local staged = redis.call('HGET', P .. 'staged:user:' .. item.user, 'admin')
  if rules.needs[item.kind] == 'staged' then return staged end
  local deployed = redis.call('HGET', side('deployed') .. 'user:' .. item.user, 'admin')
  local there = deployed or rules.needs[item.kind] == 'either' and staged
  return there and (staged == '1' and staged or there)
end
