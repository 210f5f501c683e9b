-- Stands before scripts that look at who uses a workspace. A subject is `workspace:<SHA-1 of its name>`.
local MOST_OF_A_USER = 100

-- A registration, and until when it stands (`deadline`) and, lapsed, counts as "cannot tell" (`ends`).
local function load_container(id)
  local text = redis.call('HGET', P .. 'containers', id)
  local deadline, life, name = (text or ''):match('^(%d+)\t(%d+)\t%w+\t%d+\t(.*)$')
  if not deadline then return nil end
  return { deadline = tonumber(deadline), ends = deadline + life * 1000, name = name }
end

local function forget_container(id, name)
  redis.call('HDEL', P .. 'containers', id)
  redis.call('ZREM', P .. 'container_ends', id)
  redis.call('ZREM', P .. subject_of(nil, name) .. ':containers', id)
end

-- RUNNING: a container is registered; SILENT: one was, and has lapsed, so that nobody can tell; nil: none.
local function in_use(subject)
  local silent
  for _, id in ipairs(redis.call('ZRANGE', P .. subject .. ':containers', 0, MOST_OF_A_USER - 1)) do
    local container = load_container(id)
    if container and container.deadline > NOW then return 'RUNNING' end
    if container and container.ends > NOW then silent = 'SILENT' end
  end
  return silent
end

-- Somebody else moves its files.
local function is_occupied(subject, by)
  local owner = redis.call('GET', P .. subject .. ':occupied')
  return owner and owner ~= by
end

-- Its removal has been promised and has not ended.
local function is_being_deleted(subject)
  local id = redis.call('HGET', P .. 'live', subject)
  local task = id and load_task(id)
  return task and task.committed
end
