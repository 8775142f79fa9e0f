"""How did one contact centre answer over time, its node and its persons?

    checks/9ab01c2d3e4f5061/duty/

Invariants: for the desk that asked alone; the secretariat learns whether, not when, so it has no such page.
"""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_GET

from liaison.duty.checks.results import Audience, standing, trend
from liaison.messages.parties import DeskRef
from liaison.node.reads.checks import results as reads
from liaison.node.reads.writing.centres import find_entry_by
from liaison.node.reads.writing.drafts import Place
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action
from liaison.web.figures.charts import bars
from liaison.web.names import DeskNames
from liaison.web.pages.cases.naming import case_path
from liaison.web.pages.checks.tiles import finding_words
from liaison.web.pages.write.cards import desk_key
from liaison.web.requests import at_desk
from liaison.web.site import here
from liaison.web.words import moment

SHOWN, DRAWN = 60, 30
LOOKED_BACK = timedelta(days=400)


@require_GET
@at_desk(Action.READ_METADATA)
def page(request: HttpRequest, seat: Seat, participant: str, desk: str) -> HttpResponse:
    """One contact centre."""
    node, place = here(), Place(seat.register, seat.desk)
    if reads.audience_of(place) is not Audience.OWN:
        raise Http404
    entry = find_entry_by(node, seat.register, participant, desk)
    there = DeskRef(entry.participant or "", entry.node or "", entry.desk)
    now = node.clock.now()
    found = reads.node_history(node, seat.register, there, since=now - LOOKED_BACK)
    persons = (each for each in reads.persons_asked(node, place, since=now - LOOKED_BACK) if each.desk == there)
    asked = reads.with_work(node, seat.register, persons)
    oldest_first = asked[::-1]
    title = gettext("Milliseconds until its node answered")
    told = gettext("One bar a check, the oldest first; no bar where it did not answer.")
    points = [(moment(each.asked), (each.took or 0) * 1000) for each in found[-DRAWN:]]
    given = {
        "name": DeskNames(node).of(seat.register, there),
        "key": desk_key(there),
        "centre": f"centres/{participant}/{desk}/",
        "checks": [(each, finding_words(each)) for each in reversed(found[-SHOWN:])],
        "trend": trend([each.good for each in found if not each.excused]).value,
        "chart": bars(title, told, points, mirrored=get_language_bidi()) if found else None,
        "excused": sum(each.excused for each in found),
        "stands": standing([each.took for each in oldest_first], excused=[each.excused for each in oldest_first]),
        "persons": [(each, case_path(seat, each.case)) for each in asked[:SHOWN]],
        "now": now,
        "may_ask": seat.may(Action.WRITE),
    }
    return render(request, "web/checks/history.html", given)


ROUTES = [path("checks/<str:participant>/<str:desk>/", page, name="check-history")]
