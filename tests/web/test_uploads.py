"""Is a file, or a text, that is too large for a form refused by its size, and never taken for what it is not?"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.exchange.contacts.cards import LARGEST
from liaison.web.pages.book import BESIDE
from tests.web.visiting import visit
from tests.world import World

TOO_LARGE = (3 << 20) + 1
"""More than a page holds in memory."""
TOO_LARGE_A_LIST = LARGEST + BESIDE + 1
FORMS = {
    "find/": {},
    "book/import": {"source": "A list"},
    "mailboxes/keep": {"name": "CSIRT", "mailbox": "duty@csirt.example", "source": "A letter"},
    "duty/calendars/take": {"what": "holidays"},
    "exercises/plan": {},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with World(tmp_path_factory.mktemp("uploads")) as found:
        yield found


@pytest.mark.parametrize("tail", FORMS)
def test_a_file_that_is_too_large_is_refused_by_its_size(world: World, tail: str) -> None:
    size = TOO_LARGE_A_LIST if tail == "book/import" else TOO_LARGE
    file = SimpleUploadedFile("large.csv", b"a" * size)
    page = visit(world, "XC").send(tail, status=400, file=file, **FORMS[tail]).content.decode()
    assert "bytes" in page
    assert "Choose a file." not in page
    for typed in FORMS[tail].values():
        assert tail.startswith("duty") or typed in page, "what was typed stays"


def test_a_form_with_too_much_text_is_refused_by_its_size_and_not_taken_for_another_sites(world: World) -> None:
    page = visit(world, "XC").send("find/", status=413, q="a" * ((2 << 20) + 1)).content.decode()
    assert "2097152 bytes" in page
    assert "Go back in your browser" in page
    many = {f"field-{number}": "x" for number in range(5001)}
    assert "5000 fields" in visit(world, "XC").send("find/", status=413, **many).content.decode()


def test_a_list_that_another_site_sends_is_refused(world: World) -> None:
    visitor = visit(world, "XC")
    visitor.handler.enforce_csrf_checks = True
    file = SimpleUploadedFile("list.csv", b"name\nCERT Example\n")
    visitor.send("book/import", status=400, file=file, source="A list", dated="2026-11-01")
    assert "CERT Example" not in visitor.see("book/")
