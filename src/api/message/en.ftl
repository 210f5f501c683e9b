# What a task is called and what goes on with it, in English: `name`, and one sentence for each state, under the state's
# own name. Small letters are parts of other sentences.
#
#   $kind      what the task is for         $attempt   the running attempt, or the last one
#   $user      the user's number            $checks    how many checks there are; 0 before the first one began
#   $state     where the task stands        $done      how many of them have answered
#   $reason    the reason's code, or none   $blocking  how many dependents block the deletion
#   $check     the check of the reason
#
# A dry run deletes nothing anyway, so nothing is said about that. Where a sentence depends on $kind or $reason, each of
# them is written out, because whatever is not would silently get the sentence with the star. A test looks at that. Only
# whether there is a reason at all may be asked too: [none] and *[other].

name = { $kind ->
    [dependents] Dependents of user { $user }
   *[staged_user] Deletion of user { $user }
}

INITIALIZING = Waiting for its start time.

QUEUED = Waiting to be started.

PROCESSING = { $checks ->
    [0] Checking what depends on the user{ again }.
    [one] Checking what depends on the user: { $done } of { $checks } check done{ again }.
   *[other] Checking what depends on the user: { $done } of { $checks } checks done{ again }.
}

CANCEL_REQUESTED = A cancel was requested; the work is being stopped.

CANCELING = { $kind ->
    [dependents] The work is being stopped.
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
   *[staged_user] The user was deleted.
}

CONFLICT = { $kind ->
    [dependents] { findings }
   *[staged_user] { $blocking ->
        [0] Dependents block the deletion.
        [one] { $blocking } dependent blocks the deletion.
       *[other] { $blocking } dependents block the deletion.
    }
}

CANCELLED = { $kind ->
    [dependents] Cancelled.
   *[staged_user] Cancelled; nothing was deleted.
}

EXCEPTION = { $kind ->
    [dependents] { $attempt ->
        [0] { cause }.
        [one] { cause }.
       *[other] { cause }; given up after { $attempt } attempts.
    }
   *[staged_user] { $attempt ->
        [0] { cause }; nothing was deleted.
        [one] { cause }; nothing was deleted.
       *[other] { cause }; given up after { $attempt } attempts, and nothing was deleted.
    }
}

## Parts

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
    [last_administrator] The user is the last administrator
    [check_unavailable] The check "{ $check }" could not answer
    [answers_too_old] What the checks said was too old to act on
    [unsettled] { $kind ->
        [dependents] Dependents kept changing
       *[staged_user] Dependents kept changing while the user was to be deleted
    }
    [worker_lost] The worker was lost
    [worker_stopped] The worker was stopped
    [worker_panicked] The worker failed unexpectedly
    [paused] An operator paused it
   *[none] { $state ->
        [EXCEPTION] Failed
       *[other] Interrupted
    }
}
