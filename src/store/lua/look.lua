-- Reads in one step, whatever it is told to. In place of MULTI, within which a Redis without memory refuses reads too: a
-- task must be shown while nothing new can be accepted. Has no prelude.
--
-- ARGV for each command how many words it has, then its words.
-- Replies {each command's answer...}.
local answers, at = {}, 1
while at <= #ARGV do
  local last = at + tonumber(ARGV[at])
  answers[#answers + 1] = redis.call(unpack(ARGV, at + 1, last))
  at = last + 1
end
return answers
