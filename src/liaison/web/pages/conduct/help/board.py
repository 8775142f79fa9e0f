"""Who needs help with a norm, who gives it, and how do the two meet?

    conduct/help/              ?norm=…&language=fr&area=africa&hours=on     what meets what we seek and offer, and why
    conduct/help/introduce     POST: begins a draft to the other side, which an officer reads over and sends
    conduct/practices/         ?q=disclosure                               practices that participants chose to share

Invariants: only what others chose to show to this participant; nothing is sent from here; the order is that of norms
and names, and nobody is counted or graded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_GET, require_POST

from liaison.conduct.help import INTRODUCTION, Match, Wanted, Why, Wish, introduction_fields
from liaison.conduct.practices import Practice
from liaison.conduct.reports import Worded
from liaison.messages.forms import latest_form
from liaison.node.reads.conduct.help import (
    NOWHERE,
    Board,
    desk_to_meet,
    find_match,
    help_board,
    match_key,
    shared_practices,
)
from liaison.node.reads.conduct.introductions import introductions
from liaison.node.services.people.officers import Seat
from liaison.node.services.writing.drafts import begin_draft
from liaison.officers.permissions import Action
from liaison.web.forms.carried import carried
from liaison.web.forms.languages import language_tag
from liaison.web.forms.typed import ZONE, input_name
from liaison.web.names import DeskName, DeskNames
from liaison.web.pages.cases.naming import case_path, reader_of
from liaison.web.pages.conduct.answers import in_own_words
from liaison.web.pages.conduct.help.naming import NormName, NormNames
from liaison.web.pages.write.cards import desk_key
from liaison.web.pages.write.steps import path_of, place_of
from liaison.web.requests import at_desk, officer_id
from liaison.web.site import here
from liaison.web.templatetags.show import paraphrase_text
from liaison.web.words import code_word, codes_of, language_word

LONGEST, SHOWN = 100, 50
FIRST, OF_A_NORM = 20, 500
"""So many matches, wishes and offers stand on the page, and so many once a norm is chosen."""


@dataclass(frozen=True, slots=True)
class WishView:
    """A wish or an offer in words."""

    wish: Wish
    name: str
    norm: NormName
    words: Worded
    open_to: tuple[str, ...]
    """The languages it names itself, in the reader's."""


@dataclass(frozen=True, slots=True)
class MatchView:
    """Two that meet, with the reasons in words."""

    key: str
    ours: WishView
    theirs: WishView
    why: Why
    languages: tuple[str, ...]
    areas: tuple[str, ...]


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """What is sought and offered, and what meets."""
    wanted = _wanted(request)
    whole, most = seat.may(Action.READ_CASE), OF_A_NORM if wanted.norm else FIRST
    board = help_board(here(), seat.register, seat.desk, wanted=wanted, whole=whole, most=most)
    naming = NormNames()
    given = {
        "matches": [_match(each, board, naming) for each in board.matches],
        "ours": wish_views(board.ours, board, naming),
        "sought": wish_views(board.sought, board, naming),
        "offered": wish_views(board.offered, board, naming),
        "introductions": _introductions(request, seat, naming),
        "wanted": wanted,
        "filtered": wanted != Wanted(),
        "spoken": [
            (each, language_word(each)) for each in sorted({*board.languages, *filter(None, [wanted.language])})
        ],
        "norms": [(name.key, _called(name)) for name in map(naming.of, board.norms)],
        "areas": [(each, code_word("zone-area", each)) for each in codes_of("zone-area") if each != NOWHERE],
        "may_write": seat.may(Action.WRITE),
        "cut": board.cut,
        "most": most,
    }
    return render(request, "web/conduct/help/board.html", given)


@require_POST
@at_desk(Action.WRITE)
def introduce(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Begin a draft to the other side of a match, to its contact centre of the kind that this one is."""
    node = here()
    match = find_match(node, seat.register, seat.desk, request.POST.get("match", "")[:LONGEST])
    to = desk_to_meet(node, seat.register, seat.desk, match.theirs.participant)
    subject = Worded(language_tag(get_language() or "en"), _subject(match))
    typed = carried(latest_form(INTRODUCTION), introduction_fields(match, subject)) | {"to": [desk_key(to)]}
    typed.pop(input_name(ZONE))  # No time is carried, so the officer's own zone holds.
    number = begin_draft(node, place_of(seat), officer=officer_id(request), form=INTRODUCTION, typed=typed)
    return HttpResponseRedirect(path_of(seat, number, "text"))


@require_GET
@at_desk(Action.READ_METADATA)
def practices(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The catalogue of practices."""
    words, naming = request.GET.get("q", "").strip()[:LONGEST], NormNames()
    found = shared_practices(here(), seat.register, seat.desk, words=words)
    rows = [practice_view(each, naming) for each in found[:SHOWN]]
    given = {"rows": rows, "q": words, "count": len(found), "more": len(found) > SHOWN}
    return render(request, "web/conduct/help/practices.html", given)


def _wanted(request: HttpRequest) -> Wanted:
    given = {name: request.GET.get(name, "").strip()[:LONGEST] for name in ("norm", "language", "area")}
    return Wanted(**given, hours=request.GET.get("hours") == "on")


def _subject(match: Match) -> str:
    name = NormNames().of(match.ours.norm)
    told = {"norm": paraphrase_text(name.short, name.instrument), "article": name.article}
    return gettext("Help with %(norm)s, %(article)s") % told


def _called(name: NormName) -> str:
    """A norm in a list to choose from."""
    return f"{paraphrase_text(name.short, name.instrument)} {name.article}"


def wish_views(wishes: Iterable[Wish], board: Board, naming: NormNames) -> list[WishView]:
    """In the order of norms, then by name."""
    found = [_wish(each, board, naming) for each in wishes]
    return sorted(found, key=lambda each: (each.wish.norm, each.name, each.wish.key))


def _wish(wish: Wish, board: Board, naming: NormNames) -> WishView:
    name, words = board.names[wish.participant], in_own_words(wish.text)
    return WishView(wish, name, naming.of(wish.norm), words, tuple(_languages(wish.help.languages)))


def _match(match: Match, board: Board, naming: NormNames) -> MatchView:
    return MatchView(
        key=match_key(match),
        ours=_wish(match.ours, board, naming),
        theirs=_wish(match.theirs, board, naming),
        why=match.why,
        languages=tuple(_languages(match.why.languages)),
        areas=tuple(code_word("zone-area", each) for each in match.why.areas),
    )


def _languages(tags: Iterable[str]) -> Iterator[str]:
    yield from map(language_word, tags)


def _introductions(request: HttpRequest, seat: Seat, naming: NormNames) -> list[dict[str, Any]]:
    names = DeskNames(here())
    return [
        {
            "each": each,
            "path": case_path(seat, each.row.case),
            "others": _others(seat, names, each.row.others),
            "norms": [naming.of(norm) for norm in each.norms],
        }
        for each in introductions(here(), seat.register, seat.desk, reader=reader_of(request, seat))
    ]


def _others(seat: Seat, names: DeskNames, others: Iterable[Any]) -> list[DeskName]:
    return [names.of(seat.register, each) for each in others]


def practice_view(practice: Practice, naming: NormNames) -> dict[str, Any]:
    """A practice in words."""
    return {"each": practice, "norm": naming.of(practice.norm), "words": in_own_words(practice.text)}


ROUTES = [
    path("conduct/help/", page, name="help"),
    path("conduct/help/introduce", introduce, name="help-introduce"),
    path("conduct/practices/", practices, name="practices"),
]
