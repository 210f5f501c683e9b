-- Accepts a deploy, unless one is under way, or there is nothing to deploy and it asks for changes only.
--
-- ARGV[3] {state, place} where it begins; ARGV[4] the highest task id this program was ever told; ARGV[5] its kind; ARGV[6] 1:
-- only if there are changes; ARGV[7] how it was asked for; ARGV[8] caller; ARGV[9] 1: caller is an administrator; ARGV[10]
-- task that is retried ('' none); ARGV[11] trace ('' none)
-- Replies {CREATED, task id, ms}, {LIVE, task id, 0} or {NOTHING, 0, 0}.
if tonumber(redis.call('GET', P .. 'seq') or '0') < tonumber(ARGV[4]) then return {'DATA_LOST'} end
local live = redis.call('HGET', P .. 'live', 'configuration')
if live and load_task(live) then return {'LIVE', live, '0'} end
if ARGV[6] == '1' and redis.call('SCARD', P .. 'changes') == 0 then return {'NOTHING', '0', '0'} end

-- writes
local id = next_number(1)
create(id, { kind = ARGV[5], subject = 'configuration', about = { 'deploy', ARGV[7] }, by = ARGV[8],
  admin = ARGV[9], retry_of = ARGV[10], trace = ARGV[11], key = '' }, cjson.decode(ARGV[3]), false, true)
return done({'CREATED', id, NOW_TEXT})
