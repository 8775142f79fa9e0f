"""Does a line of the audit trail name the people it is about, to those who may read it?"""

from __future__ import annotations

import pytest

from liaison.node.models import Officer
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from tests.web.visiting import plain, visit
from tests.world import World

pytestmark = pytest.mark.engine

AUDIT = "administration/audit"


def test_who_a_line_is_about_is_told_by_name(world: World) -> None:
    admin, ada, bo = (visit(world, "XC", role) for role in (Role.ADMINISTRATOR, Role.OFFICER, Role.AUDITOR))
    with unit_of_work(world.nodes["XC"]):
        for number, name in ((ada.officer, "Ada <b>"), (bo.officer, "بو")):
            Officer.objects.filter(pk=number).update(name=name)
    days = {"deputy": str(bo.officer), "first": "2026-11-23", "last": "2026-11-25"}
    admin.send(f"administration/officers/{ada.officer}/deputy", **days)
    page = admin.see(AUDIT, action="deputy-named")
    assert '<td><bdi dir="auto">Ada &lt;b&gt;</bdi></td>' in page
    assert 'deputy: <bdi dir="auto">بو</bdi>' in page


def test_a_line_about_something_else_and_one_about_somebody_unknown_keep_what_they_say(world: World) -> None:
    admin = visit(world, "XC", Role.ADMINISTRATOR)
    node, participant = world.nodes["XC"], world.desk("XC").participant
    with unit_of_work(node):
        note(node, "token-ended", officer=admin.officer, subject=str(admin.officer), participant=participant)
        told = {"officers": [admin.officer, 4096]}
        note(node, "case-closed-to", officer=admin.officer, subject="0192f0c1", params=told, participant=participant)
    name = Officer.objects.using(node.database).get(pk=admin.officer).name
    assert f'<td><code dir="ltr">{admin.officer}</code></td>' in admin.see(AUDIT, action="token-ended")
    assert f"officers: {name}, 4096" in plain(admin.see(AUDIT, action="case-closed-to"))
