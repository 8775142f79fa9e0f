"""How does a contact centre stand in a list or on a page, with all that must not be overlooked about it?

Invariants: "hosted by", a name that is not what it seems, a key that is only called back, a nomination and a rehearsal
show wherever a desk shows; an expected answer is a promise of its owner, so where there is none, none is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from babel.dates import format_timedelta
from django.utils.translation import get_language, gettext, to_locale

from liaison.duty.checks.planned_work import Work
from liaison.duty.checks.results import Audience
from liaison.duty.freshness import Freshness
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.checks.fresh import freshness_of
from liaison.node.reads.checks.planned_work import ToldThere, told_there
from liaison.node.reads.checks.results import audience_of
from liaison.node.reads.writing.centres import DeskCard, desk_cards
from liaison.node.reads.writing.drafts import Place
from liaison.node.reads.writing.usual import Usual, usual_minutes
from liaison.node.services.people.officers import Seat
from liaison.register.lookup import DeskEntry, DeskStatus, Directory
from liaison.register.vocabulary import DeskKind
from liaison.web.requests import path_to
from liaison.web.templatetags.spans import span
from liaison.web.words import code_word, day_and_zone, language_word, listed, moment

SHORT = 16
URGENCIES = ("routine", "urgent", "emergency")


@dataclass(frozen=True, slots=True)
class CardView:
    """A card in words."""

    card: DeskCard
    key: str
    """How forms name it: participant/node/desk; empty where nothing can be sent to it."""
    path: str
    kind: str
    status: str
    usable: bool
    elsewhere: bool
    """It stands in a register in which this desk has no part: nothing can be sealed to it from here."""
    languages: tuple[str, ...]
    there: datetime | None
    zone: str
    expected: tuple[tuple[str, str], ...]
    usual: str
    """How soon it usually acknowledges what this desk sends, as a stretch of time; empty where too little is known."""
    on_duty: str
    """That somebody is on duty there, since when, and when its node said so; empty where it did not."""
    cautions: tuple[str, ...]
    fresh: Freshness | None
    now: datetime

    @property
    def path_tail(self) -> str:
        """How the pages of one contact centre name it."""
        entry = self.card.entry
        return f"{(entry.participant or '')[:SHORT]}/{entry.desk}/"

    @property
    def promised(self) -> str:
        """Within which time its owner promises to answer what is urgent; empty for no promise."""
        return dict(self.expected).get("urgent", "")

    @property
    def hours(self) -> str:
        """When it answers, in its owner's words; empty where its contact part says nothing."""
        return next((each.hours for each in self.card.contacts if each.hours), "")

    @property
    def spoken(self) -> str:
        """Its languages in one line."""
        return listed(self.languages)

    @property
    def name(self) -> str:
        """Participant and desk."""
        return f"{self.card.entry.name} / {self.card.entry.desk}"


@dataclass(frozen=True, slots=True)
class Known:
    """What this node knows of the desks of one register beside their entries."""

    fresh: Mapping[DeskRef, Freshness]
    told: Mapping[DeskRef, ToldThere]


def desk_key(desk: DeskRef) -> str:
    """How a form names a desk."""
    return f"{desk.participant}/{desk.node}/{desk.desk}"


def read_key(text: str) -> DeskRef | None:
    """The desk that a form names; None for text that names none."""
    parts = text.split("/")
    return DeskRef(*parts) if len(parts) == 3 and all(parts) else None


def show_cards(node: Node, seat: Seat, entries: Iterable[DeskEntry]) -> list[CardView]:
    """The cards of rows of any register this node follows, in their order."""
    rows, now = list(entries), node.clock.now()
    cards: dict[int, DeskCard] = {}
    fresh: dict[str, Mapping[DeskRef, Freshness]] = {}
    told: dict[str, Mapping[DeskRef, ToldThere]] = {}
    for register in dict.fromkeys(row.register for row in rows):
        places = [place for place, row in enumerate(rows) if row.register == register]
        shown = [rows[place] for place in places]
        cards |= dict(zip(places, desk_cards(node, register, shown), strict=True))
        fresh[register] = freshness_of(node, Place(register, seat.desk), shown)
        told[register] = _told(node, seat, register, shown)
    usual = _usual(node, seat, cards.values())
    return [
        _show(cards[at], seat, now, usual, Known(fresh[row.register], told[row.register]))
        for at, row in enumerate(rows)
    ]


def brief_cards(node: Node, seat: Seat, listed: Directory, entries: Iterable[DeskEntry]) -> list[CardView]:
    """The cards of rows of the seat's register, in their order, without how fresh they are."""
    rows, now = list(entries), node.clock.now()
    if not rows:
        return []
    cards = desk_cards(node, rows[0].register, rows, listed)
    usual = _usual(node, seat, cards)
    known = Known({}, _told(node, seat, rows[0].register, rows))
    return [_show(card, seat, now, usual, known) for card in cards]


def _told(node: Node, seat: Seat, register: str, rows: Iterable[DeskEntry]) -> Mapping[DeskRef, ToldThere]:
    """What these desks told; the secretariat learns when no node answered, so not what it said then."""
    found = told_there(node, register, {row.participant for row in rows if row.participant})
    if audience_of(Place(register, seat.desk)) is Audience.OWN:
        return found
    return {desk: replace(each, duty_since=None) for desk, each in found.items()}


def _usual(node: Node, seat: Seat, cards: Iterable[DeskCard]) -> Mapping[DeskRef, Usual]:
    desks = {card.ref for card in cards if card.ref is not None}
    return usual_minutes(node, Place(seat.register, seat.desk), desks)


def _show(card: DeskCard, seat: Seat, now: datetime, usual: Mapping[DeskRef, Usual], known: Known) -> CardView:
    entry, ref, elsewhere = card.entry, card.ref, card.entry.register != seat.register
    usable = ref is not None and entry.status in (DeskStatus.CONFIRMED, DeskStatus.CALLED_BACK)
    told = known.told.get(ref) if ref is not None else None
    return CardView(
        card=card,
        key=desk_key(ref) if ref is not None else "",
        path="" if ref is None or elsewhere else path_to(seat, f"centres/{ref.participant[:SHORT]}/{entry.desk}/"),
        kind=kind_word(entry.kind),
        status=status_word(entry.status),
        usable=usable,
        elsewhere=elsewhere,
        languages=tuple(language_word(each) for each in entry.languages),
        there=card.local_time(now),
        zone=card.zone,
        expected=_expected(card),
        usual=minutes_word(usual[ref].minutes) if ref is not None and ref in usual else "",
        on_duty=_on_duty(card, told, now) if told is not None else "",
        cautions=tuple(_cautions(card, elsewhere=elsewhere, work=told.work if told is not None else None)),
        fresh=known.fresh.get(ref) if ref is not None else None,
        now=now,
    )


def kind_word(kind: DeskKind) -> str:
    """What a desk answers for."""
    return code_word("desk-kind", kind.value)


def status_word(status: DeskStatus) -> str:
    """How far an entry of the directory may be relied on."""
    return code_word("desk-status", status.value)


def minutes_word(minutes: int) -> str:
    """A stretch of time in the largest unit that tells it: 90 minutes, 24 hours, 3 days."""
    unit: Literal["minute", "hour", "day"] = "minute" if minutes < 120 else "hour" if minutes < 2880 else "day"
    locale = to_locale(get_language() or "en")
    return format_timedelta(timedelta(minutes=minutes), granularity=unit, threshold=1000, locale=locale)


def _expected(card: DeskCard) -> tuple[tuple[str, str], ...]:
    promised = ((each, getattr(card.entry.expected, each)) for each in URGENCIES)
    return tuple((urgency, minutes_word(minutes)) for urgency, minutes in promised if minutes is not None)


def _on_duty(card: DeskCard, told: ToldThere, now: datetime) -> str:
    """Since when somebody is on duty there, by the clock there where it is known."""
    if told.duty_since is None:
        return ""
    words = {"said": span((now - told.said_at).total_seconds()), "since": moment(told.duty_since)}
    there, today = card.local_time(told.duty_since), card.local_time(now)
    if there is None or today is None:
        return gettext("on duty since %(since)s, as its node said %(said)s ago") % words
    words["since"] = there.strftime("%H:%M") if there.date() == today.date() else day_and_zone(there)[0]
    return gettext("on duty since %(since)s there, as its node said %(said)s ago") % words


def _cautions(card: DeskCard, *, elsewhere: bool, work: Work | None) -> Iterable[str]:
    entry = card.entry
    if work is not None:
        told = gettext("Planned work there from %(begins)s to %(ends)s: its answer may come later")
        yield told % {"begins": moment(work.begins), "ends": moment(work.ends)}
    if elsewhere:
        told = gettext("It stands in another register, “%(title)s”: nothing is sealed to it from here, mail reaches it")
        yield told % {"title": card.title}
    if card.host:
        told = gettext("Hosted by %(host)s, who opens what is sent here")
        yield told % {"host": card.host}
    if card.reached.keepers and not card.reached.door:
        told = gettext(
            "Nobody can call its node: what is sent waits in the letter box of %(keeper)s until it is fetched. "
            "%(keeper)s sees who writes and when, never what"
        )
        yield told % {"keeper": listed(card.reached.keepers)}
    for warning in card.warnings:
        yield code_word("name-warning", warning)
    if entry.suspect:
        yield gettext("Published with a key that was later revoked as suspect")
