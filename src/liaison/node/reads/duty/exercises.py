"""Which exercises does a desk control, how do they go, and is one going on that this desk plays in?

    control = read_control(node, register, desk, exercise)     the course, what was sent, what was done
    part = taking_part(node, register, desk)                   what a desk that plays was told; None outside exercises

Invariants:
- What was done is read from the messages that exercise control itself received: acknowledgements and answers in the
  cases of its events, and messages of exercises in which it is among the parties. It sees nothing else of anybody.
- A desk is called away by a real message that is urgent or an emergency, from when that came until an officer says
  that the desk takes part again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet

from liaison.duty.exercises.course import Course, Done, Judged, Pause, Sent, due, judge
from liaison.duty.exercises.scenario import INJECT, Act, Scenario
from liaison.errors import UsageError
from liaison.messages.case import ACKNOWLEDGEMENT
from liaison.messages.message import kept_fields, open_message
from liaison.messages.parties import DeskRef
from liaison.node.models import Case, Exercise, ExerciseInject, ExerciseReturn, IncomingCopy
from liaison.node.models.line import READABLE
from liaison.node.node import Node
from liaison.node.reads.inside.rules import columns
from liaison.node.services.people.officers import desk_filter
from liaison.node.unit_of_work import reading
from liaison.wire.canonical import JSON
from liaison.wire.identifiers import parse_instant
from liaison.wire.typed import read_json

CONTROL = "exercise-control"
MOST_TOLD = 5000
MOST_LISTED = 100
MOST_RECENT = 500
LASTS = timedelta(days=2)
"""A desk that heard nothing more of an exercise for so long is no longer in it."""
IN_EARNEST = ("urgent", "emergency")
OVER = ("ends", "cancelled")
BEFORE_OR_BACK = ("planned", "called-away", "back")
"""Events that do not say to whoever hears them that an exercise goes on there."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An exercise in the list of its control."""

    exercise: str
    title: str
    state: str
    starts_at: datetime
    ended_at: datetime | None
    desks: int


@dataclass(frozen=True, slots=True)
class Control:
    """An exercise as its control sees it; `failed` are events that could not be sent, with the reason."""

    exercise: str
    state: str
    guidance: str
    course: Course
    sent: tuple[Sent, ...]
    done: tuple[Done, ...]
    failed: Mapping[tuple[str, str], str]
    messages: Mapping[tuple[str, str], str]
    cases: Mapping[tuple[str, str], str]
    starts_at: datetime

    def due(self, now: datetime) -> tuple[tuple[str, str], ...]:
        """What is to be sent now: event and desk."""
        tried = [Sent(inject, desk, now) for inject, desk in self.failed]
        return tuple((each.inject, each.desk) for each in due(self.course, [*self.sent, *tried], self.done, now))

    def judged(self, now: datetime) -> tuple[Judged, ...]:
        """What became of what was expected."""
        return judge(self.course, self.sent, self.done, now)


@dataclass(frozen=True, slots=True)
class Part:
    """The exercise that a desk plays in: since when it is called away by a real message, if it is."""

    exercise: str
    control: DeskRef
    since: datetime
    last_core: str
    case: str
    away_since: datetime | None


def desk_key(desk: DeskRef) -> str:
    """A desk as plans name it."""
    return f"{desk.participant}/{desk.node}/{desk.desk}"


def desk_of(key: str) -> DeskRef:
    """The desk that a plan names."""
    return DeskRef(*key.split("/"))


def list_exercises(node: Node, register: str, desk: DeskRef) -> list[Listed]:
    """The exercises that a desk controls, the latest first."""
    with reading(node):
        rows = list(Exercise.objects.filter(**columns(register, desk)).order_by("-starts_at", "-pk")[:MOST_LISTED])
    return [
        Listed(row.exercise, _scenario(row).en, row.state, row.starts_at, row.ended_at, len(row.begins)) for row in rows
    ]


def read_control(node: Node, register: str, desk: DeskRef, exercise: str) -> Control:
    """One of them with all that was done in it. Raises UsageError."""
    with reading(node):
        row = Exercise.objects.filter(**columns(register, desk), exercise=exercise).first()
        if row is None:
            raise UsageError("exercise-not-found")
        return control_of(row)


def control_of(row: Exercise) -> Control:
    """Inside a reading: the exercise of a row."""
    rows = list(row.sent.order_by("pk"))
    where = {each.case: each for each in rows if each.case}
    begins = {desk: parse_instant(at) for desk, at in row.begins.items()}
    answers = list(_answers(row, where))
    pauses = [Pause(parse_instant(start), parse_instant(end) if end else None) for start, end in row.pauses]
    course = Course(
        scenario=_scenario(row),
        cast={role: tuple(desks) for role, desks in row.cast.items()},
        begins=begins,
        pauses=(*pauses, *_away(row, begins)),
        ended=row.ended_at,
    )
    placed = {(each.inject, _key(each)): each for each in rows}
    return Control(
        exercise=row.exercise,
        state=row.state,
        guidance=row.guidance,
        course=course,
        sent=tuple(Sent(each.inject, _key(each), each.sent_at) for each in rows if not each.reason),
        done=(*answers, *_told(row, begins, where)),
        failed={place: each.reason for place, each in placed.items() if each.reason},
        messages={place: each.message_id for place, each in placed.items()},
        cases={place: each.case for place, each in placed.items()},
        starts_at=row.starts_at,
    )


def taking_part(node: Node, register: str, desk: DeskRef) -> Part | None:
    """The exercise that an own desk plays in now, if it does; of several, the one it heard of last."""
    with reading(node):
        place = columns(register, desk)
        since = node.clock.now() - LASTS
        cases = Case.objects.filter(**desk_filter(desk), last_at__gt=since, exercise=True, form__in=(INJECT, CONTROL))
        recent = list(cases.order_by("-last_at").values_list("case", flat=True)[:MOST_RECENT])
        if not recent:
            return None
        told = IncomingCopy.objects.filter(**place, case__in=recent, form__in=(INJECT, CONTROL), verdict="accepted")
        told = told.filter(READABLE)
        last, exercise = _latest(told.filter(received_at__gt=since).order_by("-received_at", "-pk"))
        if last is None:
            return None
        first = told.filter(case=last.case).order_by("received_at").values_list("received_at", flat=True).first()
        control = DeskRef(last.from_participant, last.from_node, last.from_desk)
        since = _first_of(told, control, exercise) or first or last.received_at
        return Part(exercise, control, since, last.core_hash, last.case, _called_away(register, desk, since))


def _latest(told: QuerySet[IncomingCopy]) -> tuple[IncomingCopy | None, str]:
    """The newest word of an exercise that goes on, and its id: one that is only planned has not begun, what comes late
    of one that is over begins it no more, and what those who play say makes exercise control none of them."""
    over = set()
    for row in told.filter(form=CONTROL)[:MOST_RECENT]:
        fields = kept_fields(bytes(row.plaintext))
        if fields.get("event") in OVER:
            over.add(_exercise_of(row, fields))
    for row in told[:MOST_RECENT].iterator(chunk_size=8):  # The first is the one, nearly always.
        fields = kept_fields(bytes(row.plaintext))
        found = _exercise_of(row, fields)
        if fields.get("event") not in BEFORE_OR_BACK and found not in over:
            return row, found[-1]
    return None, ""


def _exercise_of(row: IncomingCopy, fields: Mapping[str, JSON]) -> tuple[str, str, str, str]:
    """Whose exercise it is, and which: nobody ends one of another's."""
    return row.from_participant, row.from_node, row.from_desk, str(fields.get("exercise", ""))


def is_called_away(node: Node, register: str, desk: DeskRef) -> bool:
    """Whether something real goes first at an own desk that plays in an exercise."""
    part = taking_part(node, register, desk)
    return part is not None and part.away_since is not None


def _first_of(told: QuerySet[IncomingCopy], control: DeskRef, exercise: str) -> datetime | None:
    """When the first event of this exercise came."""
    rows = told.filter(
        form=INJECT, from_participant=control.participant, from_node=control.node, from_desk=control.desk
    ).order_by("received_at")
    for row in rows[:MOST_TOLD]:
        if kept_fields(bytes(row.plaintext)).get("exercise") == exercise:
            return row.received_at
    return None


def _called_away(register: str, desk: DeskRef, since: datetime) -> datetime | None:
    """Since when a real message has called a desk away from an exercise that began at `since`."""
    place = columns(register, desk)
    back = ExerciseReturn.objects.filter(**place, returned_at__gte=since).order_by("-returned_at").first()
    after = back.returned_at if back else since
    exercises = Case.objects.filter(**place, exercise=True).values("case")
    urgent = IncomingCopy.objects.filter(**place, urgency__in=IN_EARNEST, verdict="accepted", received_at__gt=after)
    real = urgent.exclude(case__in=exercises)
    return real.order_by("received_at").values_list("received_at", flat=True).first()


def _scenario(row: Exercise) -> Scenario:
    return read_json(bytes(row.scenario), Scenario)


def _key(row: ExerciseInject) -> str:
    return desk_key(DeskRef(row.participant, row.node, row.desk))


def _answers(row: Exercise, where: Mapping[str, ExerciseInject]) -> Iterator[Done]:
    """What came back in the cases of the events."""
    rows = IncomingCopy.objects.filter(**_place(row), case__in=list(where), verdict="accepted").exclude(form=CONTROL)
    columns_ = ("case", "form", "from_participant", "from_node", "from_desk", "received_at")
    for case, form, participant, node, desk, at in rows.order_by("received_at", "pk").values_list(*columns_):
        act = Act.ACKNOWLEDGED if form == ACKNOWLEDGEMENT else Act.ANSWERED
        yield Done(act, desk_key(DeskRef(participant, node, desk)), at, where[case].inject, form)


def _told(row: Exercise, begins: Mapping[str, datetime], where: Mapping[str, ExerciseInject]) -> Iterator[Done]:
    """What desks that play told others, with exercise control among the parties."""
    exercises = Case.objects.filter(**_place(row), exercise=True).values("case")
    rows = IncomingCopy.objects.filter(
        **_place(row), case__in=exercises, verdict="accepted", received_at__gte=row.starts_at
    )
    rows = rows.filter(READABLE).exclude(form__in=(ACKNOWLEDGEMENT, CONTROL)).exclude(case__in=list(where))
    if row.ended_at is not None:
        rows = rows.filter(received_at__lte=row.ended_at)
    for each in rows.order_by("received_at", "pk")[:MOST_TOLD]:
        sender = desk_key(DeskRef(each.from_participant, each.from_node, each.from_desk))
        if sender in begins:
            to = tuple(desk_key(desk) for desk in open_message(bytes(each.plaintext)).core.to)
            yield Done(Act.TOLD, sender, each.received_at, form=each.form, to=to)


def _away(row: Exercise, begins: Mapping[str, datetime]) -> Iterator[Pause]:
    """When desks said that they were called away, and that they take part again."""
    rows = IncomingCopy.objects.filter(**_place(row), form=CONTROL, verdict="accepted", received_at__gte=row.planned_at)
    out: dict[str, datetime] = {}
    for each in rows.filter(READABLE).order_by("received_at", "pk"):
        desk = desk_key(DeskRef(each.from_participant, each.from_node, each.from_desk))
        fields = kept_fields(bytes(each.plaintext))
        event = fields.get("event") if fields.get("exercise") == row.exercise and desk in begins else None
        if event == "called-away":
            out.setdefault(desk, each.received_at)
        elif event == "back" and desk in out:
            yield Pause(out.pop(desk), each.received_at, desk)
    yield from (Pause(since, None, desk) for desk, since in out.items())


def _place(row: Exercise) -> dict[str, str]:
    return columns(row.register, DeskRef(row.participant, row.node, row.desk))
