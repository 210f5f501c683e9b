-- Stands before scripts that read or write the users of a configuration.

-- What the keys of that configuration's users begin with. The deployed ones stand in the generation of the last deploy.
local prefixes = { staged = P .. 'staged:' }
local function side(name)
  if not prefixes[name] then
    local generation = redis.call('GET', P .. 'generation')
    prefixes[name] = P .. 'deployed:' .. (generation and generation .. ':' or '')
  end
  return prefixes[name]
end

-- Says that a staged user was written, with `done`. `pending`: the deployed one is another now, until the next deploy. A
-- deploy that is under way takes him once more in any case.
local deploys
local function touch(user, pending)
  if deploys == nil then deploys = redis.call('HEXISTS', P .. 'live', 'configuration') == 1 end
  if pending then later('SADD', P .. 'changes', user) end
  if deploys then later('SADD', P .. 'deploy:again', user) end
end
