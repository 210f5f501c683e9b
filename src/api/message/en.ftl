# What a task is called and what goes on with it, in English: `name`, and one sentence for each state, under the state's
# own name. Small letters are parts of other sentences.
#
#   $kind      what the task is for         $attempt   the running attempt, or the last one
#   $user      the user's number            $checks    how many checks there are; 0 before the first one began
#   $state     where the task stands        $done      how many of them have answered (a deploy's are users)
#   $reason    the reason's code, or none   $blocking  how many dependents block the deletion
#   $check     the check of the reason        $committed yes once a removal outside Redis was promised
#
# A dry run deletes nothing anyway, so nothing is said about that. Where a sentence depends on $kind or $reason, each of
# them is written out, because whatever is not would silently get the sentence with the star. A test looks at that. Only
# whether there is a reason at all may be asked too: [none] and *[other].

name = { $kind ->
    [dependents] Dependents of user { $user }
    [workspace] Removal of a workspace
    [deploy] Deploy of the staged configuration
    [platform_user] Deletion of user { $user }, staged and deployed
   *[staged_user] Deletion of user { $user }
}

INITIALIZING = Waiting for its start time.

QUEUED = Waiting to be started.

PROCESSING = { $kind ->
    [deploy] { $checks ->
        [0] Preparing the users{ again }.
        [one] Preparing the users: { $done } of { $checks } done{ again }.
       *[other] Preparing the users: { $done } of { $checks } done{ again }.
    }
    [dependents] { working }
    [workspace] { working }
    [platform_user] { working }
   *[staged_user] { working }
}

CANCEL_REQUESTED = A cancel was requested; the work is being stopped.

CANCELING = { $kind ->
    [dependents] The work is being stopped.
    [workspace] The work is being stopped; nothing will be removed.
    [deploy] The work is being stopped; nothing will be deployed.
    [platform_user] The work is being stopped; nothing will be deleted.
   *[staged_user] The work is being stopped; nothing will be deleted.
}

PAUSED = Paused by an operator.

INTERRUPTED = { cause }; trying again.

RESUMING = { $reason ->
    [none] Waiting to be started again.
   *[other] { cause }; waiting to be started again.
}

COMPLETED = { $kind ->
    [dependents] { findings }
    [workspace] The workspace was removed.
    [deploy] The staged configuration has taken effect.
    [platform_user] The user was deleted, staged and deployed.
   *[staged_user] The user was deleted.
}

CONFLICT = { $kind ->
    [dependents] { findings }
    [workspace] { $blocking ->
        [0] Running containers use the workspace.
        [one] { $blocking } running container uses the workspace.
       *[other] { $blocking } running containers use the workspace.
    }
    [deploy] Nothing was deployed.
    [platform_user] { blocked }
   *[staged_user] { blocked }
}

CANCELLED = { $kind ->
    [dependents] Cancelled.
    [workspace] Cancelled; nothing was removed.
    [deploy] Cancelled; nothing was deployed.
    [platform_user] Cancelled; nothing was deleted.
   *[staged_user] Cancelled; nothing was deleted.
}

EXCEPTION = { $kind ->
    [dependents] { $attempt ->
        [0] { cause }.
        [one] { cause }.
       *[other] { cause }; given up after { $attempt } attempts.
    }
    [workspace] { $attempt ->
        [0] { cause }; nothing was removed.
        [one] { cause }; nothing was removed.
       *[other] { cause }; given up after { $attempt } attempts, and nothing was removed.
    }
    [deploy] { $attempt ->
        [0] { cause }; nothing was deployed.
        [one] { cause }; nothing was deployed.
       *[other] { cause }; given up after { $attempt } attempts, and nothing was deployed.
    }
    [platform_user] { undone }
   *[staged_user] { undone }
}

## One component of a dry run: a check, looking for one kind of dependents. It has $state, where it stands; $found, how many
## it has found; $done and $objects, how many it has looked at, of how many.

component = { $state ->
    [QUEUED] Waiting for its turn.
    [PROCESSING] { $done } of { $objects } checked.
    [CANCEL_REQUESTED] The work is being stopped.
    [CANCELING] The work is being stopped.
    [COMPLETED] { $found ->
        [0] Nothing found.
        [one] { $found } dependent found.
       *[other] { $found } dependents found.
    }
    [EXCEPTION] Ended without an answer.
   *[other] Stopped before everything was checked.
}

## Parts

working = { $committed ->
    [yes] Removing the workspace{ again }.
   *[no] { $checks ->
        [0] { looking }{ again }.
        [one] { looking }: { $done } of { $checks } check done{ again }.
       *[other] { looking }: { $done } of { $checks } checks done{ again }.
    }
}

looking = { $kind ->
    [dependents] Checking what depends on the user
    [workspace] Checking who uses the workspace
    [deploy] Preparing the users
    [platform_user] Checking what depends on the user
   *[staged_user] Checking what depends on the user
}

blocked = { $blocking ->
    [0] Dependents block the deletion.
    [one] { $blocking } dependent blocks the deletion.
   *[other] { $blocking } dependents block the deletion.
}

undone = { $attempt ->
    [0] { cause }; nothing was deleted.
    [one] { cause }; nothing was deleted.
   *[other] { cause }; given up after { $attempt } attempts, and nothing was deleted.
}

again = { $attempt ->
    [0] { "" }
    [one] { "" }
   *[other] { " " }(attempt { $attempt })
}

findings = { $blocking ->
    [0] Nothing blocks the deletion of the user.
    [one] { $blocking } dependent would block the deletion.
   *[other] { $blocking } dependents would block the deletion.
}

cause = { $reason ->
    [dependents] Dependents were found
    [user_gone] The user no longer exists
    [last_administrator] { $kind ->
        [deploy] No administrator would be left
        [dependents] The user is the last administrator
        [workspace] The user is the last administrator
        [platform_user] The user is the last administrator
       *[staged_user] The user is the last administrator
    }
    [check_unavailable] The check "{ $check }" could not answer
    [answers_too_old] What the checks said was too old to act on
    [unsettled] { $kind ->
        [dependents] Dependents kept changing
        [workspace] Containers kept starting while the workspace was to be removed
        [deploy] Users kept changing
        [platform_user] Dependents kept changing while the user was to be deleted
       *[staged_user] Dependents kept changing while the user was to be deleted
    }
    [worker_lost] The worker was lost
    [worker_stopped] The worker was stopped
    [worker_panicked] The worker failed unexpectedly
    [paused] An operator paused it
    [workspace_gone] There is no such workspace any more
    [effect_incomplete] The workspace is out of the way, but not all of it could be removed
    [in_the_way] Something is in the way where the workspace was to be put aside
    [not_set_aside] The workspace cannot be put out of the way, and nothing of it was touched
    [ledger_unwritable] The worker's ledger cannot be written, and nothing was done
   *[none] { $state ->
        [EXCEPTION] Failed
       *[other] Interrupted
    }
}
