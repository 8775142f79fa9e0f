"""Does an officer read the conditions before evidence opens, see who had it, and destroy it with a record?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.officers.permissions import Role
from tests.cooperation.evidence.records import FILES
from tests.node.evidence.exchange import Exchange
from tests.web.test_request_pages import plain
from tests.web.visiting import visit


@pytest.fixture
def between(tmp_path: Path) -> Iterator[Exchange]:
    made = Exchange(tmp_path)
    with made:
        yield made


def handed_over(between: Exchange) -> str:
    evidence = between.collect()
    between.hand_over(evidence)
    return evidence


def accept_code(page: str) -> str:
    found = re.search(r'name="accept" value="([0-9a-f]*)"', page)
    assert found
    return html.unescape(found[1])


def test_the_conditions_stand_on_the_page_and_nothing_opens_before_they_are_accepted(between: Exchange) -> None:
    evidence = handed_over(between)
    theirs = visit(between, "XD")
    case = between.read("XD", evidence).case
    assert "Not opened yet: read the conditions first" in theirs.see(f"cases/{case}/")
    page = theirs.see(f"evidence/{evidence}/")
    assert "Conditions of its use" in page and "To be handed on only with consent" in page
    refused = theirs.send(f"evidence/{evidence}/open", status=400, position="0", accept=accept_code(page))
    assert "accept them first" in refused.content.decode()
    stale = theirs.send(f"evidence/{evidence}/open", status=400, position="0", accept="0" * 64, agreed="on")
    assert "opens only for whoever accepts its conditions" in plain(stale.content.decode())
    assert "opened" not in [event for event, _ in between.events("XD", evidence)]


def test_a_file_opens_after_acceptance_and_each_opening_is_a_line(between: Exchange) -> None:
    evidence = handed_over(between)
    theirs = visit(between, "XD")
    code = accept_code(theirs.see(f"evidence/{evidence}/"))
    answer = theirs.send(f"evidence/{evidence}/open", status=200, position="0", accept=code, agreed="on")
    assert b"".join(answer.streaming_content) == next(iter(FILES.values()))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    events = [event for event, _ in between.events("XD", evidence)]
    assert events[-2:] == ["opened", "copied"]
    page = plain(theirs.see(f"evidence/{evidence}/"))
    assert "Nothing contradicts the record" in page and "Downloaded in a browser" in page
    tar = theirs.send(f"evidence/{evidence}/export", status=200, accept=code, agreed="on")
    assert b"register.json" in b"".join(tar.streaming_content)


def test_evidence_is_destroyed_after_a_last_look_and_its_record_stays(between: Exchange) -> None:
    evidence = handed_over(between)
    theirs = visit(between, "XD")
    page = theirs.send(f"evidence/{evidence}/destroy", status=400, means="burnt", remark="At <noon>").content.decode()
    assert "Choose how it is destroyed" in page and "At &lt;noon&gt;" in page
    page = theirs.send(f"evidence/{evidence}/destroy", status=200, means="erased", remark="At noon").content.decode()
    assert "Nothing has been destroyed yet" in page
    assert between.read("XD", evidence).state == "held"
    theirs.send(f"evidence/{evidence}/destroy", means="erased", remark="At noon", go="send")
    assert between.read("XD", evidence).state == "destroyed"
    page = theirs.see(f"evidence/{evidence}/")
    assert "The custody record is kept" in page and "Open and download" not in page
    between.settle()
    assert "destroyed" in [event for event, _ in between.events("XC", evidence)]


def test_evidence_of_another_desk_is_not_there_and_an_auditor_reads_none(between: Exchange) -> None:
    evidence = between.collect()
    visit(between, "XD").see(f"evidence/{evidence}/", status=404)
    visit(between, "XC", Role.AUDITOR).see(f"evidence/{evidence}/", status=403)
