-- Stands before scripts that touch the two configurations.

-- What the keys of a side begin with.
local function side(name) return P .. name .. ':' end

-- Notes that a staged user was written; `pending`: he differs from the deployed one from now on.
local function touch(user, pending) end
