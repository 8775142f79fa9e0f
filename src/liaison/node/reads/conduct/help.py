"""Who seeks help with a norm, who offers it, and what of it meets what the own participant seeks and offers?

    board = help_board(node, register, desk)
    board.matches                      each with the reasons why
    find_match(node, register, desk, match_key(board.matches[0]))

Invariants: only what each participant chose to show to this one, in its report of the latest year; matches are between
the own participant and another, never between two others; the order is that of norms and participants.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from liaison.conduct.help import (
    Alike,
    Match,
    Side,
    Wanted,
    Way,
    Wish,
    find_matches,
    names_norm,
    same_norm,
    wishes_in,
)
from liaison.conduct.practices import Practice, find_practices, practices_in
from liaison.conduct.reports import Report
from liaison.errors import UsageError
from liaison.instruments.lineage import all_relatives
from liaison.instruments.texts import Instrument
from liaison.messages.forms.checking import Norm
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.conduct.reports import Viewer, latest_reports, own_report
from liaison.node.reads.desk.regions import areas_of, zones_of
from liaison.node.reads.facts import register_facts
from liaison.node.reads.instruments.known import carried_instruments, known_instruments
from liaison.node.reads.register import directory
from liaison.register.vocabulary import DeskKind

EVERYTHING = Wanted()
KEY = 16
FIRST, MOST = 50, 500
NOWHERE = "utc"
"""The area of a time zone that is in no part of the world."""


@dataclass(frozen=True, slots=True)
class Board:
    """What is sought and offered: by the own participant (whoever is shown it), and by others."""

    ours: tuple[Wish, ...]
    sought: tuple[Wish, ...]
    offered: tuple[Wish, ...]
    matches: tuple[Match, ...]
    names: Mapping[str, str]
    """Participant → what people call it."""
    norms: tuple[Norm, ...]
    """Those that something is sought or offered with, whatever is looked for."""
    most: int
    """So many of each are shown."""
    cut: bool
    """There is more of something than is shown; looking for one norm shows the rest, to `MOST` of each."""


def help_board(node: Node, register: str, desk: DeskRef, *, wanted: Wanted = EVERYTHING, whole: bool = False) -> Board:
    """What help there is for the participant of a desk, and from it: with the norm that is looked for, and of the
    matches those that fit all of what is.

    `whole` counts what the own report says for the participant alone: for whoever may read what its cases say.
    """
    own, wishes = desk.participant, _wishes(node, register, desk.participant, whole=whole)
    matches = [each for each in _matches(node, register, own, wishes) if wanted.fits(each)]
    found = [each for each in wishes if names_norm(wanted.norm, each.norm)]
    others = [each for each in found if each.participant != own]
    ours = [each for each in found if each.participant == own]
    sought, offered = ([each for each in others if each.way is way] for way in (Way.SOUGHT, Way.OFFERED))
    most = MOST if wanted.norm else FIRST
    return Board(
        ours=tuple(ours[:most]),
        sought=tuple(sought[:most]),
        offered=tuple(offered[:most]),
        matches=tuple(matches[:most]),
        names=_names(node, register, sorted({each.participant for each in wishes} | {own})),
        norms=tuple(sorted({each.norm for each in wishes})),
        most=most,
        cut=any(len(each) > most for each in (ours, sought, offered, matches)),
    )


def has_help(node: Node, register: str, desk: DeskRef, norm: Norm, *, whole: bool = False) -> bool:
    """Whether anything is sought or offered with a norm, as far as this desk may see it."""
    reports = _latest(node, register, desk.participant, whole=whole, among=(norm.instrument,))
    return any(each.norm == norm for report in reports for each in wishes_in(report))


def match_key(match: Match) -> str:
    """What names a match: a hash of what both sides say, so that another text is another match."""
    told = "\n".join((match.ours.key, match.theirs.key, *_texts(match.ours), *_texts(match.theirs)))
    return hashlib.sha256(told.encode()).hexdigest()[:KEY]


def find_match(node: Node, register: str, desk: DeskRef, key: str) -> Match:
    """The match of this key, for whoever may write at the desk. Raises UsageError when there is none any more."""
    wishes = _wishes(node, register, desk.participant, whole=True)
    for each in _matches(node, register, desk.participant, wishes):
        if match_key(each) == key:
            return each
    raise UsageError("help-match-gone")


def desk_to_meet(node: Node, register: str, desk: DeskRef, participant: str) -> DeskRef:
    """The contact centre of a participant that an introduction goes to: of the kind that the own desk is, else its
    diplomatic one, else the first it has. Raises UsageError."""
    own = directory(node, register).desk(desk.participant, desk.desk)
    kinds = (own.kind if own is not None else None, DeskKind.DIPLOMATIC)
    open_to = [each for each in directory(node, register).desks(participant=participant) if each.node]
    ordered = sorted(open_to, key=lambda each: (_rank(each.kind, kinds), each.desk))
    if not ordered:
        raise UsageError("help-desk-not-there", participant=participant[:16])
    return DeskRef(participant, ordered[0].node or "", ordered[0].desk)


def shared_practices(node: Node, register: str, desk: DeskRef, *, words: str = "") -> tuple[Practice, ...]:
    """The practices that participants chose to share with all others, in which all of these words stand."""
    reports = list(_latest(node, register, desk.participant, whole=False))
    names = _names(node, register, sorted({each.participant for each in reports}))
    found = (each for report in reports for each in practices_in(report, names[report.participant]))
    return find_practices(found, words)


def sides_of(node: Node, register: str, participants: Collection[str]) -> dict[str, Side]:
    """How each participant can be worked with, as its desks say in the register."""
    found, areas = directory(node, register), areas_of(node, register, participants)
    desks = {who: [each for each in found.desks(participant=who) if each.node] for who in participants}
    refs = {who: [DeskRef(who, each.node or "", each.desk) for each in rows] for who, rows in desks.items()}
    zones = zones_of(node, register, [ref for each in refs.values() for ref in each])
    return {
        who: Side(
            languages=tuple(sorted({tag for each in rows for tag in each.languages})),
            areas=(areas[who],) if areas.get(who, NOWHERE) != NOWHERE else (),
            zones=tuple(sorted({zones[ref] for ref in refs[who] if ref in zones})),
        )
        for who, rows in desks.items()
    }


def _wishes(node: Node, register: str, own: str, *, whole: bool) -> list[Wish]:
    """In the order of norms, then of participants."""
    found = [each for report in _latest(node, register, own, whole=whole) for each in wishes_in(report)]
    return sorted(found, key=lambda each: (each.norm, each.key))


def _matches(node: Node, register: str, own: str, wishes: Collection[Wish]) -> tuple[Match, ...]:
    who = sorted({each.participant for each in wishes} | {own})
    sides, today = sides_of(node, register, who), node.clock.now().date()
    return find_matches(own, wishes, sides, alike=_alike(known_instruments(node)), on=today)


def _alike(known: Mapping[str, Instrument]) -> Alike:
    """Norms are alike when they are one, or when the lineage of texts says how one compares with the other."""

    kin = {
        Norm(*place): {Norm(each.instrument, each.clause): each.kin for each in found}
        for place, found in all_relatives(known).items()
    }
    return lambda sought, offered: same_norm(sought, offered) or kin.get(sought, {}).get(offered)


def _latest(
    node: Node, register: str, own: str, *, whole: bool, among: Collection[str] | None = None
) -> Iterator[Report]:
    """The latest report of each participant on each text the register carries, as far as `own` may see it."""
    for instrument in carried_instruments(node, register):
        if among is not None and instrument not in among:
            continue
        for shown in latest_reports(node, register, instrument, viewer=Viewer(own)):
            report = shown.report
            if whole and shown.participant == own:
                report = own_report(node, register, own, instrument, shown.period) or report
            if report is not None:
                yield report


def _rank(kind: DeskKind, kinds: Collection[DeskKind | None]) -> int:
    return next((place for place, each in enumerate(kinds) if each is kind), len(kinds))


def _texts(wish: Wish) -> list[str]:
    return [f"{each.lang} {each.text}" for each in wish.text]


def _names(node: Node, register: str, participants: Collection[str]) -> dict[str, str]:
    facts = register_facts(node, register)
    states = {who: facts.participant(who) for who in participants}
    return {who: state.labels.name if state is not None else who[:8] for who, state in states.items()}
