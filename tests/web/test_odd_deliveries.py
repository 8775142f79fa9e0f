"""Do pages say what is odd about what came: who hosts its sender, whose name it resembles, what is missing or large?"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from liaison.node.config import Attachments
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.calls.delivering import deliver
from liaison.node.services.line.sending import send_letter
from liaison.node.unit_of_work import unit_of_work
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.register import bodies
from tests.mirrored import hold_keys, seed_node
from tests.register.registry import small_register
from tests.web.hosting import hosted_register
from tests.web.visiting import visit, visit_desk
from tests.world import World

HOSTED = re.compile("[Hh]osted by (<[^>]*>)?State XD")


def test_who_hosts_the_sender_is_said_wherever_the_message_is_seen(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD"), registry=hosted_register()) as world:
        seed_node(world.nodes["XD"], world.registry, "XD", "XE")
        (sent,) = send_letter(world.nodes["XD"], world.letter("XE", "XC"), leased=True)
        for lease in sent.leases:
            deliver(world.nodes["XD"], lease)
        duty, case = visit(world, "XC"), sent.case
        centre = f"centres/{world.registry.ids['XE'][:16]}/duty"
        pages = ("", "cases/", f"cases/{case}/", f"cases/{case}/transcript", f"cases/{case}/say/reply")
        for page in (*pages, "register/", f"{centre}/", f"{centre}/call"):
            assert HOSTED.search(duty.see(page)), page
        desk = world.desk("XE")
        guest = visit_desk(world.nodes["XD"], world.register, desk)
        assert HOSTED.search(guest.see(f"cases/{case}/")), "the hosted desk sees it too"


def test_a_name_that_resembles_another_is_marked_on_the_desk_and_in_the_case(tmp_path: Path) -> None:
    registry = small_register("XC", "XD")
    registry.admit("XE", labels=bodies.Labels(name="State X\u0421", codes=("XE",)))
    registry.set_up("XE")
    registry.publish_desk("XE", "duty")
    registry.publish_node("XE", "duty")
    with World(tmp_path, codes=("XC", "XE"), registry=registry) as world:
        (sent,) = world.send("XE", "XC")
        duty = visit(world, "XC")
        for page in ("", f"cases/{sent.case}/"):
            assert "Mixed alphabets" in duty.see(page), page


def test_a_large_file_is_fetched_when_an_officer_asks_on_the_page_of_the_case(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        bound = structs.replace(world.nodes["XD"].config, attachments=Attachments(fetched_at_once=1000))
        world.nodes["XD"] = replace(world.nodes["XD"], config=bound)
        world.network.doors["XD"] = Door(world.nodes["XD"], Quotas())
        sealed = seal_attachment(world.nodes["XC"], name="rows.csv", media_type="text/csv", chunks=[b"1" * 100_000])
        (sent,) = world.send("XC", "XD", attachments=(sealed,))
        world.work()
        duty = visit(world, "XD")
        case = f"cases/{sent.case}/"
        page = duty.see(case)
        fetch = re.search(r'action="[^"]*/(files/[^"]+/fetch)"', page)
        assert fetch
        assert re.search(r'href="[^"]*/files/', page) is None
        duty.send(f"{case}{fetch[1]}")
        world.work()
        download = re.search(r'href="([^"]*/files/[^"]+)"', duty.see(case))
        assert download
        answer: Any = duty.get(download[1])
        assert b"".join(answer.streaming_content) == b"1" * 100_000


def test_a_message_that_is_missing_is_said_until_it_comes(tmp_path: Path) -> None:
    with World(tmp_path, codes=("XC", "XD")) as world:
        (first,) = world.send("XC", "XD")
        (late,) = send_letter(world.nodes["XC"], world.letter("XC", "XD", case=first.case), leased=True)
        world.send("XC", "XD", case=first.case)
        duty = visit(world, "XD")
        assert "1 earlier message is missing here." in duty.see(f"cases/{first.case}/")
        deliver(world.nodes["XC"], late.leases[0])
        assert "missing here" not in duty.see(f"cases/{first.case}/")


@pytest.mark.engine
def test_a_file_sent_to_a_second_desk_of_one_participant_opens_there(tmp_path: Path) -> None:
    registry = small_register(rehearsal=False)
    registry.publish_desk("XD", "night")
    registry.publish_node("XD", "duty", "night")
    with World(tmp_path, registry=registry) as world:
        with unit_of_work(world.nodes["XD"]):
            hold_keys(world.nodes["XD"], registry, "XD", "night")
        sealed = seal_attachment(world.nodes["XC"], name="rows.csv", media_type="text/csv", chunks=[b"1,2,3"])
        both = tuple(sorted((world.desk("XD"), world.desk("XD", "night"))))
        (sent,) = send_letter(world.nodes["XC"], replace(world.letter("XC", "XD", attachments=(sealed,)), to=both))
        world.work()
        for desk in both:
            officer = visit_desk(world.nodes["XD"], world.register, desk)
            link = re.search(r'href="([^"]+/files/[^"]+)"', officer.see(f"cases/{sent.case}/"))
            assert link, desk.desk
            answer: Any = officer.get(link[1])
            assert b"".join(answer.streaming_content) == b"1,2,3"
