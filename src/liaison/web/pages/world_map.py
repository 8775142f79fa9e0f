"""Where in the world is it day now, at the contact centres of the register? A map without borders, above its table.

    register/map/        only where the operator switched it on (`[pages] map = true`)

Invariants: a desk stands at the place of the time zone it states, which is no position, and the page says so; no
border, no colour of a State, no order but the alphabet; whatever the map shows, the table beneath it says in words, and
a desk whose zone is not known stands in the table alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET

from liaison.node.reads.register import directory
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.figures.world import HEIGHT, WIDTH, coastline, place_of_zone
from liaison.web.pages.write.cards import CardView, show_cards
from liaison.web.requests import at_desk
from liaison.web.site import here

MORNING, EVENING = 7, 19
"""The hours of the clock on the wall between which it is called day."""


@require_GET
@at_desk(Action.READ_METADATA)
def world_map(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The contact centres by the time zones they state. Raises Http404 where the map is off."""
    if not here().config.pages.map:
        raise Http404
    entries = directory(here(), seat.register).desks()
    cards = sorted(show_cards(here(), seat, entries), key=lambda card: card.name.casefold())
    zones = [card.zone for card in cards]
    rows = [
        {
            "card": card,
            "day": _is_day(card.there),
            "anchor": _anchor(card.zone) if card.zone and zones.index(card.zone) == at else "",
        }
        for at, card in enumerate(cards)
    ]
    given = {"rows": rows, "dots": _dots(cards), "land": coastline(), "width": WIDTH, "height": HEIGHT}
    given["placeless"] = sum(not card.zone or place_of_zone(card.zone) is None for card in cards)
    return render(request, "web/world_map.html", given)


def _is_day(there: datetime | None) -> bool | None:
    return None if there is None else MORNING <= there.hour < EVENING


def _dots(cards: Iterable[CardView]) -> list[dict[str, Any]]:
    """One dot a zone: where it lies, what time it is there, and to which rows of the table it leads."""
    zones: dict[str, list[CardView]] = defaultdict(list)
    for card in cards:
        if card.zone:
            zones[card.zone].append(card)
    placed = ((zone, place_of_zone(zone), found) for zone, found in sorted(zones.items()))
    return [_dot(zone, place, found) for zone, place, found in placed if place is not None]


def _dot(zone: str, place: tuple[int, int], cards: list[CardView]) -> dict[str, Any]:
    there, only = cards[0].there, cards[0] if len(cards) == 1 else None
    many = ngettext("%(number)s contact centre", "%(number)s contact centres", len(cards))
    names = only.name if only is not None else many % {"number": len(cards)}
    day = _is_day(there)
    told = gettext("%(names)s, %(clock)s, day") if day else gettext("%(names)s, %(clock)s, night")
    return {
        "x": place[0],
        "y": place[1],
        "day": day,
        "path": only.path if only is not None and only.path else f"#{_anchor(zone)}",
        "told": told % {"names": names, "clock": there.strftime("%H:%M") if there is not None else ""},
    }


def _anchor(zone: str) -> str:
    return f"zone-{zone.replace('/', '-')}"


ROUTES = [path("register/map/", world_map, name="world-map")]
