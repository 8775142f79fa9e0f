"""Does an officer read the conditions before evidence opens, see who had it, and destroy it with a record?"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.officers.clearance import Demand
from liaison.officers.permissions import Role
from tests.cooperation.evidence.records import FILES
from tests.node.evidence.exchange import Exchange
from tests.node.inside.desks import rule
from tests.web.visiting import plain, visit


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
    assert "not-witnessed" not in page
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


CONDITIONS = {
    "to": "XD/duty",
    "field.purpose": "Proceedings for fraud",
    "field.purpose.lang": "en",
    "field.proceedings": "XC-2026-114",
    "field.onward": "ask-first",
    "field.confidentiality": "persons-of-the-case",
    "field.ending": "destroy",
    "field.ends_by": "2027-06-01T00:00",
    "tlp": "amber",
    "urgency": "routine",
}


def test_files_become_evidence_of_a_case_hashed_and_sealed_as_they_arrive(between: Exchange) -> None:
    ours = visit(between, "XC")
    assert "Add evidence" in ours.see(f"cases/{between.case}/")
    where = f"cases/{between.case}/evidence"
    page = ours.send(f"{where}/add", status=400, what="", lang="en", remark="From <rack 4>").content.decode()
    assert "Say in a few words what it is" in page and "From &lt;rack 4&gt;" in page
    words = {"what": "Image of a disk", "lang": "en", "remark": "From rack 4"}
    page = ours.send(f"{where}/add", status=200, **words).content.decode()
    assert 'type="file"' in page and "Image of a disk" in page
    page = ours.send(f"{where}/files", status=400, **words).content.decode()
    assert "Choose at least one file" in page and 'value="Image of a disk"' in page
    files = [SimpleUploadedFile(name, data) for name, data in FILES.items()]
    answer = ours.send(f"{where}/files", file=files, **words)
    (evidence,) = between.has("XC")
    assert evidence in answer.headers["Location"]
    found = between.read("XC", evidence)
    assert {each.name: each.sha256 for each in found.manifest.files} == {
        name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()
    }
    assert between.open("XC", evidence) == FILES
    assert "From rack 4" in ours.see(f"evidence/{evidence}/")


def test_whoever_may_not_write_here_adds_nothing(between: Exchange) -> None:
    where = f"cases/{between.case}/evidence"
    visit(between, "XC", Role.AUDITOR).send(f"{where}/files", status=403, what="x", lang="en")
    visit(between, "XC", Role.AUDITOR).see(f"{where}/add", status=403)
    visit(between, "XC").see(f"cases/{'0' * 36}/evidence/add", status=404)


def test_evidence_is_handed_over_after_its_conditions_were_chosen_and_shown(between: Exchange) -> None:
    evidence = between.collect()
    ours, where = visit(between, "XC"), f"evidence/{evidence}/hand-over"
    assert "Hand it over" in ours.see(f"evidence/{evidence}/")
    assert 'value="XD/duty"' in ours.see(where)
    page = ours.send(where, status=400, **(CONDITIONS | {"field.purpose": ""})).content.decode()
    assert "This has to be filled in" in page and "XC-2026-114" in page
    page = ours.send(where, status=400, **(CONDITIONS | {"field.ending": "keep"})).content.decode()
    assert "field-ends_by" in page and "Proceedings for fraud" in page
    page = ours.send(where, status=200, **CONDITIONS).content.decode()
    assert "Nothing has been handed over yet" in page and "To be handed on only with consent" in page
    page = ours.send(where, status=200, go="change", **CONDITIONS).content.decode()
    assert "XC-2026-114" in page
    assert "handed-over" not in [event for event, _ in between.events("XC", evidence)]
    ours.send(where, go="send", **CONDITIONS)
    between.settle()
    got = between.read("XD", evidence).conditions
    assert got is not None
    assert (got.purpose.text, got.onward, got.ending) == ("Proceedings for fraud", "ask-first", "destroy")


def test_a_hand_over_that_comes_back_opens_with_what_was_typed(between: Exchange) -> None:
    evidence = between.collect()
    rule(between, "XC", Demand.NEEDED)
    ours, second = visit(between, "XC"), visit(between, "XC")
    where = f"evidence/{evidence}/hand-over"
    page = ours.send(where, status=200, **CONDITIONS).content.decode()
    assert "Hand in for clearance" in page
    answer = ours.send(where, go="send", **CONDITIONS)
    assert "said=handed-in" in answer.headers["Location"]
    (number,) = re.findall(r"/clearance/(\d+)", second.see("clearance/"))[:1]
    page = second.see(f"clearance/{number}")
    assert "Proceedings for fraud" in page and "Clear it" in page
    second.send(f"clearance/{number}/decide", what="return", reason="Name the court.")
    page = ours.see("clearance/")
    assert f"{where}?returned={number}" in page
    assert "XC-2026-114" in ours.see(where, returned=number)
    assert "XC-2026-114" not in second.see(where, returned=number)


def test_a_third_desk_gets_it_once_whoever_collected_it_said_so(tmp_path: Path) -> None:
    with Exchange(tmp_path, codes=("XC", "XD", "XE")) as three:
        evidence = handed_over(three)
        ours, theirs = visit(three, "XC"), visit(three, "XD")
        where = f"evidence/{evidence}"
        bound = theirs.see(f"{where}/hand-over")
        assert "They cannot be changed" in bound and "field.purpose" not in bound
        page = theirs.send(f"{where}/hand-over", status=400, to="XE", tlp="amber", urgency="routine").content.decode()
        assert "handed on" in plain(page)
        question = {"field.recipient": "XE", "field.reason": "The accounts are there", "field.reason.lang": "en"}
        assert "The accounts are there" in theirs.send(f"{where}/ask", status=200, **question).content.decode()
        theirs.send(f"{where}/ask", go="send", **question)
        three.settle()
        case = three.read("XC", evidence).case
        (answer,) = re.findall(r"evidence/answer/([0-9a-f-]{36})", ours.see(f"cases/{case}/"))
        page = ours.see(f"evidence/answer/{answer}")
        assert "The accounts are there" in page
        assert ours.send(f"evidence/answer/{answer}", status=400).status_code == 400
        ours.send(f"evidence/answer/{answer}", go="send", **{"field.answer": "allowed"})
        three.settle()
        assert f"evidence/answer/{answer}" not in ours.see(f"cases/{case}/")
        theirs.send(f"{where}/hand-over", go="send", to="XE", tlp="amber", urgency="routine")
        three.settle()
        assert three.has("XE") == [evidence]
        ours.see(f"{where}/ask", status=404)
