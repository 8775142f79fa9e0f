"""Whose wish for help meets whose offer, and why?

    found = find_matches("9ab0…", wishes, sides, on=day)
    found[0].why        Why(tie=Kin.SAME, languages=("fr",), areas=("africa",), hours=6)

Invariants (docs/spec/help.md):
- A match is between two participants, one that seeks help with a norm and one that offers it; the own participant is
  one of them, so that nobody sees whom others could turn to.
- The norm alone makes a match; languages, parts of the world and working hours are told beside it and never decide, so
  that nobody is left out because a record says little.
- What a wish leaves open is filled in from what the desks of its participant say in the register.
- Matches stand in the order of norms and participants: there is no score, and none is better than another.
"""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from liaison.conduct.reports import Help, Report, Texts, Worded, in_language
from liaison.instruments.texts import Kin
from liaison.messages.forms.checking import Norm
from liaison.wire.canonical import JSON

INTRODUCTION, OUTCOME = "help-introduction", "help-outcome"
OFFICE_HOURS = timedelta(hours=8)
DAY = timedelta(days=1)
NOON = time(12)


class Way(StrEnum):
    """What a participant does: seek help, or offer it."""

    SOUGHT = "sought"
    OFFERED = "offered"

    @property
    def other(self) -> Way:
        """What the other side of a match does."""
        return Way.OFFERED if self is Way.SOUGHT else Way.SOUGHT


Alike = Callable[[Norm, Norm], Kin | None]
"""How the norm that is offered compares with the one that is sought; None where they have nothing in common."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Help that a participant seeks or offers with a norm, as its report of a year says; `place` counts from 0."""

    participant: str
    norm: Norm
    way: Way
    place: int
    year: int
    help: Help

    @property
    def text(self) -> Texts:
        """Its words, in each language they stand in."""
        return self.help.text

    @property
    def key(self) -> str:
        """What names it among the wishes of a register."""
        return "/".join((self.participant, self.norm.instrument, self.norm.clause, self.way.value, str(self.place)))


@dataclass(frozen=True, slots=True)
class Side:
    """How a participant can be worked with, as its desks say in the register; empty where they say nothing."""

    languages: Collection[str] = ()
    areas: Collection[str] = ()
    zones: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """What two sides have in common; `hours` of a working day of eight, None where a time zone is not known."""

    tie: Kin
    languages: tuple[str, ...]
    areas: tuple[str, ...]
    hours: int | None


@dataclass(frozen=True, slots=True)
class Match:
    """The own wish or offer, and that of another which meets it."""

    ours: Wish
    theirs: Wish
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an officer looks for; everything by default. `norm` is an instrument, or an instrument and a clause."""

    norm: str = ""
    language: str = ""
    area: str = ""
    hours: bool = False

    def fits(self, match: Match) -> bool:
        """Whether a match is looked for."""
        return (
            names_norm(self.norm, match.theirs.norm)
            and (not self.language or base_language(self.language) in match.why.languages)
            and (not self.area or self.area in match.why.areas)
            and (not self.hours or bool(match.why.hours))
        )


def wishes_in(report: Report) -> Iterator[Wish]:
    """The help that a report seeks and offers, clause by clause."""
    for answer in report.answers:
        norm = Norm(report.instrument, answer.clause)
        for way, found in ((Way.SOUGHT, answer.help_sought), (Way.OFFERED, answer.help_offered)):
            for place, each in enumerate(found):
                yield Wish(report.participant, norm, way, place, report.period, each)


def introduction_fields(match: Match, subject: Worded) -> dict[str, JSON]:
    """What an introduction about a match says: the own words, those of the other side, and the languages of both."""
    fields: dict[str, JSON] = {
        "subject": {"lang": subject.lang, "text": subject.text},
        "help": match.ours.way.value,
        "norms": [
            {"clause": norm.clause, "instrument": norm.instrument}
            for norm in sorted({match.ours.norm, match.theirs.norm})
        ],
        "matter": _said_in(match.ours, match.why),
        "quoted": _said_in(match.theirs, match.why),
    }
    return fields | ({"languages": list(match.why.languages)} if match.why.languages else {})


def _said_in(wish: Wish, why: Why) -> JSON:
    """The words of a wish in a language of both sides, if they stand in one."""
    chosen = in_language(wish.text, why.languages)
    return {"lang": base_language(chosen.lang), "text": chosen.text}


def same_norm(sought: Norm, offered: Norm) -> Kin | None:
    """Norms are alike when they are one and the same."""
    return Kin.SAME if sought == offered else None


def find_matches(
    own: str, wishes: Collection[Wish], sides: Mapping[str, Side], *, alike: Alike = same_norm, on: date
) -> tuple[Match, ...]:
    """Every wish and offer of others that meets one of the own participant's, on a day that fixes the local times."""
    mine = [each for each in wishes if each.participant == own]
    others: dict[tuple[Way, Norm], list[Wish]] = {}
    for each in wishes:
        if each.participant != own:
            others.setdefault((each.way, each.norm), []).append(each)
    explain = functools.cache(functools.partial(explain_match, on=on))  # Many wishes leave open what their side says.

    def meet(ours: Wish, theirs: Wish, tie: Kin) -> Match:
        one, other = (_side(each, sides.get(each.participant, Side())) for each in (ours, theirs))
        return Match(ours, theirs, explain(one, other, tie=tie))

    found = [meet(ours, theirs, tie) for ours in mine for theirs, tie in _met(ours, others, alike)]
    return tuple(sorted(found, key=_place))


def _met(ours: Wish, others: Mapping[tuple[Way, Norm], Sequence[Wish]], alike: Alike) -> Iterator[tuple[Wish, Kin]]:
    """What meets an own wish, norm by norm, and how the two norms compare."""
    for (way, norm), wishes in others.items():
        if way is ours.way.other:
            tie = alike(ours.norm, norm) if ours.way is Way.SOUGHT else alike(norm, ours.norm)
            if tie is not None:
                yield from ((theirs, tie) for theirs in wishes)


def _side(wish: Wish, known: Side) -> Side:
    """What a wish says itself, and for what it leaves open what its participant's desks say."""
    said = wish.help
    zones = (said.zone,) if said.zone else known.zones
    return Side(said.languages or known.languages, said.areas or known.areas, zones)


def _place(match: Match) -> tuple[str, ...]:
    ours, theirs = match.ours, match.theirs
    return (*_key(ours), *_key(theirs), theirs.participant)


def _key(wish: Wish) -> tuple[str, str, str, str]:
    return wish.norm.instrument, wish.norm.clause, wish.way.value, f"{wish.place:02d}"


def explain_match(one: Side, other: Side, *, tie: Kin, on: date) -> Why:
    """What two sides have in common."""
    spoken = {base_language(each) for each in one.languages} & {base_language(each) for each in other.languages}
    areas = tuple(sorted({*one.areas} & {*other.areas}))
    return Why(tie, tuple(sorted(spoken)), areas, hours_in_common(one.zones, other.zones, on))


def hours_in_common(zones: Collection[str], others: Collection[str], on: date) -> int | None:
    """Whole hours of an eight-hour working day that two sides share, by the nearest of their zones; None if unknown."""
    ahead, theirs = _offsets(zones, on), _offsets(others, on)
    if not ahead or not theirs:
        return None
    apart = min(_apart(one, other) for one in ahead for other in theirs)
    return max(timedelta(), OFFICE_HOURS - apart) // timedelta(hours=1)


def _apart(one: timedelta, other: timedelta) -> timedelta:
    """How far two clocks are apart; half way round the earth is the farthest."""
    difference = abs(one - other) % DAY
    return min(difference, DAY - difference)


def _offsets(zones: Collection[str], on: date) -> list[timedelta]:
    noons = [_offset(each, on) for each in zones if each in _known_zones()]
    return [each for each in noons if each is not None]


@functools.cache
def _known_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@functools.lru_cache(maxsize=1024)
def _offset(zone: str, on: date) -> timedelta | None:
    return datetime.combine(on, NOON, zoneinfo.ZoneInfo(zone)).utcoffset()


def base_language(tag: str) -> str:
    """The language of a tag without script and region: whoever reads zh-Hant and whoever reads zh work together."""
    return tag.partition("-")[0]


def names_norm(text: str, norm: Norm) -> bool:
    """Whether a text such as `un-norms-2015` or `un-norms-2015 norm-j` names this norm; an empty one names all."""
    instrument, _, clause = text.strip().partition(" ")
    return not instrument or (instrument == norm.instrument and clause.strip() in ("", norm.clause))
