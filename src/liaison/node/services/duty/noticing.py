"""Who is told that their duty begins, or ends in an hour?

    tell_duty(node)                      the worker, every minute
    choose_notices(node, 7, wanted=False)

Invariants: each is told once, by the ways that are not silent then; whoever chose not to be told is not; nothing of any
message is said, and of a note for the next officer only that there is one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from liaison.duty.handing_over import Turn, TurnKind, due
from liaison.messages.parties import DeskRef
from liaison.node.models import DutyLayer, DutyNotice, DutySpell, Officer
from liaison.node.node import Node
from liaison.node.reads.duty.rotas import keeps_rota, rota_of
from liaison.node.reads.duty.showing import open_notes
from liaison.node.reads.duty.ways import usable_ways
from liaison.node.reads.inside.rules import columns
from liaison.node.services.escalation.queueing import queue
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import reading, unit_of_work

KEPT = timedelta(days=7)
PLACE = ("register", "participant", "node", "desk")
WITH_NOTE = "duty-begins-note"
"""The purpose of a notification that says that a note was left too."""


def tell_duty(node: Node) -> int:
    """Tell whose duty begins or ends; how many."""
    now, told = node.clock.now(), 0
    with reading(node):
        places = {each for model in (DutyLayer, DutySpell) for each in model.objects.values_list(*PLACE).distinct()}
    for register, participant, at, name in sorted(places):
        desk = DeskRef(participant, at, name)
        with reading(node):
            rota = rota_of(node, register, desk)
            turns = due(rota, now) if keeps_rota(rota, now) else ()
            known = set(DutyNotice.objects.filter(**columns(register, desk)).values_list("kind", "officer", "at"))
        for turn in turns:
            if (turn.kind.value, int(turn.officer), turn.at) not in known:
                told += _tell(node, register, desk, turn, now)
    return told


def _tell(node: Node, register: str, desk: DeskRef, turn: Turn, now: datetime) -> int:
    officer, place = int(turn.officer), columns(register, desk)
    with unit_of_work(node):
        DutyNotice.objects.filter(**place, at__lt=now - KEPT).delete()
        _, fresh = DutyNotice.objects.get_or_create(**place, officer=officer, kind=turn.kind.value, at=turn.at)
        wants = Officer.objects.filter(pk=officer, is_active=True, duty_notices=True).exists()
        if not fresh or not wants:
            return 0
        ways = [each for each in usable_ways((officer,), "routine", now) if not each.out_of_hours]
        left = any(each.by != officer for each in open_notes(node, register, desk))
        purpose = WITH_NOTE if left and turn.kind is TurnKind.BEGINS else turn.kind.value
        return len(queue(ways, now, purpose=purpose, urgency="routine"))


def choose_notices(node: Node, officer: int, *, wanted: bool) -> None:
    """Whether an officer is told that their duty begins and ends."""
    with unit_of_work(node):
        Officer.objects.filter(pk=officer).update(duty_notices=wanted)
        note(node, "duty-notices-chosen", officer=officer, subject="on" if wanted else "off")
