"""Are officers told by the ways that are not silent at that hour, and always by one?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from liaison.errors import UnreachableError
from liaison.node.models import ContactMethod, Notification
from liaison.node.reads.duty.escalations import escalations
from liaison.node.unit_of_work import reading
from liaison.officers.permissions import Role
from tests.node.duty.desk import Stage, staffed
from tests.web.visiting import visit

NOON, NIGHT = datetime(2026, 11, 26, 12, tzinfo=UTC), datetime(2026, 11, 29, 3, tzinfo=UTC)
BY_DAY = {"begins": "08:00", "ends": "18:00"}
REFUSED = UnreachableError("notice-refused", permanent=True)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with staffed(tmp_path) as stage:
        stage.hire("ada", reached=False)
        yield stage


def test_mail_by_day_and_the_telephone_by_night(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", **BY_DAY)
    stage.reach("ada", "sms", "ada", begins="18:00", ends="08:00", position=1)
    for at, told in ((NOON, "ada@xd.example"), (NIGHT, "ada")):
        stage.world.clock.at = at
        stage.receive("urgent")
        stage.run()
        assert stage.told()[-1] == told
    assert len(stage.told()) == 2


def test_where_all_are_silent_the_loudest_is_used_and_the_case_says_so(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", **BY_DAY)
    stage.reach("ada", "sms", "ada", **BY_DAY, position=1)
    stage.world.clock.at = NIGHT
    stage.receive("urgent")
    stage.run()
    assert stage.told() == ["ada"]
    (found,) = escalations(stage.node, stage.world.desk("XD"))
    assert [sent.out_of_hours for sent in found.told[0].sent] == [True]
    page = visit(stage.world, "XD", Role.OFFICER).see(f"cases/{stage.escalation().case}/")
    assert "outside of its hours: no other way was left" in page


def test_a_silent_way_rings_when_the_one_that_was_not_reaches_nobody(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", **BY_DAY)
    stage.reach("ada", "sms", "ada", position=1)
    stage.world.clock.at = NIGHT
    stage.phones.down |= {"sms-one": REFUSED, "sms-two": REFUSED}
    stage.receive("urgent")
    stage.run(seconds=10)
    assert stage.told() == ["ada@xd.example"]
    with reading(stage.node):
        assert Notification.objects.get(method__channel="email").out_of_hours


def test_who_would_be_told_is_shown_with_the_ways_of_that_hour(stage: Stage) -> None:
    stage.reach("ada", "email", "ada@xd.example", **BY_DAY)
    visitor = visit(stage.world, "XD", Role.ADMINISTRATOR)
    day = visitor.see("administration/escalation", simulate="urgent", at="2026-11-26T12:00")
    night = visitor.see("administration/escalation", simulate="urgent", at="2026-11-29T03:00")
    assert "every way is silent then" not in day
    assert "every way is silent then" in night


def test_hours_are_set_on_the_page_and_what_is_no_time_comes_back(stage: Stage) -> None:
    visitor = visit(stage.world, "XD", Role.OFFICER)
    given = {"channel": "sms", "address": "+41791234567", "urgency": "routine", "after": "0", "label": ""}
    hours = {"begins": "22:00", "ends": "07:00", "any": "emergency", "days": ["0", "4"]}
    assert visitor.post("/account/reached/add", given | hours | {"begins": "late"}).status_code == 400
    assert visitor.post("/account/reached/add", given | hours).status_code == 302
    with reading(stage.node):
        row = ContactMethod.objects.get()
    assert (row.weekdays, row.begins, row.ends, row.any_time_from) == ("04", "22:00", "07:00", "emergency")
