-- Keeps containers and removals away from workspaces between which files are about to be moved; repeated, for longer.
--
-- ARGV[3] who moves them; ARGV[4] for how long, in ms; ARGV[5] the source's name; ARGV[6] the target's, perhaps the same
-- Replies {DONE}, {RUNNING}, {SILENT} (see in_use, of the source alone: whoever has the target open sees files come),
-- {BEING_DELETED} or {OCCUPIED}.
local source, target = subject_of(nil, ARGV[5]), subject_of(nil, ARGV[6])
local used = in_use(source)
if used then return {used} end
for _, subject in ipairs({ source, target }) do
  if is_being_deleted(subject) then return {'BEING_DELETED'} end
  if is_occupied(subject, ARGV[3]) then return {'OCCUPIED'} end
end

-- writes
for _, subject in ipairs({ source, target }) do redis.call('SET', P .. subject .. ':occupied', ARGV[3], 'PX', ARGV[4]) end
return {'DONE'}
