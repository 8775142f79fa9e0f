"""What does exercise control do by itself while an exercise goes on?

    run_exercises(node)      a job of the worker: what is due by the scenario is sent, each event to each desk once

Invariants:
- An event and the row that it went are one transaction: after a crash it is sent or it is still due, never both.
- What could not be sent is noted with its reason and not tried again: an exercise does not wait for one desk.
- An exercise ends by itself when a day has passed since the last thing in it, nothing will come by itself any more
  and nobody has minutes left; an event that waits for an act nobody does keeps it no longer than that.
"""

from __future__ import annotations

from datetime import timedelta

from liaison.duty.exercises.course import Outcome
from liaison.duty.exercises.scenario import INJECT, LONGEST
from liaison.errors import LiaisonError, NotNowError
from liaison.messages.parties import DeskRef
from liaison.node.models import Exercise, ExerciseInject
from liaison.node.node import Node
from liaison.node.reads.duty.exercises import Control, control_of, desk_of
from liaison.node.services.line.sending import Letter, check_letter, send_letter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.canonical import JSON

QUIET = timedelta(days=1)
FAR = 2 * LONGEST
"""By then everything that comes by itself has come, whatever the zone of a wave."""
AT_ONCE = 50


def run_exercises(node: Node) -> int:
    """Send what is due in the exercises that this node controls; how many events went."""
    with reading(node):
        open_ = list(Exercise.objects.filter(state__in=("planned", "running"), starts_at__lte=node.clock.now()))
    return sum(_run(node, row) for row in open_)


def _run(node: Node, row: Exercise) -> int:
    now = node.clock.now()
    with reading(node):
        control = control_of(row)
    if row.state == "planned":
        with unit_of_work(node):
            Exercise.objects.filter(pk=row.pk, state="planned").update(state="running")
    wanted = control.due(now)
    for inject, desk in wanted[:AT_ONCE]:
        _send(node, row, control, inject, desk)
    if not wanted and _is_over(control, node):
        with unit_of_work(node):
            Exercise.objects.filter(pk=row.pk, state="running").update(state="ended", ended_at=now)
    return len(wanted[:AT_ONCE])


def _is_over(control: Control, node: Node) -> bool:
    now, course = node.clock.now(), control.course
    times = [each.at for each in control.sent] + [each.at for each in control.done]
    last = max(times, default=control.starts_at)
    waits = any(each.outcome is Outcome.OPEN and not course.paused(each.desk, now) for each in control.judged(now))
    return now - last > QUIET and not waits and not control.due(now + FAR)


def _send(node: Node, row: Exercise, control: Control, inject: str, desk: str) -> None:
    to, letter = desk_of(desk), _letter(row, control, inject, desk)
    place = {"exercise": row, "inject": inject, "participant": to.participant, "node": to.node, "desk": to.desk}
    now = node.clock.now()
    try:
        check_letter(node, letter)
    except NotNowError:
        raise
    except LiaisonError as error:
        with unit_of_work(node):
            ExerciseInject.objects.get_or_create(**place, defaults={"sent_at": now, "reason": error.code})
        return
    with unit_of_work(node):
        made, fresh = ExerciseInject.objects.get_or_create(**place, defaults={"sent_at": now})
        if fresh:
            (sent,) = send_letter(node, letter)
            made.message_id, made.case = sent.message_id, sent.case
            made.save(update_fields=["message_id", "case"])


def _letter(row: Exercise, control: Control, inject: str, desk: str) -> Letter:
    scenario = control.course.scenario
    event = scenario.injects[inject]

    def text(words: str) -> JSON:
        return {"lang": scenario.lang, "text": words}

    fields: dict[str, JSON] = {
        "exercise": row.exercise,
        "inject": inject,
        "title": text(event.en),
        "situation": text(event.text),
    }
    if row.guidance:
        fields["guidance"] = text(row.guidance)
    return Letter(
        register=row.register,
        sender=DeskRef(row.participant, row.node, row.desk),
        to=(desk_of(desk),),
        form=INJECT,
        fields=fields,
        urgency=event.urgency,
        exercise=True,
        batch=row.exercise,
    )
