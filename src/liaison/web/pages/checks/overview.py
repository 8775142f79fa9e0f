"""Does every contact centre answer now, and do we? One picture of all, and what came of the checks of this desk.

    checks/?from=0

Invariants: what a person must look at stands first; sums leave small numbers out; nothing here ranks anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_GET

from liaison.duty.checks.results import LEAST, Audience, PersonResult, standing
from liaison.duty.checks.schedule import Cadence
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.checks import results as reads
from liaison.node.reads.checks.planned_work import planned_there
from liaison.node.reads.checks.results import AskedOfUs
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.checks.asking import peers_of
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.figures.charts import bars
from liaison.web.names import DeskNames
from liaison.web.pages.checks.tiles import LOOK_FIRST, UNKNOWN, WAIT, WELL, tile
from liaison.web.requests import at_desk
from liaison.web.site import here
from liaison.web.words import moment

PAGE = 120
LATEST = 12
LOOKED_BACK = timedelta(days=400)


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat) -> HttpResponse:
    """The picture of all, and this desk's own results."""
    node, place = here(), Place(seat.register, seat.desk)
    now, names, audience = node.clock.now(), DeskNames(node), reads.audience_of(place)
    asked = reads.persons_asked(node, place, since=now - LOOKED_BACK)
    found, persons = reads.node_results(node, seat.register), _latest(node, seat, asked)
    planned = planned_there(node, seat.register)
    tiles = [
        tile(desk, names.of(seat.register, desk), found, persons, audience=audience, planned=planned.get(desk))
        for _, desk in peers_of(node, seat.register)
    ]
    tiles.sort(key=lambda each: (each.rank, each.name.name, each.name.desk))
    counts = Counter(each.rank for each in tiles)
    start = _number(request.GET.get("from", ""))
    ours = reads.asked_of_us(node, place, since=now - LOOKED_BACK)
    given = {
        "tiles": tiles[start : start + PAGE],
        "next": start + PAGE if start + PAGE < len(tiles) else None,
        "previous": max(start - PAGE, 0) if start else None,
        "counts": {"look": counts[LOOK_FIRST], "wait": counts[WAIT], "well": counts[WELL], "none": counts[UNKNOWN]},
        "now": now,
        "own": audience is Audience.OWN,
        "sums": reads.sums(node, place, now=now),
        "least": LEAST,
        "plan": reads.plan_of(node, place),
        "cadences": [each.value for each in Cadence],
        "may_ask": seat.may(Action.WRITE),
        "may_plan": seat.may(Action.SET_RULES),
        **_ours(ours, names, seat),
    }
    return render(request, "web/checks/overview.html", given)


def _ours(ours: Sequence[AskedOfUs], names: DeskNames, seat: Seat) -> dict[str, Any]:
    """How this desk answered the others."""
    stands = standing([each.took for each in reversed(ours)], excused=[each.excused for each in reversed(ours)])
    points = [
        (moment(each.received), each.took.total_seconds() / 60 if each.took is not None else 0)
        for each in reversed(ours[:LATEST])
    ]
    title = gettext("Minutes until a person here answered")
    told = gettext("One bar a check, the oldest first; no bar where nobody has answered.")
    return {
        "ours": [(each, names.of(seat.register, each.by)) for each in ours[:LATEST]],
        "stands": stands,
        "chart": bars(title, told, points, mirrored=get_language_bidi()) if stands.answered else None,
    }


def _latest(node: Node, seat: Seat, asked: Sequence[PersonResult]) -> dict[DeskRef, PersonResult]:
    """The last check of persons at each desk."""
    found: dict[DeskRef, PersonResult] = {}
    for each in asked:
        found.setdefault(each.desk, each)
    return {each.desk: each for each in reads.with_work(node, seat.register, found.values())}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


ROUTES = [path("checks/", page, name="checks")]
