"""What do help with norms, introductions and practices look like to a program?"""

from __future__ import annotations

from liaison.api.shapes.base import Desk, Told
from liaison.api.shapes.conduct import Evidence, Worded
from liaison.conduct.help import Match as MatchFound
from liaison.conduct.help import Wish as WishFound
from liaison.conduct.practices import Practice as PracticeFound
from liaison.conduct.reports import Texts
from liaison.messages.forms.checking import Norm as NormFound
from liaison.node.reads.conduct.help import Board, match_key
from liaison.node.reads.conduct.introductions import Introduction as IntroductionFound
from liaison.wire.identifiers import format_instant


class Norm(Told):
    """One clause of an agreed text."""

    instrument: str
    clause: str


class Wish(Told):
    """Help that is sought or offered, in the words of whoever does; `year` is that of its report."""

    participant: str
    name: str
    norm: Norm
    way: str
    year: int
    text: list[Worded]
    languages: list[str]
    areas: list[str]
    zone: str | None

    @staticmethod
    def of(found: WishFound, board: Board) -> Wish:
        """The shape of a wish."""
        return Wish(
            participant=found.participant,
            name=board.names[found.participant],
            norm=norm_of(found.norm),
            way=found.way.value,
            year=found.year,
            text=texts_of(found.text),
            languages=list(found.help.languages),
            areas=list(found.help.areas),
            zone=found.help.zone,
        )


class Match(Told):
    """An own wish or offer and one of another that meets it, with what both sides have in common."""

    match: str
    ours: Wish
    theirs: Wish
    norms: str
    """How the norm of the offer stands to that of the wish: `same`, `narrower`, `wider`, `overlapping`."""
    languages: list[str]
    areas: list[str]
    hours: int | None
    """Of a working day of eight; none where a time zone is not known."""

    @staticmethod
    def of(found: MatchFound, board: Board) -> Match:
        """The shape of a match."""
        return Match(
            match=match_key(found),
            ours=Wish.of(found.ours, board),
            theirs=Wish.of(found.theirs, board),
            norms=found.why.tie.value,
            languages=list(found.why.languages),
            areas=list(found.why.areas),
            hours=found.why.hours,
        )


class HelpBoard(Told):
    """What is sought and offered, in the order of norms and participants; nobody is graded."""

    matches: list[Match]
    ours: list[Wish]
    sought: list[Wish]
    offered: list[Wish]

    @staticmethod
    def of(board: Board) -> HelpBoard:
        """The shape of all of it."""
        return HelpBoard(
            matches=[Match.of(each, board) for each in board.matches],
            ours=[Wish.of(each, board) for each in board.ours],
            sought=[Wish.of(each, board) for each in board.sought],
            offered=[Wish.of(each, board) for each in board.offered],
        )


class Practice(Told):
    """How a participant does what a norm asks, as it chose to share it."""

    participant: str
    name: str
    norm: Norm
    year: int
    text: list[Worded]
    evidence: list[Evidence]
    public: bool

    @staticmethod
    def of(found: PracticeFound) -> Practice:
        """The shape of a practice."""
        return Practice.copied(
            found,
            norm=norm_of(found.norm),
            text=texts_of(found.text),
            evidence=[Evidence.copied(each) for each in found.evidence],
        )


class Practices(Told):
    """The practices in which all words stand."""

    practices: list[Practice]


class Introduction(Told):
    """An introduction and what came of it; `way`, norms, answer and outcome are empty where the case is closed."""

    case: str
    exercise: bool
    others: list[Desk]
    way: str | None
    norms: list[Norm]
    answer: str
    outcome: str
    outcome_at: str | None
    outcome_ours: bool

    @staticmethod
    def of(found: IntroductionFound) -> Introduction:
        """The shape of an introduction."""
        return Introduction(
            case=found.row.case,
            exercise=found.row.exercise,
            others=[Desk.at(each) for each in found.row.others],
            way=found.way.value if found.way else None,
            norms=[norm_of(each) for each in found.norms],
            answer=found.answer,
            outcome=found.outcome,
            outcome_at=format_instant(found.outcome_at) if found.outcome_at else None,
            outcome_ours=found.outcome_ours,
        )


class Introductions(Told):
    """The latest introductions of the desk."""

    introductions: list[Introduction]


def norm_of(found: NormFound) -> Norm:
    """The shape of a norm."""
    return Norm(instrument=found.instrument, clause=found.clause)


def texts_of(found: Texts) -> list[Worded]:
    """A text in each language it stands in."""
    return [Worded(lang=each.lang, text=each.text) for each in found]
