-- The staged configuration takes effect: the users that this attempt prepared become the deployed ones, and the task is
-- COMPLETED, in one step. Who was written since he was prepared is taken once more before; if those are many, in calls of
-- their own.
--
-- ARGV[3] moves; ARGV[4] the state they lead to; ARGV[5] task id; ARGV[6] fence; ARGV[7] worker; ARGV[8] how many users are
-- taken once more at most
-- Replies {DONE} (now or already), {MORE} (there are more to be taken: call again), {LOST, state}, {CANCEL, state} or {LAST}
-- (no administrator would be left).
local moves, id, fence, most = cjson.decode(ARGV[3]), ARGV[5], ARGV[6], tonumber(ARGV[8])
local task = load_task(id)
if not task then return {'LOST', ''} end
if task.fence ~= fence or not task.deploy then return {'LOST', task.state} end
if task.state == ARGV[4] then return {'DONE'} end
local to = row(moves, task)
if not to then
  return { redis.call('ZSCORE', P .. 'leases', id .. ':' .. fence) and 'CANCEL' or 'LOST', task.state }
end
local into, before = prepared_by(id, fence), side('deployed')
if redis.call('SISMEMBER', P .. 'generations', id .. '-' .. fence) == 0 then return {'LOST', task.state} end

-- writes
-- Whether an administrator would be left shows only now. To take users once more is no change that anybody sees, and to
-- repeat it is safe: it may stand before a refusal.
for _, user in ipairs(redis.call('SPOP', P .. 'deploy:again', most)) do take(user, into) end
if redis.call('SCARD', P .. 'deploy:again') > 0 then return {'MORE'} end
if redis.call('SCARD', before .. 'admins') > 0 and redis.call('SCARD', into .. 'admins') == 0 then return {'LAST'} end
redis.call('SREM', P .. 'generations', id .. '-' .. fence)
redis.call('SADD', P .. 'generations', redis.call('GET', P .. 'generation') or 'first')
redis.call('SET', P .. 'generation', id .. '-' .. fence)
redis.call('UNLINK', P .. 'changes')
-- No number is given twice: see next_user.
local highest = tonumber(redis.call('ZREVRANGE', before .. 'users', 0, 0)[1] or '0')
if highest > tonumber(redis.call('GET', P .. 'last_user') or '0') then
  redis.call('SET', P .. 'last_user', string.format('%.0f', highest))
end
move(id, task, to, 'complete', ARGV[7], '', {})
return done({'DONE'})
