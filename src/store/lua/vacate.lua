-- The files of workspaces are where they belong.
--
-- ARGV[3] who moved them; ARGV[4..] the workspaces' names
-- Replies {DONE}.

-- writes
for i = 4, #ARGV do
  local key = P .. subject_of(nil, ARGV[i]) .. ':occupied'
  if redis.call('GET', key) == ARGV[3] then redis.call('UNLINK', key) end
end
return {'DONE'}
