"""Where does a measurement stand, and may anybody but the two sides see it?

    measured → notified → disputed → upheld, corrected or withdrawn
               notified, upheld, corrected → consented → shown;  consented, shown → withheld, disputed or withdrawn

    standing = stand(steps, answer_until=…, now=…)
    standing.state, standing.counts, standing.shown_to

Invariants (docs/spec/measured.md prints the table, a test compares):
- nothing is shown before the provider was told privately and the period to answer is over;
- nothing is shown without the provider's consent, which it may take back at any time; silence is no consent;
- a dispute takes the measurement off view until it is reviewed, and consent is then asked for anew;
- what the table does not name for a state, or what the wrong side said, changes nothing;
- whatever the order in which steps arrive, and whatever the clocks say, both sides come to the same: each step names
  the last one its sender knew, and is taken after it; of two that cross, the one dated earlier is taken first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from liaison.conduct.measured.evidence import Measure, check_counts
from liaison.errors import MalformedError


class State(StrEnum):
    """Where a measurement stands."""

    MEASURED = "measured"
    NOTIFIED = "notified"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    CONSENTED = "consented"
    SHOWN = "shown"
    WITHHELD = "withheld"


class Event(StrEnum):
    """What the two sides, and time, do to it."""

    NOTIFIED = "notified"
    DISPUTED = "disputed"
    UPHELD = "upheld"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    CONSENT_GIVEN = "consent-given"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    PERIOD_ENDED = "period-ended"


class Side(StrEnum):
    """Who measures, and whose network it is."""

    MEASURER = "measurer"
    PROVIDER = "provider"


class Audience(StrEnum):
    """To whom a measurement is shown once its provider agrees."""

    PARTICIPANTS = "participants"
    PUBLIC = "public"


WHO: Mapping[Event, Side | None] = MappingProxyType(
    {
        Event.NOTIFIED: Side.MEASURER,
        Event.DISPUTED: Side.PROVIDER,
        Event.UPHELD: Side.MEASURER,
        Event.CORRECTED: Side.MEASURER,
        Event.WITHDRAWN: Side.MEASURER,
        Event.CONSENT_GIVEN: Side.PROVIDER,
        Event.CONSENT_WITHDRAWN: Side.PROVIDER,
        Event.PERIOD_ENDED: None,
    }
)
_OPEN = (State.NOTIFIED, State.UPHELD, State.CORRECTED, State.WITHHELD)
_AGREED = (State.CONSENTED, State.SHOWN)
STEPS: Mapping[tuple[State, Event], State] = MappingProxyType(
    {
        (State.MEASURED, Event.NOTIFIED): State.NOTIFIED,
        (State.DISPUTED, Event.UPHELD): State.UPHELD,
        (State.DISPUTED, Event.CORRECTED): State.CORRECTED,
        (State.CONSENTED, Event.PERIOD_ENDED): State.SHOWN,
        # Who measures may always take it back, and says so where it was told.
        **{(state, Event.WITHDRAWN): State.WITHDRAWN for state in State if state is not State.WITHDRAWN},
        # Whoever's network it is may dispute at any time, and agree whenever nothing is in dispute.
        **{(state, Event.DISPUTED): State.DISPUTED for state in (*_OPEN, *_AGREED)},
        **{(state, Event.CONSENT_GIVEN): State.CONSENTED for state in (*_OPEN, *_AGREED)},
        **{(state, Event.CONSENT_WITHDRAWN): State.WITHHELD for state in _AGREED},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was said: `hash` names it, `about` the step it follows, None for the notice itself. `counts` are
    those of a correction."""

    event: Event
    by: Side
    at: datetime
    hash: str
    about: str | None
    counts: Mapping[str, int] | None = None
    shown_to: Audience | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where it stands after all steps; `shown_to` is None unless it is shown now. `ignored` changed nothing."""

    state: State
    counts: Mapping[str, int]
    agreed_to: Audience | None = None
    ignored: tuple[Step, ...] = ()

    @property
    def shown_to(self) -> Audience | None:
        """Who besides the two sides may see it."""
        return self.agreed_to if self.state is State.SHOWN else None


def stand(
    steps: Iterable[Step],
    *,
    measure: Measure,
    counts: Mapping[str, int],
    answer_until: datetime | None,
    now: datetime,
) -> Standing:
    """Where a measurement with these counts stands at `now`; `answer_until` is None before the notice."""
    standing = Standing(State.MEASURED, counts)
    for step in in_order(steps):
        try:
            standing = _after(_in_time(standing, answer_until, step.at), step, measure)
        except MalformedError:
            standing = replace(standing, ignored=(*standing.ignored, step))
    return _in_time(standing, answer_until, now)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """The steps as both ends take them; one that follows a step that is not here waits for it and is left out."""
    known = {step.hash: step for step in steps}
    deep = {name: depth for name, step in known.items() if (depth := _depth(step, known)) is not None}
    return sorted((known[name] for name in deep), key=lambda each: (deep[each.hash], each.at, each.hash))


def _depth(step: Step, known: Mapping[str, Step]) -> int | None:
    """How many steps lead from the notice to this one."""
    for depth in range(len(known)):
        if step.about is None:
            return depth
        before = known.get(step.about)
        if before is None:
            return None
        step = before
    return None


def may(state: State, event: Event, side: Side) -> bool:
    """Whether this side may do this now."""
    return WHO[event] is side and (state, event) in STEPS


def _after(before: Standing, step: Step, measure: Measure) -> Standing:
    """Raises MalformedError for a step that does not count."""
    if not may(before.state, step.event, step.by):
        raise MalformedError("measured-no-such-step", state=before.state.value, event=step.event.value)
    after = replace(before, state=STEPS[before.state, step.event], agreed_to=None)
    if step.event is Event.CORRECTED:
        check_counts(measure, step.counts or {})
        return replace(after, counts=step.counts or {})
    if step.event is Event.CONSENT_GIVEN:
        if step.shown_to is None:
            raise MalformedError("measured-no-such-step", state=before.state.value, event=step.event.value)
        return replace(after, agreed_to=step.shown_to)
    return after


def _in_time(before: Standing, answer_until: datetime | None, at: datetime) -> Standing:
    """What the end of the period to answer makes of it."""
    if answer_until is None or at < answer_until or (before.state, Event.PERIOD_ENDED) not in STEPS:
        return before
    return replace(before, state=STEPS[before.state, Event.PERIOD_ENDED])
