"""Is a person there? A desk asks others for one, by schedule or by hand, in a message that owes an acknowledgement.

    ask_persons(node, place, desks, officer=7)       one line test each, tied by a batch
    plan_checks(node, place, Cadence.MONTHLY, officer=7)
    ask_due(node)                                    a job: rounds that are due, and those that a restart interrupted

Invariants (docs/spec/checks.md): a check of persons is a message like any other, so it is numbered, receipted,
escalated and cleared by the rules of its desk as any other; nobody is asked twice in one round, whatever stops and
starts again in between; a round that cannot be ended within a day is left.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from liaison.duty.checks.schedule import Cadence, next_round
from liaison.errors import LiaisonError
from liaison.messages.parties import DeskRef
from liaison.node.models import CheckPlan, OutgoingCopy
from liaison.node.node import Node
from liaison.node.reads.own import setting
from liaison.node.reads.register import directory
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.line.sending import Letter, new_id, send_letter
from liaison.node.services.people.audit import SYSTEM, note
from liaison.node.unit_of_work import READ_ONLY, reading, unit_of_work

LINE_TEST = "line-test"
AT_ONCE = 50
ROUND_ENDS = timedelta(days=1)

log = logging.getLogger("liaison.checks")


@dataclass(frozen=True, slots=True)
class Asked:
    """How many desks were asked, and which could not be, with the code of why."""

    sent: int
    failed: tuple[tuple[DeskRef, str], ...]


def askable(node: Node, place: Place) -> list[DeskRef]:
    """Every live desk of the register but those of the own participant."""
    entries = directory(node, place.register).desks()
    return [
        DeskRef(entry.participant, entry.node, entry.desk)
        for entry in entries
        if entry.participant not in (None, place.desk.participant) and entry.node is not None and entry.participant
    ]


def ask_persons(node: Node, place: Place, desks: Sequence[DeskRef], *, officer: int = SYSTEM, batch: str = "") -> Asked:
    """Ask a person at each of these desks; one that cannot be asked keeps none of the others from it."""
    tied, sent, failed = batch or new_id(node), 0, []
    for desk in desks:
        letter = Letter(
            register=place.register,
            sender=place.desk,
            to=(desk,),
            form=LINE_TEST,
            fields={"person_asked": True},
            batch=tied,
            written_by=officer,
        )
        try:
            with unit_of_work(node):
                (message,) = send_letter(node, letter)
                note(
                    node, "check-sent", officer=officer, subject=message.message_id, participant=place.desk.participant
                )
            sent += 1
        except LiaisonError as error:
            log.info("%s was not asked: %s", desk, error.code)
            failed.append((desk, error.code))
    return Asked(sent, tuple(failed))


def plan_checks(node: Node, place: Place, cadence: Cadence, *, officer: int) -> None:
    """Have the persons at the other desks asked so often from now on."""
    with unit_of_work(node):
        due = next_round(cadence, node.clock.now(), drawn=node.entropy.draw(8))
        CheckPlan.objects.update_or_create(
            **place.columns, defaults={"cadence": cadence.value, "due": due, "begun": None, "batch": ""}
        )
        note(node, "checks-planned", officer=officer, subject=place.desk.desk, params={"cadence": cadence.value})


def ask_due(node: Node, *, at_once: int = AT_ONCE) -> int:
    """Begin the rounds that are due and go on with those in hand, `at_once` desks of each; how many were asked."""
    if setting(node, READ_ONLY):
        return 0
    now = node.clock.now()
    with reading(node):
        rows = list(CheckPlan.objects.filter(due__lte=now))
    return sum(_go_on(node, row, now, at_once) for row in rows)


def _go_on(node: Node, row: CheckPlan, now: datetime, at_once: int) -> int:
    place = Place(row.register, DeskRef(row.participant, row.node, row.desk))
    if row.begun is None:
        row.begun, row.batch = now, new_id(node)
        with unit_of_work(node):
            CheckPlan.objects.filter(**place.columns).update(begun=row.begun, batch=row.batch)
    left = _not_asked(node, place, row.batch)
    asked = ask_persons(node, place, left[:at_once], batch=row.batch)
    over = not left[at_once:] and (not asked.failed or now - row.begun > ROUND_ENDS)
    changes: dict[str, object] = {"last_error": asked.failed[0][1][:64] if asked.failed else ""}
    if over:
        due = next_round(Cadence(row.cadence), row.begun, drawn=node.entropy.draw(8))
        changes |= {"due": due, "begun": None, "batch": ""}
    with unit_of_work(node):
        CheckPlan.objects.filter(**place.columns, cadence=row.cadence).update(**changes)
    return asked.sent


def _not_asked(node: Node, place: Place, batch: str) -> list[DeskRef]:
    """Whom the round has not asked yet."""
    own = {f"message__{name}": value for name, value in place.columns.items()}
    with reading(node):
        rows = OutgoingCopy.objects.filter(**own, message__batch=batch, message__form=LINE_TEST)
        asked = {DeskRef(*row) for row in rows.values_list("participant", "node", "desk")}
    return [desk for desk in askable(node, place) if desk not in asked]
