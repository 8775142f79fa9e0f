"""Does an officer see what help meets ours and why, write an introduction from it, and see what came of it?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from liaison.node.models import Draft, IncomingCopy, OutgoingMessage
from liaison.officers.permissions import Role
from tests.node.conduct import reported
from tests.web.visiting import Visitor, plain, visit
from tests.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, registry=reported.helping_register()) as found:
        yield found


@pytest.fixture
def visitor(world: World) -> Visitor:
    return visit(world, "XC")


def key(page: str) -> str:
    found = re.search(r'name="match" value="([0-9a-f]{16})"', page)
    assert found is not None
    return found[1]


def begin(visitor: Visitor) -> int:
    """The number of the draft that the button opens."""
    went = visitor.send("conduct/help/introduce", match=key(visitor.see("conduct/help/")))
    found = re.fullmatch(r".*/write/(\d+)/text", went["Location"])
    assert found is not None
    return int(found[1])


def sent(world: World, visitor: Visitor) -> str:
    """The case that the introduction begins when the officer sends it."""
    number = begin(visitor)
    page = visitor.see(f"write/{number}/check")
    found = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert found is not None
    visitor.send(f"write/{number}/send", seen=found[1])
    world.work()
    with world.at("XC"):
        return str(OutgoingMessage.objects.get(form="help-introduction").case)


def test_the_page_says_who_meets_us_in_their_words_and_why(visitor: Visitor) -> None:
    page = plain(visitor.see("conduct/help/"))
    assert "State XD offers what we seek" in page and reported.OFFERS in page and reported.SEEKS in page
    assert "The same norm" in page and "English" in page and "8 hours of a working day of eight" in page
    assert reported.WHISPER not in page


def test_filters_narrow_the_matches_and_stay_chosen(visitor: Visitor) -> None:
    page = visitor.see("conduct/help/", language="fr", norm="un-norms-2015 norm-j", hours="on")
    assert "Nothing that meets ours fits what is looked for." in page
    assert '<option value="fr" selected>' in page and '<option value="on" selected>' in page


def test_nobody_who_may_not_write_is_offered_to_write(world: World) -> None:
    auditor = visit(world, "XC", Role.AUDITOR)
    assert "conduct/help/introduce" not in auditor.see("conduct/help/")
    auditor.send("conduct/help/introduce", status=403, match="0" * 16)


def test_an_introduction_is_a_draft_with_both_words_until_an_officer_sends_it(world: World, visitor: Visitor) -> None:
    number = begin(visitor)
    with world.at("XC"):
        typed = Draft.objects.get(pk=number).typed
        assert not OutgoingMessage.objects.exists()
    to = world.desk("XD")
    assert typed["to"] == [f"{to.participant}/{to.node}/{to.desk}"]
    assert typed["field.help"] == ["sought"] and typed["field.norms"] == ["un-norms-2015 norm-j"]
    assert typed["field.matter"] == [reported.SEEKS] and typed["field.quoted"] == [reported.OFFERS]
    page = html.unescape(visitor.see(f"write/{number}/text"))
    assert (
        reported.SEEKS in page
        and "un-norms-2015 norm-j" in page
        and "Help with Eleven norms of responsible State behaviour, 13(j)" in page
    )


def test_it_becomes_a_case_and_what_came_of_it_stands_on_both_pages(world: World, visitor: Visitor) -> None:
    case, other = sent(world, visitor), visit(world, "XD")
    assert "What came of help" in other.see(f"cases/{case}/")
    with world.at("XD"):
        about = IncomingCopy.objects.get(form="help-introduction").message_id
    assert about in other.see(f"cases/{case}/say/help-outcome")
    told = {"re": about, "field.outcome": "given", "tlp": "amber", "urgency": "routine"}
    other.send(f"cases/{case}/say/help-outcome", **told)
    world.work()
    assert "as this desk told" in other.see("conduct/help/")
    page = plain(visitor.see("conduct/help/"))
    assert "Help was given" in page and "as the other side told" in page and "Seek help" in page
    assert "Help was given" in plain(visitor.see(f"cases/{case}/"))


def test_the_outcome_of_help_is_offered_in_no_other_case(world: World, visitor: Visitor) -> None:
    (other,) = world.send("XC", "XD")
    assert "say/help-outcome" not in visitor.see(f"cases/{other.case}/")
    visitor.see(f"cases/{other.case}/say/help-outcome", status=404)


def test_a_match_that_is_gone_says_so_and_begins_nothing(world: World, visitor: Visitor) -> None:
    answer = visitor.send("conduct/help/introduce", status=400, match="0" * 16)
    assert "not sought or offered any more" in answer.content.decode()
    with world.at("XC"):
        assert not Draft.objects.exists()


def test_practices_are_found_by_words_and_show_whose_they_are(visitor: Visitor) -> None:
    assert reported.PRACTICE in visitor.see("conduct/practices/", q="finder FIVE")
    page = visitor.see("conduct/practices/")
    assert "State XD" in page and "https://cert.example/policy" in page and reported.WHISPER not in page
    assert "No practice that is shared bears these words." in visitor.see("conduct/practices/", q="elsewhere")


def test_a_norm_is_noted_beside_a_case_seen_by_its_desk_alone_and_taken_back(world: World, visitor: Visitor) -> None:
    (message,) = world.send("XC", "XD")
    path = f"conduct/cases/{message.case}"
    assert f"{path}" in visitor.see(f"cases/{message.case}/")
    visitor.send(path, norm="budapest-2001 art-29")
    assert "noted by this desk" in visitor.see(path) and "noted by this desk" in visitor.see("conduct/cases/")
    assert "noted by this desk" not in visit(world, "XD").see("conduct/cases/")
    visitor.send(path, what="drop", norm="budapest-2001 art-29")
    assert "None yet." in visitor.see(path)


def test_a_norm_that_is_none_is_refused_on_the_page(world: World, visitor: Visitor) -> None:
    (message,) = world.send("XC", "XD")
    answer = visitor.send(f"conduct/cases/{message.case}", status=400, norm="no-such-text art-1")
    assert "no data of the clause" in html.unescape(answer.content.decode())
    visitor.see("conduct/cases/no-such-case", status=404)


def test_roles_without_contents_have_no_page_of_own_cases(world: World) -> None:
    auditor = visit(world, "XC", Role.AUDITOR)
    auditor.see("conduct/cases/", status=403)
    assert "conduct/cases/" not in auditor.see("conduct/").partition("<main")[2]


def test_the_page_of_a_norm_shows_its_help_and_its_practices(visitor: Visitor) -> None:
    page = visitor.see("conduct/texts/un-norms-2015/norms/norm-j/")
    assert reported.OFFERS in page and reported.SEEKS in page and reported.PRACTICE in page
    assert reported.WHISPER not in page
    assert reported.OFFERS not in visitor.see("conduct/texts/un-norms-2015/norms/norm-g/")
