# The German sentences. What they may use, and what to mind, stands at the head of en.ftl.

name = { $kind ->
    [dependents] Von Benutzer { $user } abhängige Objekte
   *[staged_user] Löschung von Benutzer { $user }
}

INITIALIZING = Wartet auf den Startzeitpunkt.

QUEUED = Wartet auf den Start.

PROCESSING = { $checks ->
    [0] Es wird geprüft, was vom Benutzer abhängt{ again }.
    [one] Es wird geprüft, was vom Benutzer abhängt: { $done } von { $checks } Prüfung abgeschlossen{ again }.
   *[other] Es wird geprüft, was vom Benutzer abhängt: { $done } von { $checks } Prüfungen abgeschlossen{ again }.
}

CANCEL_REQUESTED = Der Abbruch wurde angefordert; die laufende Arbeit wird gestoppt.

CANCELING = { $kind ->
    [dependents] Die laufende Arbeit wird gestoppt.
   *[staged_user] Die laufende Arbeit wird gestoppt; es wird nichts gelöscht.
}

PAUSED = Vom Betriebsteam pausiert.

INTERRUPTED = { cause }; es folgt ein neuer Versuch.

RESUMING = { $reason ->
    [none] Wartet auf den erneuten Start.
   *[other] { cause }; die Aufgabe wartet auf den erneuten Start.
}

COMPLETED = { $kind ->
    [dependents] { findings }
   *[staged_user] Der Benutzer wurde gelöscht.
}

CONFLICT = { $kind ->
    [dependents] { findings }
   *[staged_user] { $blocking ->
        [0] Abhängige Objekte verhindern die Löschung.
        [one] { $blocking } abhängiges Objekt verhindert die Löschung.
       *[other] { $blocking } abhängige Objekte verhindern die Löschung.
    }
}

CANCELLED = { $kind ->
    [dependents] Abgebrochen.
   *[staged_user] Abgebrochen; es wurde nichts gelöscht.
}

EXCEPTION = { $kind ->
    [dependents] { $attempt ->
        [0] { cause }.
        [one] { cause }.
       *[other] { cause }; nach { $attempt } Versuchen aufgegeben.
    }
   *[staged_user] { $attempt ->
        [0] { cause }; es wurde nichts gelöscht.
        [one] { cause }; es wurde nichts gelöscht.
       *[other] { cause }; nach { $attempt } Versuchen aufgegeben, es wurde nichts gelöscht.
    }
}

## Bausteine

again = { $attempt ->
    [0] { "" }
    [one] { "" }
   *[other] { " " }(Versuch { $attempt })
}

findings = { $blocking ->
    [0] Der Löschung des Benutzers steht nichts entgegen.
    [one] { $blocking } abhängiges Objekt würde die Löschung verhindern.
   *[other] { $blocking } abhängige Objekte würden die Löschung verhindern.
}

cause = { $reason ->
    [dependents] Es wurden abhängige Objekte gefunden
    [user_gone] Der Benutzer existiert nicht mehr
    [last_administrator] Der Benutzer ist der letzte Administrator
    [check_unavailable] Die Prüfung „{ $check }“ hat kein Ergebnis geliefert
    [answers_too_old] Die Ergebnisse der Prüfungen waren nicht mehr aktuell genug
    [unsettled] { $kind ->
        [dependents] Die abhängigen Objekte änderten sich immer wieder
       *[staged_user] Die abhängigen Objekte änderten sich immer wieder, während der Benutzer gelöscht werden sollte
    }
    [worker_lost] Der Worker ist ausgefallen
    [worker_stopped] Der Worker wurde gestoppt
    [worker_panicked] Im Worker ist ein unerwarteter Fehler aufgetreten
    [paused] Das Betriebsteam hat die Aufgabe pausiert
   *[none] { $state ->
        [EXCEPTION] Fehlgeschlagen
       *[other] Unterbrochen
    }
}
