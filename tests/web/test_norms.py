"""Are the norms of a message chosen from those that stand in agreed texts, by somebody who knows none of their ids?"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from liaison.messages.message import open_message
from liaison.node.models import Draft, IncomingCopy, OutgoingMessage
from liaison.node.unit_of_work import unit_of_work
from liaison.register.vocabulary import DeskKind
from tests.register.registry import small_register
from tests.web.test_write import HOW, begin, fill, keys_of, send
from tests.web.visiting import Visitor, visit
from tests.world import World

CHOSEN = ["un-norms-2015 norm-j", "budapest-2001 art-29"]
QUESTION = {"field.subject": "A question", "field.question": "How do you read this norm?"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    registry = small_register("XC", "XD", kind=DeskKind.DIPLOMATIC)
    with World(tmp_path, codes=("XC", "XD"), registry=registry) as found:
        yield found


@pytest.fixture
def visitor(world: World) -> Visitor:
    return visit(world, "XC")


def drafted(visitor: Visitor) -> int:
    number = begin(visitor, form="clarification")
    fill(visitor, number, "to", add="XD", go="add", to=keys_of(visitor, number))
    fill(visitor, number, "how", **HOW)
    return number


def boxes(page: str) -> dict[str, bool]:
    """The norms on a page, and whether each is chosen."""
    found = re.findall(r'<input type="checkbox" name="field.norms" value="([^"]*)"( checked)?>', page)
    return {html.unescape(value): bool(checked) for value, checked in found}


def norms_of(world: World) -> list[str]:
    """The norms of the only message that arrived, in their order."""
    world.work()
    with world.at("XD"):
        fields = open_message(bytes(IncomingCopy.objects.get(form="clarification").plaintext)).fields
    norms: Any = fields["norms"]
    return [f"{each['instrument']} {each['clause']}" for each in norms]


def test_norms_are_chosen_under_their_texts_by_name_and_are_what_is_sent(world: World, visitor: Visitor) -> None:
    number = drafted(visitor)
    page = html.unescape(visitor.see(f"write/{number}/text"))
    assert set(CHOSEN) <= boxes(page).keys() and not any(boxes(page).values())
    assert "<summary>Eleven norms of responsible State behaviour</summary>" in page
    assert not [each for each in boxes(page) if each.startswith("bilateral-template")]
    fill(visitor, number, "text", **QUESTION, **{"field.norms": CHOSEN})
    page = html.unescape(visitor.see(f"write/{number}/text"))
    assert [each for each, chosen in boxes(page).items() if chosen] == sorted(CHOSEN)
    assert "chosen: 1" in page
    assert "Eleven norms of responsible State behaviour" in html.unescape(visitor.see(f"write/{number}/check"))
    send(visitor, number)
    assert norms_of(world) == sorted(CHOSEN)
    with world.at("XD"):
        case = IncomingCopy.objects.get(form="clarification").case
    assert "un-norms-2015" not in visit(world, "XD").see(f"cases/{case}/")


def test_an_older_draft_keeps_what_was_typed_in_it_also_what_stands_in_no_text(world: World, visitor: Visitor) -> None:
    number = drafted(visitor)
    fill(visitor, number, "text", **QUESTION)
    lines = "un-norms-2015  norm-j\nmemorandum-2019 4(b)\n"
    with unit_of_work(world.nodes["XC"]):
        row = Draft.objects.get(pk=number)
        row.typed = row.typed | {"field.norms": [lines]}
        row.save()
    page = html.unescape(visitor.see(f"write/{number}/text"))
    assert [each for each, chosen in boxes(page).items() if chosen] == ["un-norms-2015 norm-j", "memorandum-2019 4(b)"]
    assert "Chosen before, and not offered here" in page
    send(visitor, number)
    assert norms_of(world) == ["memorandum-2019 4(b)", "un-norms-2015 norm-j"]


def test_what_names_no_norm_and_too_many_are_refused_in_words(world: World, visitor: Visitor) -> None:
    number = drafted(visitor)
    answer = fill(visitor, number, "text", status=200, **QUESTION, **{"field.norms": ["the fourth norm", CHOSEN[0]]})
    page = html.unescape(answer.content.decode())
    assert "“the fourth norm” names no norm of a text: choose it from the list." in page
    assert boxes(page)["the fourth norm"] and boxes(page)[CHOSEN[0]]
    many = [each for each in boxes(page) if each.count(" ") == 1][:21]
    answer = fill(visitor, number, "text", status=200, **QUESTION, **{"field.norms": many})
    assert "At most 20 can be chosen; 21 are." in html.unescape(answer.content.decode())
    with world.at("XC"):
        assert not OutgoingMessage.objects.exists()
