"""Who seeks help with a norm, who offers it, and what of it meets what the own participant seeks and offers?

    board = help_board(node, register, desk)
    board.matches                      each with the reasons why
    find_match(node, register, desk, match_key(board.matches[0]))

Invariants: only what each participant chose to show to this one, in its report of the latest year; matches are between
the own participant and another, never between two others; the order is that of norms and participants.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
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
)
from liaison.conduct.practices import Practice, find_practices
from liaison.errors import UsageError
from liaison.instruments.lineage import all_relatives
from liaison.instruments.texts import Instrument
from liaison.messages.forms.checking import Norm
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.conduct.audiences import participants_of
from liaison.node.reads.conduct.latest import Latest, latest_said, sorted_wishes
from liaison.node.reads.conduct.reports import Viewer, own_latest
from liaison.node.reads.desk.regions import areas_of, zones_of
from liaison.node.reads.instruments.known import known_instruments
from liaison.node.reads.register import directory
from liaison.register.vocabulary import DeskKind

EVERYTHING = Wanted()
KEY = 16
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
    languages: tuple[str, ...]
    """Those that both sides of some match have in common, whatever is looked for."""
    cut: bool
    """There is more of something than was asked for."""


def help_board(
    node: Node,
    register: str,
    desk: DeskRef,
    *,
    wanted: Wanted = EVERYTHING,
    whole: bool = False,
    most: int | None = None,
) -> Board:
    """What help there is for the participant of a desk, and from it, to so many of each: with the norm that is looked
    for, and of the matches those that fit all of what is.

    `whole` counts what the own report says for the participant alone: for whoever may read what its cases say.
    """
    latest, mine = _latest(node, register, desk), _own_wishes(node, register, desk, whole=whole)
    others = [each for each in latest.wishes if each.participant != desk.participant]
    met = _matches(node, register, desk, mine, others)
    matches = [each for each in met if wanted.fits(each)]
    ours = [each for each in mine if names_norm(wanted.norm, each.norm)]
    found = [each for each in others if names_norm(wanted.norm, each.norm)]
    sought, offered = ([each for each in found if each.way is way] for way in (Way.SOUGHT, Way.OFFERED))
    return Board(
        ours=tuple(ours[:most]),
        sought=tuple(sought[:most]),
        offered=tuple(offered[:most]),
        matches=tuple(matches[:most]),
        names={**latest.names, desk.participant: participants_of(node, register).name(desk.participant)},
        norms=tuple(sorted(latest.norms.union(each.norm for each in mine))),
        languages=tuple(sorted({tag for each in met for tag in each.why.languages})),
        cut=most is not None and any(len(each) > most for each in (ours, sought, offered, matches)),
    )


def has_help(node: Node, register: str, desk: DeskRef, norm: Norm, *, whole: bool = False) -> bool:
    """Whether anything is sought or offered with a norm, as far as this desk may see it."""
    if norm in _latest(node, register, desk).norms:
        return True
    return any(each.norm == norm for each in _own_wishes(node, register, desk, whole=whole))


def match_key(match: Match) -> str:
    """What names a match: a hash of what both sides say, so that another text is another match."""
    told = "\n".join((match.ours.key, match.theirs.key, *_texts(match.ours), *_texts(match.theirs)))
    return hashlib.sha256(told.encode()).hexdigest()[:KEY]


def find_match(node: Node, register: str, desk: DeskRef, key: str) -> Match:
    """The match of this key, for whoever may write at the desk. Raises UsageError when there is none any more."""
    mine, latest = _own_wishes(node, register, desk, whole=True), _latest(node, register, desk)
    for each in _matches(node, register, desk, mine, latest.wishes):
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
    return find_practices(_latest(node, register, desk).practices, words)


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


def _latest(node: Node, register: str, desk: DeskRef) -> Latest:
    return latest_said(node, register, viewer=Viewer(desk.participant))


def _own_wishes(node: Node, register: str, desk: DeskRef, *, whole: bool) -> Sequence[Wish]:
    """What the own participant seeks and offers: all of it, or what it shows to somebody."""
    reports = {each.instrument: each for each in _latest(node, register, desk).reports_of(desk.participant)}
    if whole:
        reports |= {each.instrument: each for each in own_latest(node, register, desk.participant)}
    return sorted_wishes(reports.values())


def _matches(
    node: Node, register: str, desk: DeskRef, mine: Sequence[Wish], others: Iterable[Wish]
) -> tuple[Match, ...]:
    wishes = [*mine, *(each for each in others if each.participant != desk.participant)]
    who = sorted({each.participant for each in wishes} | {desk.participant})
    sides, today = sides_of(node, register, who), node.clock.now().date()
    return find_matches(desk.participant, wishes, sides, alike=_alike(known_instruments(node)), on=today)


def _alike(known: Mapping[str, Instrument]) -> Alike:
    """Norms are alike when they are one, or when the lineage of texts says how one compares with the other."""

    kin = {
        Norm(*place): {Norm(each.instrument, each.clause): each.kin for each in found}
        for place, found in all_relatives(known).items()
    }
    return lambda sought, offered: same_norm(sought, offered) or kin.get(sought, {}).get(offered)


def _rank(kind: DeskKind, kinds: Collection[DeskKind | None]) -> int:
    return next((place for place, each in enumerate(kinds) if each is kind), len(kinds))


def _texts(wish: Wish) -> list[str]:
    return [f"{each.lang} {each.text}" for each in wish.text]
