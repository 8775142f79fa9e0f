"""Do colleagues write one report on its pages, see who would see what, and let it go only as two of them want it?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.instruments.catalogue import load_instruments
from liaison.node.services.instruments.publishing import publish_instrument
from liaison.officers.permissions import Role
from tests.node.stories import Resident, Story
from tests.web.test_own_entry import manager
from tests.web.visiting import Visitor, plain

TEXT = load_instruments()["budapest-2001"]
CLAUSE = "art-29"
ANSWER = {
    "measure.1.kind": "law",
    "measure.1.text.1": "An act preserves data in a day.",
    "measure.1.lang.1": "en",
    "measure.1.address.1": "https://law.example/7",
    "audience": "participants",
    "mark": "done",
    "go": "save",
}


@pytest.fixture
def resident(tmp_path: Path) -> Iterator[Resident]:
    found = Story(tmp_path)
    publish_instrument(found.reg, found.register, TEXT)
    found.join("xd", "XD")
    yield found.join("xc", "XC")
    found.close()


@pytest.fixture
def writer(resident: Resident) -> Visitor:
    return begun(manager(resident, Role.OFFICER))


def begun(visitor: Visitor) -> Visitor:
    answer = visitor.send("conduct/own/begin", instrument=TEXT.id, year="2026", profile="")
    assert answer["location"] == visitor.at("conduct/own/1/")
    return visitor


def page_of(visitor: Visitor, tail: str = f"conduct/own/1/clauses/{CLAUSE}/") -> dict[str, str]:
    """What stands hidden on the page of the clause, as a browser sends it back."""
    text = visitor.see(tail)
    return {
        name: text.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("version", "page", "settles")
    }


def save(visitor: Visitor, hidden: dict[str, str], *, status: int = 302, **typed: str) -> Any:
    return visitor.send(f"conduct/own/1/clauses/{CLAUSE}/", status=status, **(ANSWER | hidden | typed))


def test_the_list_of_tasks_says_how_far_each_answer_is(writer: Visitor) -> None:
    page = plain(writer.see("conduct/own/1/"))
    assert "Not begun" in page and "No question has to be answered" in page
    save(writer, page_of(writer), mark="work")
    assert "In work" in plain(writer.see("conduct/own/1/"))
    save(writer, page_of(writer))
    page = plain(writer.see("conduct/own/1/"))
    assert "Done" in page and "All participants" in page and "A Person" in page
    assert "1 of" in plain(writer.see("conduct/own/"))


def test_what_was_typed_stands_again_with_who_sees_it(writer: Visitor) -> None:
    save(writer, page_of(writer), audience="named", named="xd")
    page = writer.see(f"conduct/own/1/clauses/{CLAUSE}/")
    assert "An act preserves data in a day." in page and 'value="https://law.example/7"' in page
    assert "seen by: State XD" in plain(page)


def test_an_answer_that_is_not_right_is_kept_marked_and_stays_in_work(writer: Visitor) -> None:
    page = save(writer, page_of(writer), status=422, **{"measure.1.address.1": "law.example"}).content.decode()
    assert 'href="#measure-1-address-1"' in page and 'value="law.example"' in page
    assert "In work" in plain(writer.see("conduct/own/1/"))
    assert 'value="law.example"' in writer.see(f"conduct/own/1/clauses/{CLAUSE}/")


def test_two_colleagues_who_save_at_once_lose_nothing_and_choose(resident: Resident, writer: Visitor) -> None:
    other = manager(resident, Role.OFFICER)
    mine, theirs = page_of(writer), page_of(other)
    save(other, theirs, **{"measure.1.text.1": "Theirs came first."})
    answer = save(writer, mine, **{"measure.1.text.1": "Mine came second."})
    assert answer["location"].endswith("/both?said=report-both-kept")
    both = writer.see(f"conduct/own/1/clauses/{CLAUSE}/both")
    assert "Theirs came first." in both and "Mine came second." in both
    assert "Two texts: choose one" in writer.see("conduct/own/1/")
    number = both.partition('name="text" value="')[2].partition('"')[0]
    merging = page_of(writer, f"conduct/own/1/clauses/{CLAUSE}/?with={number}")
    assert merging["settles"] == number
    save(writer, merging, **{"measure.1.text.1": "Theirs and mine."})
    page = writer.see(f"conduct/own/1/clauses/{CLAUSE}/")
    assert "Theirs and mine." in page and "Two texts wait" not in page
    assert "Earlier texts of this answer" in page


def test_a_choice_lets_one_text_stand_and_keeps_the_other_among_the_earlier(
    resident: Resident, writer: Visitor
) -> None:
    other = manager(resident, Role.OFFICER)
    mine, theirs = page_of(writer), page_of(other)
    save(other, theirs, **{"measure.1.text.1": "Theirs."})
    save(writer, mine, **{"measure.1.text.1": "Mine."})
    both = writer.see(f"conduct/own/1/clauses/{CLAUSE}/both")
    number = both.partition('name="text" value="')[2].partition('"')[0]
    writer.send(f"conduct/own/1/clauses/{CLAUSE}/both", text=number, choose="beside")
    page = writer.see(f"conduct/own/1/clauses/{CLAUSE}/")
    assert "Mine." in page and "Theirs." not in page
    earlier = page.partition("?with=")[2].partition('"')[0]
    ids = [part.partition('"')[0] for part in page.split("?with=")[1:]]
    assert earlier and any("Theirs." in writer.see(f"conduct/own/1/clauses/{CLAUSE}/?with={each}") for each in ids)


def test_a_script_saves_each_pause_and_never_over_a_colleague(resident: Resident, writer: Visitor) -> None:
    other = manager(resident, Role.OFFICER)
    mine, theirs = page_of(writer), page_of(other)
    first = json.loads(save(writer, mine, status=200, go="quiet").content)
    mine["version"] = str(first["version"])
    assert first["words"].startswith("Saved")
    told = json.loads(save(other, theirs, status=200, go="quiet", **{"measure.1.text.1": "Theirs."}).content)
    assert "beside" in told["words"] and str(told["version"]) == theirs["version"]
    for text in ("Mine, a little", "Mine, a little longer."):
        again = json.loads(save(writer, mine, status=200, go="quiet", **{"measure.1.text.1": text}).content)
        mine["version"] = str(again["version"])
    both = writer.see(f"conduct/own/1/clauses/{CLAUSE}/both")
    assert "Mine, a little longer." in both and "Theirs." in both


def test_what_is_proposed_is_what_was_seen_and_another_publishes_it(resident: Resident, writer: Visitor) -> None:
    save(writer, page_of(writer))
    check = writer.see("conduct/own/1/check")
    assert "Seen by: State XD" in plain(check)
    seen = check.partition('name="seen" value="')[2].partition('"')[0]
    save(writer, page_of(writer), **{"measure.1.text.1": "Changed after the look."})
    assert "somebody changed the report" in writer.send("conduct/own/1/propose", status=409, seen=seen).content.decode()
    seen = writer.see("conduct/own/1/check").partition('name="seen" value="')[2].partition('"')[0]
    writer.send("conduct/own/1/propose", seen=seen)
    assert "looks at it and publishes it" in writer.see("conduct/own/1/check")
    writer.send("conduct/own/1/approve", status=403)
    approver = manager(resident, Role.DIRECTORY)
    assert "Approve and publish" in approver.see("conduct/own/1/check")
    approver.send("conduct/own/1/approve")
    page = approver.see("conduct/own/1/check")
    assert "Approve and publish" not in page and "Changed after the look." in page


def test_the_check_says_what_is_left_out_and_what_is_for_ourselves_alone(writer: Visitor) -> None:
    save(writer, page_of(writer), audience="own")
    other = "conduct/own/1/clauses/art-30/"
    writer.send(other, **(ANSWER | page_of(writer, other) | {"mark": "work"}))
    page = plain(writer.see("conduct/own/1/check"))
    assert "ourselves alone; it is not published" in page and "Left out: still in work" in page


def test_the_difference_to_last_year_tells_what_came_and_went(writer: Visitor) -> None:
    save(writer, page_of(writer))
    writer.send("conduct/own/begin", instrument=TEXT.id, year="2027", profile="", last="on")
    tail = f"conduct/own/2/clauses/{CLAUSE}/"
    given = (
        ANSWER | page_of(writer, tail) | {"measure.1.text.1": "An act preserves data in an hour.", "audience": "public"}
    )
    writer.send(tail, **given)
    page = writer.see("conduct/own/2/difference")
    assert "<del>" in page and "<ins>" in page
    assert "Seen before by: All participants. Now: Everybody." in plain(page)


def test_a_file_and_a_paper_of_the_draft_are_taken_and_the_file_comes_in_again(writer: Visitor) -> None:
    save(writer, page_of(writer))
    file = writer.get(writer.at("conduct/own/1/export"))
    assert json.loads(file.content)["answers"][0]["clause"] == CLAUSE
    paper = writer.get(writer.at("conduct/own/1/paper"), {"in": "en"})
    assert paper.content.startswith(b"%PDF") and "attachment" in paper.headers["Content-Disposition"]
    again = writer.post(writer.at("conduct/own/import"), {"file": SimpleUploadedFile("report.json", file.content)})
    assert again["location"] == writer.at("conduct/own/1/?said=report-imported")
    bad = writer.post(writer.at("conduct/own/import"), {"file": SimpleUploadedFile("report.json", b"{}")})
    assert bad.status_code == 400
    assert writer.post(writer.at("conduct/own/import"), {}).status_code == 400


def test_who_has_no_part_in_writing_reads_nothing_of_a_draft(resident: Resident, writer: Visitor) -> None:
    save(writer, page_of(writer))
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        visitor = manager(resident, role)
        for tail in ("", "1/", "1/check", "1/export", f"1/clauses/{CLAUSE}/"):
            visitor.see(f"conduct/own/{tail}", status=403)
