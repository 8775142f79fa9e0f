"""Which desk keeps the case of a page: the officer's own, or one that shares it with theirs?

Invariants: a page of a case stands under the officer's own desk, whoever keeps the case; what is read and said is that
of the desk that keeps it (`held.seat`), what the officer may do is asked of the roles at their own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import Http404

from liaison.errors import UsageError
from liaison.node.reads.desk.listing import Reader
from liaison.node.reads.desk.thread import Thread, read_thread
from liaison.node.reads.inside.sharing import Held, held_case
from liaison.node.services.people.officers import Seat
from liaison.web.site import here


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A case as a page has it; `own` is the officer's seat, `seat` at the desk that keeps the case."""

    own: Seat
    seat: Seat
    held: Held

    def thread(self, case: str, *, reader: Reader) -> Thread:
        """What was said in it. Raises UsageError for a destroyed one."""
        return read_thread(here(), self.seat.desk, case, reader=reader)


def find_held(seat: Seat, case: str) -> HeldSeat:
    """The case, and at which desk it is kept. Raises Http404."""
    try:
        held = held_case(here(), seat, case)
    except UsageError as error:
        raise Http404 from error
    return HeldSeat(seat, replace(seat, desk=held.owner), held)
