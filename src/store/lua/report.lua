-- Writes down what a running attempt has found, and how far it has come. Numbers are totals, so that a report whose answer
-- was lost can be repeated.
--
-- ARGV[3] {state: KEPT or CANCEL} for every state that is held; ARGV[4] task id; ARGV[5] fence; ARGV[6] how many
-- dependents were found before these: 0 forgets what stands there; ARGV[7] how the checks stand; ARGV[8] most dependents
-- kept; ARGV[9..] the new dependents
-- Replies {KEPT}, {CANCEL} (a cancel was accepted: nothing written) or {LOST}.
local held = cjson.decode(ARGV[3])
local id, fence = ARGV[4], ARGV[5]
local task = load_task(id)
local answer = task and task.fence == fence and held[task.state] or 'LOST'
if answer ~= 'KEPT' then return {answer} end

-- writes
local key = P .. 'task:' .. id
local before, added = tonumber(ARGV[6]), #ARGV - 8
if before == 0 then redis.call('UNLINK', key .. ':dependents') end
local kept = redis.call('LLEN', key .. ':dependents')
if kept > before then redis.call('LTRIM', key .. ':dependents', 0, before - 1) end
redis.call('HSET', key, 'checks', ARGV[7], 'modified', task.at)
local room = tonumber(ARGV[8]) - math.min(kept, before)
for i = 9, 8 + math.min(added, room) do redis.call('RPUSH', key .. ':dependents', ARGV[i]) end
return {'KEPT'}
