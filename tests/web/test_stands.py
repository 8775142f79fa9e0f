"""Does an officer propose what the participant did about a text, and another publish it?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.instruments.catalogue import load_instruments
from liaison.node.reads.instruments.proposed import declared_stands, open_proposals
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.officers.permissions import Role
from tests.node.stories import Story
from tests.web.test_own_entry import manager
from tests.web.test_rulebook import duty
from tests.web.visiting import plain, visit_desk

BUDAPEST = load_instruments()["budapest-2001"]
WHERE = "instruments/budapest-2001/propose"
TYPED = {"act": "ratification", "on": "2020-01-15", "lang": "en", "said": "Deposited <today>"}


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    found = Story(tmp_path)
    publish_instrument(found.reg, found.register, BUDAPEST)
    yield found
    found.close()


def test_a_stand_is_proposed_by_one_shown_to_all_and_published_by_another(story: Story) -> None:
    xc = story.join("xc", "XC")
    first, second = manager(xc), manager(xc)
    reader = manager(xc, Role.AUDITOR)
    french = visit_desk(xc.node, xc.register, duty(xc), Role.DIRECTORY, language="fr")
    assert "Conservation rapide de données informatiques stockées" in french.see(WHERE)
    page = first.send(WHERE, status=400, **(TYPED | {"act": ""})).content.decode()
    assert "Choose what was done" in page and "Deposited &lt;today&gt;" in page
    page = first.send(WHERE, status=200, **TYPED).content.decode()
    assert "Nothing has been kept yet" in page and "Ratification" in page
    assert open_proposals(xc.node, xc.register, duty(xc)) == []
    first.send(WHERE, go="send", **TYPED)
    (proposed,) = open_proposals(xc.node, xc.register, duty(xc))
    assert (proposed.stand.act.value, proposed.stand.on) == ("ratification", "2020-01-15")
    told = plain(reader.see("instruments/stands"))
    assert "Ratification" in told and "Approve and publish" not in told
    assert "Somebody else at this desk approves it" in first.see("instruments/stands")
    first.send(f"instruments/stands/{proposed.number}/approve", status=400)
    reader.send(f"instruments/stands/{proposed.number}/approve", status=403)
    second.send(f"instruments/stands/{proposed.number}/approve")
    found = declared_stands(xc.node, xc.register, xc.participant)
    assert found is not None
    (made,) = found.declared
    assert made.body == proposed.stand
    page = plain(second.see("instruments/stands"))
    assert "Proposed, not published yet" not in page and re.search(r"Entry \d+ of the register", page)


def test_what_the_rules_refuse_is_told_in_the_form_and_a_proposal_is_taken_back(story: Story) -> None:
    xc = story.join("xc", "XC")
    alone = manager(xc)
    page = alone.send(WHERE, status=400, go="send", **(TYPED | {"act": "retraction"})).content.decode()
    assert "retraction does not say what it takes back" in plain(page) and 'value="2020-01-15"' in page
    alone.send(WHERE, status=400, **(TYPED | {"evidence": "no link"}))
    alone.send(WHERE, go="send", **TYPED)
    (proposed,) = open_proposals(xc.node, xc.register, duty(xc))
    alone.send(f"instruments/stands/{proposed.number}/withdraw")
    assert open_proposals(xc.node, xc.register, duty(xc)) == []
    alone.see("instruments/reciprocity/propose", status=404)
