# The German sentences. What they may use, and what to mind, stands at the head of en.ftl.

name = { $kind ->
    [dependents] Von Benutzer { $user } abhängige Objekte
    [workspace] Entfernung eines Arbeitsbereichs
    [deploy] Inkraftsetzung der vorgesehenen Konfiguration
    [platform_user] Löschung von Benutzer { $user }, vorgesehen und in Kraft
   *[staged_user] Löschung von Benutzer { $user }
}

INITIALIZING = Wartet auf den Startzeitpunkt.

QUEUED = Wartet auf den Start.

PROCESSING = { $kind ->
    [deploy] { $checks ->
        [0] Die Benutzer werden vorbereitet{ again }.
        [one] Die Benutzer werden vorbereitet: { $done } von { $checks } fertig{ again }.
       *[other] Die Benutzer werden vorbereitet: { $done } von { $checks } fertig{ again }.
    }
    [dependents] { working }
    [workspace] { working }
    [platform_user] { working }
   *[staged_user] { working }
}

CANCEL_REQUESTED = Der Abbruch wurde angefordert; die laufende Arbeit wird gestoppt.

CANCELING = { $kind ->
    [dependents] Die laufende Arbeit wird gestoppt.
    [workspace] Die laufende Arbeit wird gestoppt; es wird nichts entfernt.
    [deploy] Die laufende Arbeit wird gestoppt; es wird nichts in Kraft gesetzt.
    [platform_user] Die laufende Arbeit wird gestoppt; es wird nichts gelöscht.
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
    [workspace] Der Arbeitsbereich wurde entfernt.
    [deploy] Die vorgesehene Konfiguration ist in Kraft getreten.
    [platform_user] Der Benutzer wurde gelöscht, vorgesehen und in Kraft.
   *[staged_user] Der Benutzer wurde gelöscht.
}

CONFLICT = { $kind ->
    [dependents] { findings }
    [workspace] { $blocking ->
        [0] Laufende Container benutzen den Arbeitsbereich.
        [one] { $blocking } laufender Container benutzt den Arbeitsbereich.
       *[other] { $blocking } laufende Container benutzen den Arbeitsbereich.
    }
    [deploy] Es wurde nichts in Kraft gesetzt.
    [platform_user] { blocked }
   *[staged_user] { blocked }
}

CANCELLED = { $kind ->
    [dependents] Abgebrochen.
    [workspace] Abgebrochen; es wurde nichts entfernt.
    [deploy] Abgebrochen; es wurde nichts in Kraft gesetzt.
    [platform_user] Abgebrochen; es wurde nichts gelöscht.
   *[staged_user] Abgebrochen; es wurde nichts gelöscht.
}

EXCEPTION = { $kind ->
    [dependents] { $attempt ->
        [0] { cause }.
        [one] { cause }.
       *[other] { cause }; nach { $attempt } Versuchen aufgegeben.
    }
    [workspace] { $attempt ->
        [0] { cause }; es wurde nichts entfernt.
        [one] { cause }; es wurde nichts entfernt.
       *[other] { cause }; nach { $attempt } Versuchen aufgegeben, es wurde nichts entfernt.
    }
    [deploy] { $attempt ->
        [0] { cause }; es wurde nichts in Kraft gesetzt.
        [one] { cause }; es wurde nichts in Kraft gesetzt.
       *[other] { cause }; nach { $attempt } Versuchen aufgegeben, es wurde nichts in Kraft gesetzt.
    }
    [platform_user] { undone }
   *[staged_user] { undone }
}

## Bausteine

working = { $committed ->
    [yes] Der Arbeitsbereich wird entfernt{ again }.
   *[no] { $checks ->
        [0] { looking }{ again }.
        [one] { looking }: { $done } von { $checks } Prüfung abgeschlossen{ again }.
       *[other] { looking }: { $done } von { $checks } Prüfungen abgeschlossen{ again }.
    }
}

component = { $state ->
    [QUEUED] Wartet, bis die Prüfung an der Reihe ist.
    [PROCESSING] { $done } von { $objects } geprüft.
    [CANCEL_REQUESTED] Die laufende Arbeit wird gestoppt.
    [CANCELING] Die laufende Arbeit wird gestoppt.
    [COMPLETED] { $found ->
        [0] Nichts gefunden.
        [one] { $found } abhängiges Objekt gefunden.
       *[other] { $found } abhängige Objekte gefunden.
    }
    [EXCEPTION] Ohne Ergebnis beendet.
   *[other] Gestoppt, bevor alles geprüft war.
}

looking = { $kind ->
    [dependents] Es wird geprüft, was vom Benutzer abhängt
    [workspace] Es wird geprüft, wer den Arbeitsbereich benutzt
    [deploy] Die Benutzer werden vorbereitet
    [platform_user] Es wird geprüft, was vom Benutzer abhängt
   *[staged_user] Es wird geprüft, was vom Benutzer abhängt
}

blocked = { $blocking ->
    [0] Abhängige Objekte verhindern die Löschung.
    [one] { $blocking } abhängiges Objekt verhindert die Löschung.
   *[other] { $blocking } abhängige Objekte verhindern die Löschung.
}

undone = { $attempt ->
    [0] { cause }; es wurde nichts gelöscht.
    [one] { cause }; es wurde nichts gelöscht.
   *[other] { cause }; nach { $attempt } Versuchen aufgegeben, es wurde nichts gelöscht.
}

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
    [last_administrator] { $kind ->
        [deploy] Es bliebe kein Administrator übrig
        [dependents] Der Benutzer ist der letzte Administrator
        [workspace] Der Benutzer ist der letzte Administrator
        [platform_user] Der Benutzer ist der letzte Administrator
       *[staged_user] Der Benutzer ist der letzte Administrator
    }
    [check_unavailable] Die Prüfung „{ $check }“ hat kein Ergebnis geliefert
    [answers_too_old] Die Ergebnisse der Prüfungen waren nicht mehr aktuell genug
    [unsettled] { $kind ->
        [dependents] Die abhängigen Objekte änderten sich immer wieder
        [deploy] Die Benutzer änderten sich immer wieder
        [workspace] Immer wieder starteten Container, während der Arbeitsbereich entfernt werden sollte
        [platform_user] Die abhängigen Objekte änderten sich immer wieder, während der Benutzer gelöscht werden sollte
       *[staged_user] Die abhängigen Objekte änderten sich immer wieder, während der Benutzer gelöscht werden sollte
    }
    [worker_lost] Der Worker ist ausgefallen
    [worker_stopped] Der Worker wurde gestoppt
    [worker_panicked] Im Worker ist ein unerwarteter Fehler aufgetreten
    [paused] Das Betriebsteam hat die Aufgabe pausiert
    [workspace_gone] Der Arbeitsbereich existiert nicht mehr
    [effect_incomplete] Der Arbeitsbereich ist aus dem Weg, konnte aber noch nicht ganz entfernt werden
    [in_the_way] Wo der Arbeitsbereich abgelegt werden sollte, steht schon etwas
    [not_set_aside] Der Arbeitsbereich lässt sich nicht aus dem Weg räumen und ist unberührt
    [ledger_unwritable] Das Journal des Workers lässt sich nicht beschreiben, deshalb wurde nichts getan
   *[none] { $state ->
        [EXCEPTION] Fehlgeschlagen
       *[other] Unterbrochen
    }
}
