"""Who is told of a message that nobody has acknowledged, in which order, and how long has each of them?

    {"last":["desk"],"repeats":1,"signed_within":30,"steps":[{"minutes":10,"tell":["rota"],"wants":1},
     {"minutes":20,"tell":["desk","desk:cabinet"],"wants":2}]}

    rota             who is on duty at the desk when the step comes
    desk             every officer of the desk who may acknowledge
    officer:7        one officer, as long as they may acknowledge there
    desk:cabinet     who is on duty at another own desk of the same participant

Invariants (docs/spec/escalation.md):
- The steps are gone through in order, `repeats` times more, and then the last resort is told once.
- A step waits at least a minute and at most a week; a plan has at most ten steps, ten repeats and ten targets a step.
- A plan has a form of its own for each urgency; a desk without one has that of `data/plans.toml`.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import resources
from typing import Annotated

import msgspec

from liaison.errors import UsageError
from liaison.wire.canonical import decode_struct, encode_struct
from liaison.wire.typed import convert

URGENCIES = ("routine", "urgent", "emergency")
MOST, LONGEST_MINUTES = 10, 7 * 24 * 60
LARGEST = 16 * 1024
ROTA, DESK, OFFICER, OTHER_DESK = "rota", "desk", "officer:", "desk:"
TARGET = re.compile(r"rota|desk|officer:[1-9][0-9]{0,17}|desk:[a-z0-9-]{1,32}")

Target = Annotated[str, msgspec.Meta(pattern=rf"\A(?:{TARGET.pattern})\Z")]
Targets = Annotated[tuple[Target, ...], msgspec.Meta(min_length=1, max_length=MOST)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=LONGEST_MINUTES)]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to tell, how many of them have to have it, and how long they have before the next step."""

    tell: Targets
    minutes: Minutes
    wants: Annotated[int, msgspec.Meta(ge=1, le=2)] = 1


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens until somebody has the message; who has it acknowledges it to the sender `signed_within` minutes."""

    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=MOST)]
    last: Targets
    repeats: Annotated[int, msgspec.Meta(ge=0, le=MOST)] = 0
    signed_within: Minutes = 30


@dataclass(frozen=True, slots=True)
class Rung:
    """One telling of a plan: the step, in which round, how long it waits; the last resort has no step after it."""

    number: int
    round: int
    tell: tuple[str, ...]
    wants: int
    wait: timedelta

    @property
    def last(self) -> bool:
        """Whether it is the last resort."""
        return self.number == 0


def ladder(plan: Plan) -> tuple[Rung, ...]:
    """Every telling of a plan in order, the last resort at the end; steps and rounds are counted from 1."""
    return tuple(_rungs(plan))


def _rungs(plan: Plan) -> Iterator[Rung]:
    for round_ in range(1, plan.repeats + 2):
        for number, step in enumerate(plan.steps, 1):
            yield Rung(number, round_, step.tell, step.wants, timedelta(minutes=step.minutes))
    yield Rung(0, plan.repeats + 1, plan.last, 1, timedelta(0))


def read_plan(data: bytes) -> Plan:
    """The plan in these bytes of canonical JSON. Raises MalformedError."""
    return decode_struct(data, Plan, limit=LARGEST)


def print_plan(plan: Plan) -> bytes:
    """The canonical bytes of a plan."""
    return encode_struct(plan)


def make_plan(value: object) -> Plan:
    """The plan of plain values as somebody typed them. Raises UsageError."""
    try:
        return convert(value, Plan)
    except msgspec.ValidationError as error:
        raise UsageError("plan-not-understood", reason=str(error)[:120]) from None


def named(plan: Plan) -> Iterator[str]:
    """Every target that a plan names, as often as it does."""
    for rung in ladder(msgspec.structs.replace(plan, repeats=0)):
        yield from rung.tell


@functools.cache
def plans_at_first() -> Mapping[str, Plan]:
    """The plan of each urgency for a desk that made none."""
    text = resources.files("liaison.duty").joinpath("data/plans.toml").read_text(encoding="utf-8")
    return {urgency: convert(plan, Plan) for urgency, plan in tomllib.loads(text).items()}
