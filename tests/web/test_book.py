"""Does the address book take lists in, find whom it knows, and never pass them off as entries of the register?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.officers.permissions import Role
from tests.web.visiting import Visitor, visit
from tests.world import World

pytestmark = pytest.mark.engine

LIST = """Team name;Country;E-Mail;Phone;Constituency;Notes
CERT Example;XJ;cert@cert.example.xj;+000 555 0200;example.xj net.example;Day and night
;XJ;nobody@example.xj;;;
Équipe Exemple;xl;=HYPERLINK();;exemple.example;
"""
CARD = """BEGIN:VCARD\r
VERSION:4.0\r
FN:Desk of the Example\r
ORG:Example Network\\, Ltd;Abuse\r
EMAIL;TYPE=work:abuse@net.example\r
item1.TEL;VALUE=uri;TYPE="voice,work":tel:+000-555-0300\r
ADR;TYPE=work:;;1 Street;Town;;00000;XM\r
NOTE:Open from 8 to 18\\n in a long\r
  folded line\r
END:VCARD\r
"""


def bring_in(visitor: Visitor, data: str, **given: Any) -> Any:
    values = {"source": "List of teams", "dated": "2026-11-01", "status": 302} | given
    return visitor.send("book/import", file=SimpleUploadedFile("list.csv", data.encode()), **values)


def test_a_list_is_taken_in_and_each_contact_shows_its_source_and_that_it_is_not_in_the_register(
    tmp_path: Path,
) -> None:

    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        page = visitor.get(bring_in(visitor, LIST).headers["Location"]).content.decode()
        for told in ("2 contacts were taken in.", "left out: 1", "CERT Example", "Not in the register", "2026-11-01",
                     "tel:+0005550200", "List of teams"):  # fmt: skip
            assert told in page, told
        assert "quipe Exemple" in visitor.see("book/", q="equipe")
        assert "Nobody in the address book" in visitor.see("book/", q="nobody@example.xj")


def test_a_newer_list_replaces_the_older_of_the_same_source(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        bring_in(visitor, LIST)
        bring_in(visitor, CARD, dated="2026-11-20")
        page = visitor.see("book/")
        assert "CERT Example" not in page
        assert "Desk of the Example" in page
        visitor.send("book/forget", source="List of teams")
        assert "The address book is empty." in visitor.see("book/")


def test_what_a_list_says_and_the_book_has_no_place_for_is_named_and_no_link_names_anything_else(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        place = bring_in(visitor, "name,country,Fax\nCERT Example,State XJ,+000 555 0999\n").headers["Location"]
        page = visitor.get(place).content.decode()
        assert "no place for all that stood under: \u2068country\u2069, \u2068Fax\u2069." in page
        forged = visitor.see("book/", taken="1", refused="0", left="WyJDYWxsIHVzIl0:1x:x")
        assert "1 contact was taken in." in forged and "no place for all" not in forged


def test_find_asks_the_book_last_and_marks_what_it_says(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        bring_in(visitor, LIST)
        for asked in ("www.example.xj", "XJ", "cert example", "host.net.example"):
            page = visitor.see("find/", q=asked)
            assert "CERT Example" in page, asked
            assert "Not in the register" in page
        assert "CERT Example" not in visitor.see("find/", q="XD")


def test_what_was_typed_beside_a_list_that_is_refused_stays(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        page = bring_in(visitor, "a;b\n1;2\n", source="My source", status=400).content.decode()
        assert 'value="My source"' in page
        assert 'href="#file"' in page
        future = bring_in(visitor, LIST, dated="2027-01-01", status=400).content.decode()
        assert 'href="#dated"' in future
        assert 'href="#source"' in bring_in(visitor, LIST, source=" ", status=400).content.decode()


def test_another_desk_and_who_may_not_write_change_nothing(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        bring_in(visit(world, "XC"), LIST)
        auditor = visit(world, "XC", Role.AUDITOR)
        assert "Bring a list in" not in auditor.see("book/")
        bring_in(auditor, LIST, status=403)
        assert "The address book is empty." in visit(world, "XD").see("book/")


FIRST = """{"status": "OK", "data": [{"team": "CERT Example", "team-full": "Computer team of the example", "country":
"XJ",
 "email": "CERT@cert.example.xj", "telephone": "+000 555 0999"}]}"""
SECURITY = """Contact: mailto:security@net.example
Expires: 2026-01-01T00:00:00Z
Canonical: https://net.example/.well-known/security.txt
"""


def test_a_team_of_two_lists_is_one_row_with_both_and_a_page_that_expired_says_so(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        bring_in(visitor, LIST)
        bring_in(visitor, FIRST, source="FIRST", dated="2026-11-20")
        bring_in(visitor, SECURITY, source="net.example")
        page = visitor.see("book/", q="CERT Example")
        assert page.count("<td>CERT Example") + page.count('<td><bdi dir="auto">CERT Example') == 1
        lists = ("FIRST", "2026-11-20", "List of teams", "2026-11-01")
        for told in (*lists, "+000 555 0999", "+000 555 0200", "Says otherwise:"):
            assert told in page, told
        assert "Expired" in visitor.see("book/", q="net.example")
        table = visitor.see("book/export", **{"as": "csv"})
        assert "not in the register" in table
        assert "FIRST; List of teams" in table
        assert visitor.see("book/export", **{"as": "vcard", "q": "security@net.example"}).count("BEGIN:VCARD") == 1
        visitor.send("book/forget", source="FIRST")
        assert "List of teams" in visitor.see("book/", q="CERT Example")
