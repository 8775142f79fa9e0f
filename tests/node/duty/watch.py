"""Was everybody told of a night's messages who had to be, in order, in time, and nobody when somebody had it?

    broken = judge(night, lived)            [] where every rule held

Invariants: walks with a watch through what was written down; knows nothing of folds, ladders, states or due dates.
Who is on duty it asks `tests.duty.twin`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.duty.twin import MINUTE, minute_by_minute
from tests.node.duty.nights import END, LATE, Coming, Lived, Night


@dataclass
class _Cycle:
    """How it stands while the watch goes round: since when this cycle, what was told last, who has it."""

    number: int
    begun: datetime
    wanted: int
    place: int = 0
    told_at: datetime | None = None
    reached: int = 0
    people: set[int] = field(default_factory=set)
    signed: bool = False
    held: datetime | None = None


def judge(night: Night, lived: Lived) -> list[str]:
    """Every rule that was broken, in words."""
    duty = [set(map(int, who)) for _, who in minute_by_minute(night.rota, night.begins, END // 60 + 1)]
    found = [
        f"message {number}: {said}"
        for number, coming in enumerate(night.comings)
        for said in _Judge(night, lived, number, coming, duty).broken()
    ]
    lost = len(night.comings) - len(lived.events)
    return found + ([f"{lost} messages without an escalation"] if lost else [])


class _Judge:
    """The walk through one message."""

    def __init__(self, night: Night, lived: Lived, number: int, coming: Coming, duty: list[set[int]]) -> None:
        self.night, self.lived, self.duty, self.plan = night, lived, duty, coming.plan
        self.events, self.notices, self.tries = (
            rows.get(number, []) for rows in (lived.events, lived.told, lived.tries)
        )
        self.came = night.begins + timedelta(seconds=coming.at)
        steps = [(each.tell, each.wants, each.minutes * MINUTE) for each in coming.plan.steps]
        self.steps = steps * (coming.plan.repeats + 1) + [(coming.plan.last, 1, timedelta(0))]
        self.end = night.begins + timedelta(seconds=END)
        self.acts = [(self.came + timedelta(seconds=act.after), act) for act in coming.acts]
        self.quiet: list[tuple[datetime, datetime]] = []
        self.now = _Cycle(0, self.came, self.steps[0][1])

    def broken(self) -> Iterator[str]:
        for event in self.events:
            yield from {"told": self._told, "lapsed": self._lapsed}.get(event.kind, self._taken)(self.now, event)
        yield from self._left_over(self.now)
        yield from self._notices()
        yield from self._acts()

    def _told(self, now: _Cycle, event: Any) -> Iterator[str]:
        if now.held is not None:
            yield f"step {event.place} was told although enough people had it"
        if (event.cycle, event.place) != (now.number, now.place) or event.place >= len(self.steps):
            yield f"step {event.cycle}/{event.place} came where {now.number}/{now.place} was next"
            return
        planned = self._planned(now)
        yield from self._in_time(f"step {event.cycle}/{event.place}", planned, event.at)
        tell, wants, _ = self.steps[event.place]
        expected = {officer for target in tell for officer in self._behind(target, event.at)} & self.night.reached
        told = {each.officer_id for each in self.notices if (each.cycle, each.place) == (event.cycle, event.place)}
        if told != expected or event.reached != len(expected):
            yield f"step {event.cycle}/{event.place} told {sorted(told)} and not {sorted(expected)}"
        now.wanted = wants if event.place == 0 else max(now.wanted, wants)
        now.place, now.told_at, now.reached = event.place + 1, event.at, event.reached

    def _taken(self, now: _Cycle, event: Any) -> Iterator[str]:
        """Somebody has it, or has told the sender."""
        if event.kind == "has":
            now.people.add(event.officer)
        else:
            now.signed, now.people = True, now.people or {event.officer}
        if len(now.people) >= now.wanted and now.held is None:
            now.held = event.at
        yield from ()

    def _lapsed(self, now: _Cycle, event: Any) -> Iterator[str]:
        if now.held is None or now.signed:
            yield "it began again although nobody had it, or the sender was told"
            return
        yield from self._in_time("a lapse", now.held + self.plan.signed_within * MINUTE, event.at)
        self.quiet.append((now.held, event.at))
        self.now = _Cycle(now.number + 1, event.at, self.steps[0][1])

    def _left_over(self, now: _Cycle) -> Iterator[str]:
        """What should have come before the night was over, and did not."""
        if now.held is not None:
            self.quiet.append((now.held, self.end))
            if not now.signed:
                yield from self._not_forgotten("a lapse", now.held + self.plan.signed_within * MINUTE)
        elif now.place < len(self.steps):
            yield from self._not_forgotten(f"step {now.number}/{now.place}", self._planned(now))

    def _planned(self, now: _Cycle) -> datetime:
        if now.told_at is None:
            return now.begun
        if not now.reached:
            return now.told_at
        waits = [wait for _, _, wait in self.steps[: now.place]]
        return min(now.begun + sum(waits, timedelta(0)), now.told_at + waits[-1])

    def _in_time(self, what: str, planned: datetime, at: datetime) -> Iterator[str]:
        if at < planned:
            yield f"{what} came {planned - at} too early"
        if at > self.lived.up_from(planned) + LATE:
            yield f"{what} came {at - self.lived.up_from(planned)} late"

    def _not_forgotten(self, what: str, planned: datetime) -> Iterator[str]:
        if self.lived.up_from(planned) + LATE < self.end:
            yield f"{what} never came"

    def _behind(self, target: str, at: datetime) -> set[int]:
        if target.startswith("officer:"):
            return {int(target.removeprefix("officer:"))}
        rota = self.night.rota
        kept = rota.layers or any(each.spell.covers(at) for each in rota.overrides)
        if target == "rota" and kept:
            return self.duty[int((at - self.night.begins).total_seconds()) // 60]
        return set(self.night.officers)

    def _notices(self) -> Iterator[str]:
        """Each notification leaves once, in time, and not when somebody had it; twice only where it says so."""
        named = [(each.cycle, each.place, each.method_id) for each in self.notices]
        if len(set(named)) < len(named):
            yield "an officer was told twice for a step"
        for each in self.notices:
            carrier = each.leader_id or each.pk
            rang = self.lived.rung.get(f"notice-{carrier}", 0)
            if rang > 2 or (each.leader_id is None and rang > 1 + each.repeated) or (each.state == "sent" and not rang):
                yield f"notification {each.pk} ({each.state}) rang {rang} times"
            if each.state in ("queued", "sending") and self.lived.up_from(each.due) + LATE < self.end:
                yield f"notification {each.pk} was never sent"
            tried = self.lived.rings.get(carrier, [])
            if each.state in ("sent", "unknown") and not tried:
                yield f"notification {each.pk} ({each.state}) was never tried"
            if tried and not each.repeated:
                yield from self._gathered(each, tried[0])
        for each in self.tries:
            if any(begin < each.at < end for begin, end in self.quiet) and not self._told_of_others(each):
                yield f"an attempt was made at {each.at}, when somebody had it"

    def _gathered(self, notice: Any, tried: datetime) -> Iterator[str]:
        """What was not told at once waited for a way that had rung once in a minute or three times in ten, or twelve
        times in an hour and once in ten minutes."""
        at = self.lived.up_from(notice.made_at) + LATE
        rings = self.lived.rings_by_way.get(notice.method_id, [])
        while at + LATE < tried:
            minute = [each for each in rings if at - MINUTE - LATE < each <= at]
            ten = [each for each in rings if at - 10 * MINUTE - LATE < each <= at]
            hour = [each for each in rings if at - 60 * MINUTE < each <= at]
            loud = len(ten) >= 3 or (len(hour) >= 12 and ten)
            if not minute and not loud and self.lived.up_from(at) == at:
                yield f"notification {notice.pk} waited at {at} for a way that was free"
                return
            at += LATE

    def _told_of_others(self, attempt: Any) -> bool:
        """Whether somebody else still had to be told by it."""
        return any(
            each.leader_id == attempt.notification_id for notices in self.lived.told.values() for each in notices
        )

    def _acts(self) -> Iterator[str]:
        """Whoever took it stands in the history, in the cycle in which they did."""
        for at, act in self.acts:
            begun = max([self.came, *(each.at for each in self.events if each.kind == "lapsed" and each.at <= at)])
            has = [each.officer for each in self.events if each.kind == "has" and begun <= each.at <= at]
            if at < self.end and act.officer not in has:
                yield f"officer {act.officer} took it at {at}, and nobody wrote it down"
