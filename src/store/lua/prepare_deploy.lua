-- Prepares a stretch of the users who are to be deployed, beside those that are in effect, which stay as they are.
--
-- ARGV[3] {state: KEPT or CANCEL} for every state that is held; ARGV[4] task id; ARGV[5] fence; ARGV[6] the user to go on
-- after ('' from the start); ARGV[7] how many users at most
-- Replies {KEPT, user to go on after ('' at the end)}, {CANCEL} (a cancel was accepted: nothing written) or {LOST}.
local held, id, fence, after = cjson.decode(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local task = load_task(id)
local answer = task and task.fence == fence and task.deploy and held[task.state] or 'LOST'
if answer ~= 'KEPT' then return {answer} end
local users = side('staged') .. 'users'
local from = after == '' and '-inf' or '(' .. after
local ids = redis.call('ZRANGEBYSCORE', users, from, '+inf', 'LIMIT', 0, ARGV[7])

-- writes
local into = prepared_by(id, fence)
-- From here on whoever is written is taken once more. A first call that is repeated forgets nobody.
if redis.call('SADD', P .. 'generations', id .. '-' .. fence) == 1 then redis.call('UNLINK', P .. 'deploy:again') end
for _, user in ipairs(ids) do take(user, into) end
redis.call('HSET', P .. 'task:' .. id, 'prepared', redis.call('ZCARD', into .. 'users'), 'to_prepare',
  redis.call('ZCARD', users), 'modified', task.at)
return {'KEPT', #ids == tonumber(ARGV[7]) and ids[#ids] or ''}
