"""What came of a check, is it getting better, and what of it may be told to whom?

    findings(said, …)            (Finding.CLOCK_AHEAD, …): what a person should look at at a node that answered
    trend([True, True, False])   of results from the oldest to the newest
    told(result, Audience.SECRETARIAT)       answered or not, without a time
    standing(took)               how a desk answered those who checked it: how many, how fast, with the trend
    aggregate(answered)          Aggregate(asked=12, answered=None): small numbers are left out
    summed_months(now)           the six whole months that sums are of

Invariants (docs/spec/checks.md):
- what falls into planned work is neither silence nor a trend, and is shown as what it is; no work explains another
  key, or one that does not open, and none is needed for who answers in time;
- own results in full; the secretariat learns whether a desk answered and never when; everybody else learns sums alone;
- a sum below `LEAST`, or one from which such a number could be worked out, is not told;
- nothing here orders desks or participants by how they did.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from statistics import median

from liaison.duty.checks.planned_work import Work
from liaison.messages.parties import DeskRef

CLOCKS_MAY_DIFFER = timedelta(minutes=5)
WORKER_MAY_BE_SILENT = timedelta(minutes=5)
KEY_OLD = timedelta(days=45)
"""Sealing keys are renewed every 30 days; half as long again says that nobody renews them."""
IN_TIME = timedelta(hours=24)
"""What a trend of answers by persons counts as good."""
LEAST = 5
COMPARED = 7
MONTHS, YEAR = 6, 12


class Outcome(StrEnum):
    """How a check of a node ended."""

    ANSWERED = "answered"
    NOT_REACHED = "not-reached"
    OTHER_KEY = "other-key"
    NOT_OPENED = "not-opened"
    REFUSED = "refused"
    NOT_KNOWN = "not-known"
    NO_DOOR = "no-door"
    NO_KEY = "no-key"


class Finding(StrEnum):
    """What a person should look at at a node that answered."""

    CLOCK_AHEAD = "clock-ahead"
    CLOCK_BEHIND = "clock-behind"
    WORKER_SILENT = "worker-silent"
    KEY_OLD = "key-old"


class Trend(StrEnum):
    """Whether the newest results are better than those before."""

    BETTER = "better"
    STEADY = "steady"
    WORSE = "worse"
    TOO_FEW = "too-few"


class Audience(StrEnum):
    """Who reads the result of a check of persons."""

    OWN = "own"
    SECRETARIAT = "secretariat"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class NodeResult:
    """One check of a node through one of its desks; seconds, and None for what the other side did not say."""

    asked: datetime
    outcome: Outcome
    took: float | None = None
    skew: float | None = None
    """How far its clock is ahead of ours."""
    worker: int | None = None
    """For how long its worker has been silent."""
    key_made: datetime | None = None
    version: str = ""
    error: str = ""
    planned: Work | None = None
    """What the desk told of planned work, now or before it fell silent."""
    duty_since: datetime | None = None
    """Since when somebody was on duty there, as the desk said."""

    @property
    def at_work(self) -> bool:
        """Whether it was asked while work was planned there."""
        return self.planned is not None and self.planned.covers(self.asked)

    @property
    def excused(self) -> bool:
        """Whether planned work explains that it did not answer."""
        return self.at_work and self.outcome in (Outcome.NOT_REACHED, Outcome.REFUSED)

    @property
    def milliseconds(self) -> int | None:
        """How long the answer took."""
        return None if self.took is None else round(self.took * 1000)

    @property
    def good(self) -> bool:
        """Whether it answered and nothing has to be looked at."""
        return self.outcome is Outcome.ANSWERED and not findings(self)


@dataclass(frozen=True, slots=True)
class PersonResult:
    """One desk that was asked for a person's answer."""

    desk: DeskRef
    asked: datetime
    case: str
    received: bool
    answered: datetime | None
    planned: Work | None = None
    """The work that it told of and that went on when it was asked."""

    @property
    def took(self) -> timedelta | None:
        """How long a person took."""
        return max(self.answered - self.asked, timedelta(0)) if self.answered is not None else None

    @property
    def excused(self) -> bool:
        """Whether planned work explains that nobody answered in time."""
        return is_excused(self.took, self.planned)


@dataclass(frozen=True, slots=True)
class Told:
    """What an audience learns of one desk; times are None where it learns none."""

    desk: DeskRef
    answered: bool
    asked: datetime | None
    took: timedelta | None
    case: str
    excused: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How a desk answered those who checked it; `half` is within how long half of its answers came, `excused` how many
    the trend leaves out."""

    asked: int
    answered: int
    half: timedelta | None
    trend: Trend
    excused: int = 0


@dataclass(frozen=True, slots=True)
class Aggregate:
    """How many were asked and answered; None for a number that is not told."""

    asked: int | None
    answered: int | None


def findings(result: NodeResult) -> tuple[Finding, ...]:
    """What a person should look at, in the order of `Finding`."""
    skew = timedelta(seconds=result.skew or 0)
    age = result.asked - result.key_made if result.key_made is not None else timedelta(0)
    holds = {
        Finding.CLOCK_AHEAD: skew > CLOCKS_MAY_DIFFER,
        Finding.CLOCK_BEHIND: skew < -CLOCKS_MAY_DIFFER,
        Finding.WORKER_SILENT: timedelta(seconds=result.worker or 0) > WORKER_MAY_BE_SILENT and not result.at_work,
        # A key made by a wrong clock says nothing of its age.
        Finding.KEY_OLD: age > KEY_OLD and abs(skew) <= CLOCKS_MAY_DIFFER,
    }
    return tuple(finding for finding, found in holds.items() if found)


def trend(good: Sequence[bool]) -> Trend:
    """The newest `COMPARED` results against as many before; results run from the oldest to the newest."""
    newest, before = good[-COMPARED:], good[-2 * COMPARED : -COMPARED]
    if len(before) < COMPARED:
        return Trend.TOO_FEW
    change = sum(newest) - sum(before)
    return Trend.STEADY if not change else Trend.BETTER if change > 0 else Trend.WORSE


def is_in_time(took: timedelta | None) -> bool:
    """Whether a person answered, and soon enough."""
    return took is not None and took <= IN_TIME


def is_excused(took: timedelta | None, planned: Work | None) -> bool:
    """Whether the work that went on when a person was asked explains that nobody answered in time."""
    return planned is not None and not is_in_time(took)


def standing(took: Sequence[timedelta | None], *, excused: Sequence[bool] = ()) -> Standing:
    """How a desk stands by how long each answer took, from the oldest check to the newest; None where nobody did."""
    waits = [each for each in took if each is not None]
    half = timedelta(seconds=median(each.total_seconds() for each in waits)) if waits else None
    left_out = excused or [False] * len(took)
    good = [is_in_time(each) for each, out in zip(took, left_out, strict=True) if not out]
    return Standing(len(took), len(waits), half, trend(good), sum(left_out))


def told(result: PersonResult, audience: Audience) -> Told | None:
    """What one result tells an audience; None where it tells nothing of single desks."""
    if audience is Audience.OTHERS:
        return None
    if audience is Audience.SECRETARIAT:
        return Told(result.desk, result.answered is not None, None, None, "", result.excused)
    return Told(result.desk, result.answered is not None, result.asked, result.took, result.case, result.excused)


def aggregate(answered: Collection[bool]) -> Aggregate:
    """The sum over desks, one value each, without numbers from which single desks could be made out."""
    asked, heard = len(answered), sum(answered)
    return Aggregate(
        asked if asked >= LEAST else None,
        heard if min(heard, asked - heard) >= LEAST else None,
    )


def summed_months(now: datetime) -> tuple[datetime, datetime]:
    """From when (inclusive) until when (exclusive) sums are taken: whole months of UTC, so that they stand still for
    one, and nobody learns by reading them twice what a single desk did in between."""
    end = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = end.year * YEAR + end.month - 1 - MONTHS
    return end.replace(year=months // YEAR, month=months % YEAR + 1), end
