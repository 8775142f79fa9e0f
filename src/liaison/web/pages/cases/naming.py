"""Who stands behind the desks of a list, in words, and who is looking?"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from django.http import HttpRequest

from liaison.errors import UsageError
from liaison.node.reads.desk.listing import CaseRow, Reader
from liaison.node.services.people.audit_grants import require_content
from liaison.node.services.people.case_access import closed_to_others
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Action, Role
from liaison.web.names import DeskName, DeskNames
from liaison.web.requests import officer_id, path_to
from liaison.web.site import here


@dataclass(frozen=True, slots=True)
class RowView:
    """A case in a list with its page and the names of the other side."""

    row: CaseRow
    path: str
    others: tuple[DeskName, ...]


def reader_of(request: HttpRequest, seat: Seat) -> Reader:
    """What this officer may see of the desk's cases: by their role, and by what was closed to named officers."""
    closed = closed_to_others(here(), seat, officer_id(request))
    return Reader(contents=seat.may(Action.READ_CASE), closed=closed)


def reader_of_case(request: HttpRequest, seat: Seat, case: str) -> Reader:
    """The same for the page of one case, where an auditor may read by a grant; a reading by one is noted."""
    reader, officer = reader_of(request, seat), officer_id(request)
    if not reader.contents and Role.AUDITOR in seat.roles:
        with suppress(UsageError):
            require_content(here(), seat, officer, case)
            return Reader(contents=True)
    return reader


def case_path(seat: Seat, case: str, tail: str = "") -> str:
    """The path of a case's page, or of a page below it."""
    return path_to(seat, f"cases/{case}/{tail}")


def row_views(seat: Seat, rows: Iterable[CaseRow], names: DeskNames) -> list[RowView]:
    """Cases as a list shows them."""
    return [
        RowView(row, case_path(seat, row.case), tuple(names.of(row.register, each) for each in row.others))
        for row in rows
    ]
