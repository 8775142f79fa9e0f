"""Does one box say who answers for anything, why, and what to do where nobody does?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liaison.node import wiring
from liaison.node.models import Draft
from liaison.node.reads.routing import TABLES
from liaison.node.services.resources import TableFormat, keep_table
from liaison.officers.permissions import Role
from liaison.web.pages.write.cards import desk_key
from tests.mirrored import START
from tests.routing.world import demo_table
from tests.scenarios.test_mail_reports import follow, provider
from tests.web.visiting import visit
from tests.world import World

pytestmark = pytest.mark.engine


def test_what_is_looked_for_stands_in_no_address(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        for number in range(1, 25):
            where = visitor.send("find/", q=f"{number}.example.xd", kind="diplomatic").headers["Location"]
        assert where.endswith("find/?asked=24")
        page = visitor.see("find/", asked="24")
        assert "24.example.xd" in page
        assert '<option value="diplomatic" selected>' in page
        assert "23.example.xd" in visitor.see("find/", asked="23"), "the way back shows what it showed"
        assert "1.example.xd" not in visitor.see("find/", asked="1"), "only the latest are kept"
        assert "example.xd" not in visit(world, "XC").see("find/", asked="24"), "another session knows nothing of it"


def test_a_name_leads_to_its_desk_with_the_reason_and_a_way_to_write(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        page = visitor.see("find/", q="https://www.example.xd/path")
        for told in ("State XD / duty", "the country code at the end of the name", "XD", "tel:+0005550100"):
            assert told in page, told
        assert f'name="to" value="{desk_key(world.desk("XD"))}"' in page
        answer = visitor.send("write/", **{"to": desk_key(world.desk("XD")), "field.observables": "www.example.xd"})
        begun = re.sub(r".*/(write/\d+/form)", r"\1", answer.headers["Location"])
        chosen = visitor.send(begun, form="incident-notice", version="1")
        assert chosen.headers["Location"].endswith("/how"), "the recipient is chosen already"
        with world.at("XC"):
            draft = Draft.objects.get()
        assert draft.form == "incident-notice"
        assert draft.typed == {"to": [desk_key(world.desk("XD"))], "field.observables": ["www.example.xd"]}


def test_a_provider_of_another_register_is_kept_as_a_desk_that_is_written_to_by_mail(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        follow(world, provider("contact", "abuse@p1.example"))
        files = wiring.open_folder(world.nodes["XC"].home / TABLES)
        keep_table(files, demo_table(), name="demo", form=TableFormat.DELEGATED, taken_from="demo", now=START)
        visitor = visit(world, "XC")
        page = visitor.see("find/", q="198.51.100.200", kind="provider-security")
        assert "Provider P1 / security" in page
        assert "nothing is sealed to it from here, mail reaches it" in page
        assert 'name="to"' not in page
        assert "centres/" not in page
        named = dict(re.findall(r'name="(register|participant|desk)" value="([^"]+)"', page))
        where = visitor.send("mailboxes/from-register", **named).headers["Location"]
        assert where.endswith("mailboxes/?said=mailbox-kept")
        kept = visitor.see("mailboxes/")
        for told in (
            "abuse@p1.example",
            "Provider P1 / security",
            "Register of the rehearsal, entry ",
            "Not in the register",
        ):
            assert told in kept, told
        visitor.send("mailboxes/from-register", status=400, **(named | {"desk": "nobody"}))


def test_a_code_lists_every_kind_and_a_name_finds_its_bearers(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        assert "State XE / duty" in visitor.see("find/", q="xe")
        assert "State XE / duty" in visitor.see("find/", q="state xe")


def test_where_nobody_answers_the_page_says_what_to_do(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        assert "Nobody in this register answers for this code." in visitor.see("find/", q="XJ")
        special = visitor.see("find/", q="10.0.0.1")
        assert "Nobody answers for it by default." in special
        assert "telephone to a contact centre you choose yourself" in special
        assert "Nothing in the register or the address book is called" in visitor.see("find/", q="no such thing")


def test_a_list_is_grouped_by_desk_and_its_rows_add_up(tmp_path: Path) -> None:
    rows = [
        "a.example.xd",
        "x,b.example.xd,22",
        "c.example.xe",
        "",
        "# a note",
        "10.0.0.1",
        "nothing here",
        "a.example.xd",
    ]
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        page = visitor.send("find/", status=200, q="\n".join(rows)).content.decode()
        assert "6 rows" in page
        assert page.index("2 resources") < page.index("State XD / duty") < page.index("1 resource<")
        assert "State XE / duty" in page
        assert page.count("<tr><td><code") == 2, "10.0.0.1 and the row that names nothing"


@pytest.mark.parametrize("between", [" ", ", ", ",", "; ", "\u060c ", "\u3001"])
def test_several_resources_on_one_line_are_a_list(tmp_path: Path, between: str) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        page = visitor.send("find/", status=200, q=between.join(("www.example.xd", "mail.example.xe"))).content.decode()
        assert "2 rows" in page and "State XD / duty" in page and "State XE / duty" in page
        assert visitor.send("find/", q=f"the{between}duty desk of www.example.xd").headers["Location"], "words are none"


def test_an_address_is_found_as_a_word_processor_or_a_keyboard_of_another_script_spells_it(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        for typed in ("\u202a198.51.100.7\u202c", "\u0661\u0669\u0668.51.100.7", "198[.]51[.]100[.]7"):
            page = visitor.see("find/", q=typed)
            assert "198.51.100.7" in page, "the box shows what was typed, the answer what it names"
            assert "is called" not in page, "it is no name"


def test_the_heading_of_a_table_is_no_refused_row_and_a_wrong_first_row_is_no_heading(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")

        def dropped(*rows: str) -> str:
            file = SimpleUploadedFile("feed.csv", "\r\n".join(rows).encode())
            return visitor.send("find/", status=200, file=file).content.decode()

        for heading, row in (("IP;Port", "a.example.xd;22"), ('"source ip",seen', "a.example.xd,2026"), ("ip", "a.xd")):
            page = dropped(heading, row, row)
            assert "2 rows" in page
            assert "taken for the heading of a table: <bdi" in page
            assert "<tr><td><code" not in page, "nothing is refused"
        for wrong, row in (("192.0.2.300", "a.xd"), ("AS99999999999", "a.xd"), ("no host here", "a.xd,22")):
            page = dropped(wrong, row)
            assert "2 rows" in page
            assert "heading of a table" not in page
            assert page.count("<tr><td><code") == 1, wrong


def test_a_dropped_file_is_read_like_a_pasted_list_and_one_draft_each_is_prepared(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        data = "ip\nhost.example.xd\nhost.example.xe\nhost.example.xc\n"
        page = visitor.send("find/", status=200, file=SimpleUploadedFile("feed.csv", data.encode())).content.decode()
        assert "Prepare one notice each" in page
        visitor.send("find/each", q=data)
        with world.at("XC"):
            typed = [draft.typed for draft in Draft.objects.order_by("pk")]
        assert sorted(each["field.observables"][0] for each in typed) == ["host.example.xd", "host.example.xe"]
        assert {each["to"][0] for each in typed} == {desk_key(world.desk("XD")), desk_key(world.desk("XE"))}


def test_a_list_that_is_too_long_or_no_text_is_refused_in_words(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        long = visitor.send("find/", status=400, file=SimpleUploadedFile("a.txt", b"192.0.2.1\n" * 60_000))
        assert "liaison route FEED --send" in long.content.decode()
        binary = visitor.send("find/", status=400, file=SimpleUploadedFile("a.txt", b"\xff\xfe\x00"))
        assert "not UTF-8" in binary.content.decode()


def test_what_was_typed_is_text_on_the_page(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        page = visit(world, "XC").see("find/", q='"><script>alert(1)</script>')
        assert "<script>alert" not in page


def test_an_auditor_may_look_and_not_write(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        auditor = visit(world, "XC", Role.AUDITOR)
        page = auditor.see("find/", q="XD")
        assert "State XD / duty" in page
        assert "Write to them" not in page
        auditor.send("find/each", status=403, q="a.example.xd")
