-- Forgets a container: it has ended.
--
-- ARGV[3] container id
-- Replies {DONE} or {NOT_FOUND}.
local container = load_container(ARGV[3])
if not container then return {'NOT_FOUND'} end

-- writes
forget_container(ARGV[3], container.name)
return { container.ends > NOW and 'DONE' or 'NOT_FOUND' }
