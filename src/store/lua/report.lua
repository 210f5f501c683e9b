-- Writes down what a running attempt has found, and how far it has come.
--
-- ARGV[3] {state: KEPT or CANCEL} for every state that is held; ARGV[4] task id; ARGV[5] fence; ARGV[6] 1: forget what
-- this attempt found before; ARGV[7] checks done; ARGV[8] checks in all; ARGV[9] most dependents kept; ARGV[10] how many
-- of the new ones block; ARGV[11..] the new dependents
-- Replies {KEPT, ms by Redis's clock}, {CANCEL} (a cancel was accepted: nothing written) or {LOST}.
local held = cjson.decode(ARGV[3])
local id, fence = ARGV[4], ARGV[5]
local task = load_task(id)
local answer = task and task.fence == fence and held[task.state] or 'LOST'
if answer ~= 'KEPT' then return {answer} end

-- writes
local key = P .. 'task:' .. id
if ARGV[6] == '1' then
  redis.call('UNLINK', key .. ':dependents')
  redis.call('HDEL', key, 'found', 'blocking')
end
redis.call('HSET', key, 'done', ARGV[7], 'of', ARGV[8], 'modified', task.at)
local added = #ARGV - 10
if added > 0 then
  redis.call('HINCRBY', key, 'found', added)
  redis.call('HINCRBY', key, 'blocking', ARGV[10])
  local room = tonumber(ARGV[9]) - redis.call('LLEN', key .. ':dependents')
  for i = 11, 10 + math.min(added, room) do redis.call('RPUSH', key .. ':dependents', ARGV[i]) end
end
return {'KEPT', tostring(NOW)}
