"""Who may act on a request and read what its case says: named officers, auditors by grant, nobody of another desk?"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from liaison.errors import UsageError
from liaison.messages.parties import DeskRef
from liaison.node.models import AuditRow
from liaison.node.services.cooperation.acting import Said, query_status, say_step
from liaison.node.services.cooperation.finding import find_request
from liaison.node.services.people.audit_grants import end_grant, grant_audit, grants_of, require_content
from liaison.node.services.people.case_access import close_case
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import Role
from tests.node.cooperation.dossier import Dossier


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    return Dossier(tmp_path)


def test_a_request_of_one_desk_is_not_found_from_another_on_the_same_node(dossier: Dossier) -> None:
    root = dossier.ask()
    here = dossier.seat("XD")
    elsewhere = Seat(here.register, DeskRef(here.desk.participant, "main", "ministry"), here.roles)
    hosted = Seat(here.register, DeskRef(dossier.world.desk("XC").participant, "main", "duty"), here.roles)
    assert find_request(dossier.node("XD"), here, root).request.root == root
    for seat in (elsewhere, hosted):
        with pytest.raises(UsageError, match="request-not-found"):
            find_request(dossier.node("XD"), seat, root)


def test_only_who_may_write_and_is_named_acts_on_a_request_whose_case_is_closed(dossier: Dossier) -> None:
    ada, bo = (dossier.hire("XC", name, reached=False) for name in ("ada", "bo"))
    root = dossier.ask()
    seat, case = dossier.seat("XC"), dossier.request("XC", root).case
    close_case(dossier.node("XC"), seat, case, officers={ada}, by=ada)
    with pytest.raises(UsageError, match="case-closed"):
        query_status(dossier.node("XC"), seat, root, by=bo)
    with pytest.raises(UsageError, match="not-permitted"):
        said = Said(root=root, form="status-query")
        say_step(dossier.node("XC"), dossier.seat("XC", Role.AUDITOR), said, by=ada)
    query_status(dossier.node("XC"), seat, root, by=ada)


def test_an_auditor_reads_a_case_by_grant_for_its_time_and_every_reading_is_in_the_trail(dossier: Dossier) -> None:
    ada = dossier.hire("XC", "ada", Role.APPROVER, reached=False)
    eve = dossier.hire("XC", "eve", Role.AUDITOR, reached=False)
    root = dossier.ask()
    node, case, now = dossier.node("XC"), dossier.request("XC", root).case, dossier.world.clock.now()
    granting, auditing = dossier.seat("XC", Role.APPROVER), dossier.seat("XC", Role.AUDITOR)
    given = {"officer": eve, "reason": "Complaint 4/2026", "by": ada}
    with pytest.raises(UsageError, match="not-permitted"):
        require_content(node, auditing, eve, case)
    for until, code in ((now, "audit-grant-time"), (now + timedelta(days=91), "audit-grant-time")):
        with pytest.raises(UsageError, match=code):
            grant_audit(node, granting, case, until=until, **given)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="audit-grant-auditor"):
        grant_audit(node, granting, case, until=now + timedelta(days=1), **(given | {"officer": ada}))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="audit-grant-reason"):
        grant_audit(node, granting, case, until=now + timedelta(days=1), **(given | {"reason": " "}))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="not-permitted"):
        grant_audit(node, dossier.seat("XC"), case, until=now + timedelta(days=1), **given)  # type: ignore[arg-type]
    grant_audit(node, granting, case, until=now + timedelta(days=1), **given)  # type: ignore[arg-type]
    require_content(node, auditing, eve, case)
    dossier.world.advance(days=1)
    with pytest.raises(UsageError, match="not-permitted"):
        require_content(node, auditing, eve, case)
    grant_audit(node, granting, case, until=now + timedelta(days=3), **given)  # type: ignore[arg-type]
    end_grant(node, granting, grants_of(node, granting, case)[0].number, by=ada)
    with pytest.raises(UsageError, match="not-permitted"):
        require_content(node, auditing, eve, case)
    with reading(node):
        actions = list(AuditRow.objects.filter(subject=case).order_by("pk").values_list("action", flat=True))
    assert actions == ["audit-granted", "audit-grant-used", "audit-granted", "audit-grant-ended"]
