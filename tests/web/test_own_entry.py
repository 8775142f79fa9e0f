"""Is a desk's own entry changed only as two people want it, and is nothing lost of what they typed?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from liaison.messages.parties import DeskRef
from liaison.node.models import AuditRow, LoggedEntry, OwnDesk
from liaison.node.reads.cooperation.rulebooks import PublishedRulebook, rulebook_for
from liaison.node.reads.facts import forget_facts
from liaison.node.reads.register import desk_entry
from liaison.node.reads.reports.wishes import wishes_of
from liaison.node.services.own_entry import own_entry, publish_rulebook
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from liaison.register.records import ReportWishes
from liaison.register.vocabulary import ReportFormat
from tests.cooperation.drafts import RULES
from tests.node.stories import Resident, Story
from tests.web.visiting import Visitor, visit_desk

pytestmark = pytest.mark.engine


ENTRY = {
    "languages": "en, fr",
    "routine": "1440",
    "urgent": "30",
    "emergency": "15",
    "contact/participants/institution": "National CSIRT",
    "contact/participants/mailbox": "duty@csirt.example",
}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = Story(tmp_path)
    yield found
    found.close()


def manager(resident: Resident, *roles: Role) -> Visitor:
    desk = DeskRef(resident.participant, "main", "duty")
    return visit_desk(resident.node, resident.register, desk, *(roles or (Role.DIRECTORY,)))


def published(resident: Resident) -> Any:
    return desk_entry(resident.node, resident.register, resident.participant, "duty")


def test_a_proposal_is_published_by_somebody_else_and_shows_its_difference(story: Story) -> None:
    resident = story.join("xc", "XC")
    proposer, approver = manager(resident), manager(resident)
    proposer.send("entry/change", **ENTRY)
    assert "<del><bdi" in proposer.see("entry/")
    assert published(resident).expected.urgent == 60
    assert "somebody else at the desk may approve it" in proposer.send("entry/approve", status=400).content.decode()
    approver.send("entry/approve")
    story.sync("xc")
    assert published(resident).expected.urgent == 30
    assert published(resident).languages == ("en", "fr")
    assert "Proposed change" not in approver.see("entry/")


def test_the_only_manager_may_approve_alone(story: Story) -> None:
    resident = story.join("xc", "XC")
    alone = manager(resident)
    alone.send("entry/change", **ENTRY)
    alone.send("entry/approve")
    story.sync("xc")
    assert published(resident).expected.urgent == 30


WISHES = {"reports/formats": "xarf, csv", "reports/every": "1440", "reports/largest": "1024"}


def test_how_a_desk_wants_its_reports_is_published_as_a_part_of_its_record_and_shown(story: Story) -> None:
    resident = story.join("xc", "XC")
    alone = manager(resident)
    alone.send("entry/change", **ENTRY, **WISHES)
    assert "Reports on resources: Formats it takes" in alone.see("entry/")
    alone.send("entry/approve")
    story.sync("xc")
    forget_facts(resident.node)  # as its job does after a synchronisation
    desk = DeskRef(resident.participant, "main", "duty")
    wishes = wishes_of(resident.node, resident.register, desk)
    assert wishes == ReportWishes((ReportFormat.XARF, ReportFormat.CSV), 1440, 1 << 20)
    page = alone.see(f"centres/{resident.participant}/duty/")
    assert "XARF 4, CSV · at most every 1440 minutes" in page
    assert "vouches for it" not in page
    assert 'value="xarf, csv"' in alone.see("entry/change")


def test_the_rules_for_requests_stand_in_the_record_and_are_carried_along_by_every_other_change(story: Story) -> None:
    resident = story.join("xc", "XC")
    desk = DeskRef(resident.participant, "main", "duty")
    assert rulebook_for(resident.node, resident.register, desk) is None
    publish_rulebook(resident.node, resident.place, "duty", RULES)
    story.sync("xc")
    forget_facts(resident.node)
    assert rulebook_for(resident.node, resident.register, desk) == PublishedRulebook(desk, RULES)
    asked_elsewhere = DeskRef(resident.participant, "main", "another")
    assert rulebook_for(resident.node, resident.register, asked_elsewhere) == PublishedRulebook(desk, RULES)
    alone = manager(resident)
    assert "Requests for cooperation: Ways it takes, preferred first" in alone.see("entry/")
    alone.send("entry/change", **ENTRY)
    proposal = own_entry(resident.node, resident.register, desk).proposal
    assert proposal is not None and proposal.wanted.rulebook == RULES
    alone.send("entry/approve")
    story.sync("xc")
    forget_facts(resident.node)
    assert rulebook_for(resident.node, resident.register, desk) == PublishedRulebook(desk, RULES)
    publish_rulebook(resident.node, resident.place, "duty", None)
    story.sync("xc")
    forget_facts(resident.node)
    assert rulebook_for(resident.node, resident.register, desk) is None
    assert published(resident).expected.urgent == 30


@pytest.mark.parametrize(
    ("field", "typed"), [("formats", "xarf, pdf"), ("formats", "csv, csv"), ("every", "soon"), ("largest", "9000")]
)
def test_wishes_that_cannot_be_meant_are_refused_and_kept(story: Story, field: str, typed: str) -> None:
    alone = manager(story.join("xc", "XC"))
    page = alone.send("entry/change", status=422, **(ENTRY | WISHES | {f"reports/{field}": typed})).content.decode()
    assert f'value="{typed}"' in page


def test_what_the_secretariat_did_not_take_stays_a_proposal(story: Story) -> None:
    resident = story.join("xc", "XC")
    alone = manager(resident)
    alone.send("entry/change", **ENTRY)
    story.line.off.add("reg")
    alone.send("entry/approve", status=502)
    assert "Proposed change" in alone.see("entry/")


def test_a_wrong_field_is_marked_and_what_was_typed_is_kept(story: Story) -> None:
    resident = story.join("xc", "XC")
    typed = ENTRY | {"urgent": "soon", "contact/participants/hours": "day and night"}
    page = manager(resident).send("entry/change", status=422, **typed).content.decode()
    assert 'href="#urgent"' in page
    assert 'value="soon"' in page
    assert 'value="day and night"' in page


def test_commas_of_arabic_and_chinese_keyboards_part_languages_and_persons_too(story: Story) -> None:
    resident = story.join("xc", "XC")
    alone = manager(resident)
    alone.send("entry/change", **(ENTRY | {"languages": "ar، en\uff0cfr、es", "contact/states/institution": "CSIRT",
                                           "contact/states/persons": "A Person؛ Duty officer"}))  # fmt: skip
    page = alone.see("entry/")
    assert "Arabic, English, French, Spanish" in page
    assert "A Person, Duty officer" in page


def test_an_officer_without_the_role_cannot_propose(story: Story) -> None:
    resident = story.join("xc", "XC")
    officer = manager(resident, Role.OFFICER)
    officer.send("entry/change", status=403, **ENTRY)
    assert "Propose a change" not in officer.see("entry/")


def test_the_entry_is_confirmed_without_a_change_by_a_signed_entry_of_its_own(story: Story) -> None:
    resident = story.join("xc", "XC")
    story.sync("xc")
    before = published(resident)
    story.clock.forward(days=91)
    alone = manager(resident)
    assert "Confirmation due" in alone.see()
    answered = alone.send("entry/confirm", back="desk")
    assert answered["location"].endswith("?said=confirmed")
    alone.send("entry/confirm")  # Pressed twice, said once.
    story.sync("xc")
    after = published(resident)
    assert after.index > before.index
    assert replace(after, index=before.index) == before
    assert "Confirmation due" not in alone.see()
    with reading(resident.node):
        kinds = list(LoggedEntry.objects.filter(index__gt=before.index).values_list("kind", flat=True))
        assert kinds.count("desk.published") == 1
        assert AuditRow.objects.filter(action="entry-confirmed").count() == 1


def test_what_is_declared_and_not_published_cannot_be_confirmed(story: Story) -> None:
    resident = story.join("xc", "XC")
    with unit_of_work(resident.node):
        OwnDesk.objects.update(languages=["fr"])
    assert "not what the register says" in manager(resident).send("entry/confirm", status=400).content.decode()
