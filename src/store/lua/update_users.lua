-- Changes users' roles and e-mail address in both configurations: all of them, or none. Roles come to those that he has in
-- each, which may differ; and whoever is an administrator in either is one to a caller who must leave those alone.
--
-- ARGV[3] roles, by commas ('' as they are), 0 for the one that may have to be made; ARGV[4] 1: one of them is an
-- administrator's; ARGV[5] 1: they come to those he has, 0: they take their place; ARGV[6] most roles a user has; ARGV[7] 1:
-- the caller may take an administrator's roles away; ARGV[8] e-mail address ('' as it is); ARGV[9] the name of the role that
-- may have to be made; ARGV[10..] users' numbers
-- Replies {DONE}, or for the first one who stands against it {NOT_FOUND}, {LIVE} (his deletion runs), {FULL} (too many
-- roles), {FORBIDDEN} (he is an administrator) or {LAST} (no administrator would be left).
local sides, added = { 'staged', 'deployed' }, ARGV[5] == '1'

-- Whether a configuration would have no administrator if those of these plans were none who are to be none.
local function leaves_none(where, plans)
  local left = redis.call('SCARD', side(where) .. 'admins')
  local before = left
  for _, plan in ipairs(plans) do
    local is_one = redis.call('SISMEMBER', side(where) .. 'admins', plan.user) == 1
    if plan[where] == '0' and is_one then left = left - 1 end
    if plan[where] == '1' and not is_one then left = left + 1 end
  end
  return left < before and left < 1
end

local plans = {}
for i = 10, #ARGV do
  local user = ARGV[i]
  if not redis.call('HGET', side('deployed') .. 'user:' .. user, 'admin') then return {'NOT_FOUND'} end
  if redis.call('HEXISTS', P .. 'live', 'user:' .. user) == 1 then return {'LIVE'} end
  local plan = { user = user }
  for _, where in ipairs(ARGV[3] ~= '' and sides or {}) do
    local was = redis.call('HGET', side(where) .. 'user:' .. user, 'admin')
    if was and #roles_with(where, user, ARGV[3], added) > tonumber(ARGV[6]) then return {'FULL'} end
    if was == '1' and not added and ARGV[7] ~= '1' then return {'FORBIDDEN'} end
    if was then plan[where] = (ARGV[4] == '1' or (added and was == '1')) and '1' or '0' end
  end
  plans[#plans + 1] = plan
end
for _, where in ipairs(sides) do
  if leaves_none(where, plans) then return {'LAST'} end
end

-- writes
local given = with_role(ARGV[3], ARGV[9])
for _, plan in ipairs(plans) do
  for _, where in ipairs(sides) do
    local key = side(where) .. 'user:' .. plan.user
    if redis.call('EXISTS', key) == 1 then
      if ARGV[8] ~= '' then redis.call('HSET', key, 'email', ARGV[8]) end
      if plan[where] then
        local roles = roles_with(where, plan.user, given, added)
        redis.call('HSET', key, 'admin', plan[where], 'user_role_id', roles[1])
        redis.call('HDEL', key, 'further_roles')
        if roles[2] then redis.call('HSET', key, 'further_roles', table.concat(roles, ',', 2)) end
        redis.call(plan[where] == '1' and 'SADD' or 'SREM', side(where) .. 'admins', plan.user)
      end
    end
  end
  touch(plan.user, false)
end
return done({'DONE'})
