"""Which requests were made by telephone in some cases of a desk, and by when is each confirmed in writing?

Invariants (docs/spec/requests.md, "Spoken requests"): the clock is that of the text it rests on, or of a day where that
names none; a request of that type in the same case meets it, whichever side noted the call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from liaison.cooperation.clock_rules import Clock as Rule
from liaison.cooperation.clock_rules import Event as Moment
from liaison.cooperation.clock_rules import Side, Then
from liaison.cooperation.clocks import Clock, heed, start
from liaison.cooperation.history.reading import demands_of
from liaison.cooperation.requests import Request
from liaison.node.models import SpokenRequest

CONFIRMATION = "confirmation"
_USUAL = Rule(
    starts=Moment.ASKED_BY_TELEPHONE,
    ends=(Moment.CONFIRMED_IN_WRITING, Moment.WITHDRAWN),
    acts=Side.REQUESTING,
    then=Then.OVERDUE,
    article="",
    en="",
    hours=24,
    suggested=True,
)


def spoken_clocks(
    place: Mapping[str, Any], cases: Collection[str], requests: Sequence[Request]
) -> Iterator[tuple[SpokenRequest, Clock]]:
    """Inside a reading or a unit of work: each request in these cases that was spoken of, with its clock."""
    for row in SpokenRequest.objects.filter(**place, case__in=cases).order_by("pk"):
        rules = demands_of(row.form, row.instrument).clocks.values()
        rule = next((each for each in rules if each.starts is Moment.ASKED_BY_TELEPHONE), _USUAL)
        clock = start(CONFIRMATION, rule, row.spoken_at)
        written = [each.sent_at for each in requests if (each.case, each.form) == (row.case, row.form)]
        yield row, heed(clock, rule, Moment.CONFIRMED_IN_WRITING, min(written)) if written else clock
