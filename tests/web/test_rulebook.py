"""Does an officer see how another participant takes requests, and change the own rules by two people's word?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from liaison.cooperation.catalogue import load_catalogue
from liaison.messages.parties import DeskRef
from liaison.node.reads.cooperation.rulebooks import rulebook_for
from liaison.node.reads.facts import forget_facts
from liaison.node.services.own_entry import own_entry, publish_rulebook
from liaison.officers.permissions import Role
from liaison.register.records import OwnDesk, OwnStep, RequestRules, RequestWay, Rulebook
from tests.cooperation.drafts import RULES
from tests.node.stories import Resident, Story
from tests.web.test_own_entry import ENTRY, manager
from tests.web.visiting import plain

TYPED: dict[str, Any] = {
    "authority": "Central authority of XC",
    "as_of": "2026-11-20",
    "languages": "en, fr",
    "urgent_languages": "es",
    "way.1": "letter",
    "way.2": "line",
    "encryption": "on",
    "step.decided": "5",
    "rule.preservation-request.taken": "yes",
    "rule.preservation-request.fields": ["penalty"],
    "rule.interception-request.taken": "no",
    "rule.assistance-request-mla.desk": "main/duty",
    "remarks": "By hand until noon.",
}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = Story(tmp_path)
    yield found
    found.close()


def duty(resident: Resident) -> DeskRef:
    return DeskRef(resident.participant, "main", "duty")


def published(story: Story, resident: Resident, at: Resident) -> Rulebook | None:
    story.sync("xc", "xd")
    forget_facts(at.node)
    found = rulebook_for(at.node, at.register, duty(resident))
    return found.rulebook if found is not None else None


def test_another_participants_rules_stand_in_words_and_say_when_they_are_old(story: Story) -> None:
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    publish_rulebook(xd.node, xd.place, "duty", msgspec.structs.replace(RULES, as_of="2020-01-01"))
    assert published(story, xd, xc) is not None
    looking = manager(xc, Role.OFFICER)
    assert xd.participant in looking.see("requests/rulebook")
    page = plain(looking.see("requests/rulebook", of=xd.participant))
    assert "Central authority, Ministry of Justice" in page and "English, French" in page and "Spanish" in page
    assert "More than a year ago" in page and "The request is decided on" in page and "5 days" in page
    assert "Penalty" in page and "Propose other rules" not in page
    assert "says nothing of requests" in plain(looking.see("requests/rulebook"))
    assert looking.see("requests/rulebook", status=400, of="nobody/here")
    assert looking.get(looking.at("requests/rulebook/change")).status_code == 403


def test_rules_that_were_typed_are_published_once_somebody_else_approved_them(story: Story) -> None:
    xc, xd = story.join("xc", "XC"), story.join("xd", "XD")
    proposer, second = manager(xc), manager(xc)
    for wrong, words in (
        ({"languages": ""}, "Name at least one language"),
        ({"step.decided": "soon"}, "whole number of days"),
        ({"as_of": "2026-02-30"}, "is no day of the calendar"),
        ({"way.1": "", "way.2": ""}, "Choose at least one way"),
    ):
        page = proposer.send("requests/rulebook/change", status=400, **(TYPED | wrong)).content.decode()
        assert words in page and "By hand until noon." in page, wrong
    proposer.send("requests/rulebook/change", **TYPED)
    page = second.see("entry/")
    assert "Requests for cooperation: Authority that takes them" in page and "Central authority of XC" in page
    proposer.send("entry/approve", status=400)
    second.send("entry/approve")
    assert published(story, xc, xd) == Rulebook(
        authority="Central authority of XC",
        as_of="2026-11-20",
        languages=("en", "fr"),
        urgent_languages=("es",),
        ways=(RequestWay.LETTER, RequestWay.LINE),
        encryption=True,
        signature=False,
        requests=tuple(
            sorted(
                (
                    RequestRules("preservation-request", taken=True, desk=None, fields=("penalty",)),
                    RequestRules("interception-request", taken=False, desk=None, fields=()),
                    RequestRules("assistance-request-mla", taken=True, desk=OwnDesk("main", "duty"), fields=()),
                ),
                key=order,
            )
        ),
        steps=(OwnStep("decided", 5),),
        remarks="By hand until noon.",
    )
    again = proposer.see("requests/rulebook/change")
    assert 'value="2026-11-20"' in again and 'name="rule.interception-request.taken" value="no" checked' in again


def order(rules: RequestRules) -> int:
    return list(load_catalogue()).index(rules.form)


def test_proposed_rules_outlive_another_change_of_the_proposal_and_can_be_taken_out(story: Story) -> None:
    xc = story.join("xc", "XC")
    alone = manager(xc)
    alone.send("requests/rulebook/change", **TYPED)
    alone.send("entry/change", **ENTRY)
    proposal = own_entry(xc.node, xc.register, duty(xc)).proposal
    assert proposal is not None and proposal.wanted.rulebook is not None
    assert proposal.wanted.expected.urgent == 30
    alone.send("requests/rulebook/change", go="remove")
    proposal = own_entry(xc.node, xc.register, duty(xc)).proposal
    assert proposal is not None and proposal.wanted.rulebook is None and proposal.wanted.expected.urgent == 30
