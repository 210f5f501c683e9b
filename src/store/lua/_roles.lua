-- Stands before scripts that say what a deployed user may do.

-- The records of his roles, at most MOST_ROLES: `user_role_id`, and `further_roles` (ids, by commas).
local MOST_ROLES = 50
local function roles_of(id)
  local user = redis.call('HMGET', side('deployed') .. 'user:' .. id, 'user_role_id', 'further_roles')
  local records = {}
  for role in ((user[1] or '') .. ',' .. (user[2] or '')):gmatch('%d+') do
    local record = #records < MOST_ROLES and redis.call('HGET', P .. 'roles', role)
    if record then records[#records + 1] = record end
  end
  return records
end
