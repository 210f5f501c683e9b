-- Loads users into both configurations. Who is there stays; who was deleted is not brought back unasked.
--
-- ARGV[3] 1: bring deleted users back; ARGV[4] {kind: true} for kinds of tasks that delete a user; ARGV[5] the
-- state in which such a task has done it; ARGV[6..] four an item: user, username, 1 for an administrator, the fields of the
-- record as a JSON object of strings
-- Replies {OK, an item's tag...}: ADDED, RESTORED, KEPT, DELETED (skipped), LIVE (his deletion runs: skipped), NAME_TAKEN
-- (another user's or a service token's: skipped).
local deletions = cjson.decode(ARGV[4])

local function fields_of(json)
  local fields = {}
  for field, value in pairs(cjson.decode(json)) do add_field(fields, field, value) end
  return fields
end

-- Nothing but his deletion takes a user from both sides, at once or with a deploy, whatever was asked about him since; it is
-- known as long as its task is kept.
local function was_deleted(id)
  for kind in pairs(deletions) do
    local ended_so = index(kind, ARGV[5])
    if redis.call('ZINTERCARD', 2, P .. 'user:' .. id .. ':tasks', ended_so, 'LIMIT', 1) == 1 then return true end
  end
  return false
end

local function import(id, name, admin, fields)
  -- Who is deleted from one side, and whose deletion from both runs, would be restored for a moment.
  if redis.call('HEXISTS', P .. 'live', 'user:' .. id) == 1 then return 'LIVE' end
  if redis.call('EXISTS', P .. 'staged:user:' .. id) == 1 then return 'KEPT' end
  for _, where in ipairs({ 'staged', 'deployed' }) do
    if (redis.call('HGET', side(where) .. 'names', name) or id) ~= id then return 'NAME_TAKEN' end
  end
  if is_tokens(name) then return 'NAME_TAKEN' end
  local deleted = redis.call('EXISTS', side('deployed') .. 'user:' .. id) == 1
  local gone = not deleted and was_deleted(id)
  if (deleted or gone) and ARGV[3] ~= '1' then return 'DELETED' end
  -- writes
  write_user('staged', id, name, admin, fields_of(fields))
  touch(id, deleted)
  if deleted then return 'RESTORED' end
  write_user('deployed', id, name, admin, fields_of(fields))
  return gone and 'RESTORED' or 'ADDED'
end

local reply = {'OK'}
for i = 6, #ARGV, 4 do reply[#reply + 1] = one(import, ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]) end
return done(reply)
