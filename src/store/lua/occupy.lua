-- Keeps containers and removals away from workspaces whose files are about to be moved; repeated, for longer.
--
-- ARGV[3] who moves them; ARGV[4] for how long, in ms; ARGV[5..] the workspaces' names
-- Replies {DONE}, {RUNNING}, {SILENT} (see in_use), {BEING_DELETED} or {OCCUPIED}.
for i = 5, #ARGV do
  local subject = subject_of(nil, ARGV[i])
  local used = in_use(subject)
  if used then return {used} end
  if is_being_deleted(subject) then return {'BEING_DELETED'} end
  if is_occupied(subject, ARGV[3]) then return {'OCCUPIED'} end
end

-- writes
for i = 5, #ARGV do redis.call('SET', P .. subject_of(nil, ARGV[i]) .. ':occupied', ARGV[3], 'PX', ARGV[4]) end
return {'DONE'}
