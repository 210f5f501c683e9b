-- A write that leaves nothing, so that the WAIT behind it on the same connection covers all that was written before, by
-- whomever: since Redis 7.2 WAIT looks at the connection's last write only, and a repeated request writes nothing itself.
-- Has no prelude.
--
-- KEYS[1] a key of its own.
-- Replies 1.
redis.call('SET', KEYS[1], '')
return redis.call('DEL', KEYS[1])
