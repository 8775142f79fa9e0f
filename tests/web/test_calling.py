"""Does a telephone sheet lead through a call, with numbers of the register alone, and is the call kept in its case?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from liaison.messages.mail.reading import read_mail
from liaison.node.node import Node
from liaison.node.reads.mail.overview import case_of_mail
from liaison.officers.permissions import Role
from liaison.web.pages.calling import STEPS, numbers
from tests.mailing import THEM, keep, mailing_world, send
from tests.scenarios.test_mail import ASKS
from tests.web.test_book import bring_in
from tests.web.visiting import visit
from tests.world import World

LIST = f"""Team name;Country;E-Mail;Phone
CSIRT of XD;XD;{THEM};+999 555 0200
"""


def test_a_sheet_leads_step_by_step_warns_of_numbers_in_messages_and_logs_the_call(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        page = visit(world, "XC").see(f"centres/{world.registry.ids['XD'][:16]}/duty/call")
        codes = re.findall(r'<bdi dir="ltr">([A-H][0-9])</bdi>', page)
        assert tuple(codes[: len(STEPS)]) == STEPS
        assert len(codes) == len(set(codes))
        for told in ("proves nothing: end the call and call back", "Words of our own key", 'value="call-note"'):
            assert told in page, told
        auditor = visit(world, "XC", Role.AUDITOR)
        assert 'value="call-note"' not in auditor.see(f"centres/{world.registry.ids['XD'][:16]}/duty/call")


@pytest.mark.parametrize(
    ("text", "dials"),
    [
        ("+999 555 0200", True),
        ("+1 (202) 555-0100", True),
        ("0200 555", False),
        ("+0 555 02000", False),
        ("+12", False),
    ],
)
def test_a_number_that_not_every_telephone_dials_is_marked(text: str, dials: bool) -> None:
    assert [each.dials for each in numbers([text])] == [dials]


def test_whoever_telephones_with_a_reference_is_found_by_it_and_by_no_other_desk(tmp_path: Path) -> None:
    with mailing_world(tmp_path) as (world, post, peer):
        keep(world, peer, certificate=b"", channel="")
        case = send(world, fields=ASKS)
        token = read_mail(post.handed[0][2]).tokens[0]
        officer = visit(world, "XC")
        for typed in (token, token.lower(), token.replace("-", " ")):
            answer = officer.get(officer.at("find/"), {"q": typed})
            assert answer.headers["Location"] == officer.at(f"cases/{case}/")
        node: Node = world.nodes["XC"]
        assert case_of_mail(node, world.register, world.desk("XD"), token) == ""
        assert officer.get(officer.at("find/"), {"q": "LX-" + "A" * 16}).status_code == 200


def test_a_call_with_a_desk_without_key_has_a_sheet_and_is_noted_in_the_own_case_alone(tmp_path: Path) -> None:
    with mailing_world(tmp_path) as (world, post, peer):
        keep(world, peer, certificate=b"", channel="")
        case, officer = send(world, fields=ASKS), visit(world, "XC")
        bring_in(officer, LIST)
        assert f"cases/{case}/call" in officer.see(f"cases/{case}/")
        page = officer.see(f"cases/{case}/call")
        for told in (read_mail(post.handed[0][2]).tokens[0], "tel:+9995550200", "from a list, not from the register",
                     "Note this call in the case", "No message can reach them"):  # fmt: skip
            assert told in page, told
        assert "say/call-note" not in page


def test_a_call_with_a_desk_that_has_a_key_is_logged_as_a_message(tmp_path: Path) -> None:
    with mailing_world(tmp_path) as (world, _, _):
        case, officer = send(world, fields=ASKS), visit(world, "XC")
        assert f"cases/{case}/say/call-note" in officer.see(f"cases/{case}/call")
        over_the_line = world.send("XC", "XD")[0].case
        assert officer.get(officer.at(f"cases/{over_the_line}/call")).status_code == 404
