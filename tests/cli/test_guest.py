"""Is a case opened for a desk that cannot sign, watched and ended at the terminal, as in the pages?"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from liaison.node import homes
from liaison.node.config import Config
from liaison.node.services.people.case_access import close_case
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.officers.permissions import Role
from tests.cli.homes import Terminal
from tests.mailing import mailing_world, send
from tests.scenarios.test_mail import ASKS
from tests.web.test_guest import give, guest, see, with_pages
from tests.world import World

pytestmark = pytest.mark.sqlite
OPEN = ("--asked", "telephone", "--told", "telephone")


def home_of(world: World) -> Path:
    """The node of a world as the commands find it."""
    with_pages(world)
    node = world.nodes["XC"]
    homes.create_folders(node.home)
    homes.write_config(
        node.home, msgspec.structs.replace(Config(), address=node.config.address, pages=node.config.pages)
    )
    homes.write_credential(node.home / "credential", b"0" * 32)
    return node.home


def test_what_the_command_prints_opens_the_page_and_the_list_says_who_came(tmp_path: Path, terminal: Terminal) -> None:
    with mailing_world(tmp_path) as (world, _, _):
        home, case, visitor = home_of(world), send(world, fields=ASKS), guest(world)
        opened = terminal.value(home, "mail", "guest", "open", case, *OPEN)
        assert (opened["host"], opened["path"]) == ("xc.example", "/guest/")
        assert give(visitor, opened["reference"], "AAAA-AAAA-AAAA").status_code == 400
        assert give(visitor, opened["reference"], opened["code"]).status_code == 302
        assert "Scanning of port 22" in see(visitor)
        (page,) = terminal.value(home, "mail", "guest", "list")
        assert (page["case"], page["entered"], page["wrong"], page["until"]) == (case, 1, 1, opened["until"])
        assert terminal.run(home, "mail", "guest", "list") == 0
        assert "wrong codes" in terminal.out and opened["code"] not in terminal.out
        assert terminal.run(home, "mail", "guest", "end", case) == 0
        assert visitor.get("/guest/case").headers["Location"] == "/guest/"
        assert terminal.value(home, "mail", "guest", "list") == []


def test_a_case_without_a_mailbox_or_closed_to_named_officers_is_not_opened(tmp_path: Path, terminal: Terminal) -> None:
    with mailing_world(tmp_path) as (world, _, _):
        home, case, node = home_of(world), send(world, fields=ASKS), world.nodes["XC"]
        assert terminal.refusal(home, "mail", "guest", "open", world.send("XC", "XD")[0].case, *OPEN) == (
            "guest-not-by-mail"
        )
        officer = add_officer(node, login="a.n", name="A. N.")
        grant(node, officer, world.register, world.desk("XC"), Role.OFFICER)
        seat = Seat(world.register, world.desk("XC"), frozenset({Role.OFFICER}))
        close_case(node, seat, case, officers={officer.pk}, by=officer.pk)
        for command in (("open", case, *OPEN), ("end", case)):
            assert terminal.refusal(home, "mail", "guest", *command) == "case-closed"
