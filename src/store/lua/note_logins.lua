-- Writes down who tried to log in, newest first. The oldest go when there are too many.
--
-- ARGV[3] most that are kept; then five by five, oldest first: the name that was given, the peer's address ('' unknown),
-- what became of it, by which method, how long ago (ms)
-- Replies {DONE}.
local FIELDS = 5
local lines = {}
for i = 4, #ARGV, FIELDS do
  -- The name itself is not kept: somebody may have typed his password there.
  local user = redis.call('HGET', side('deployed') .. 'names', ARGV[i]) or ''
  lines[#lines + 1] = table.concat({ NOW - ARGV[i + 4], user, ARGV[i + 1], ARGV[i + 2], ARGV[i + 3] }, '\t')
end

-- writes
redis.call('LPUSH', P .. 'logins', unpack(lines))
redis.call('LTRIM', P .. 'logins', 0, ARGV[3] - 1)
return {'DONE'}
