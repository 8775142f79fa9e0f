"""Does every list of desks, and every message, say what an officer must not overlook?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liaison.cli.session import open_node
from liaison.messages.parties import DeskRef
from liaison.node.services.line.sending import Letter, SentMessage, send_letter
from liaison.node.unit_of_work import unit_of_work
from liaison.register import bodies
from liaison.register.vocabulary import DeskKind, NodeRef
from tests.cli.homes import Terminal
from tests.mirrored import mirror, seed_node
from tests.register.registry import RegisterBuilder, small_register
from tests.world import NOTICE

TECHNICAL = DeskKind.TECHNICAL
ENGLISH, CYRILLIC = "Ministry of XC", "Ministry \u043ef XC"


class Desk:
    """A home that mirrors registers, and what its commands say."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self.home = folder / "home"
        self.terminal = terminal
        assert terminal.run(self.home, "node", "init") == 0
        self.node = open_node(self.home)

    def follow(self, *registries: RegisterBuilder) -> None:
        with unit_of_work(self.node):
            for registry in registries:
                mirror(registry)

    def value(self, *words: str) -> Any:
        return self.terminal.value(self.home, *words)

    def text(self, *words: str) -> str:
        assert self.terminal.run(self.home, *words) == 0, self.terminal.err
        return self.terminal.out


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal) -> Desk:
    return Desk(tmp_path, terminal)


def with_guest(registry: RegisterBuilder) -> RegisterBuilder:
    """XE has its node at XD."""
    host = NodeRef(participant=registry.ids["XD"], node="main")
    registry.admit("XE")
    registry.set_keys("XE", registry.node_keys("XE", "main", (TECHNICAL,), host=host), extra=("XD/main/entry",))
    registry.publish_desk("XE", "duty")
    registry.publish_node("XE", "duty")
    registry.publish_resources("XE", "XE")
    return registry


def test_a_nominated_desk_says_so_in_every_list(desk: Desk) -> None:
    registry = small_register("XC")
    registry.nominate("XD")
    desk.follow(registry)
    words = "nominated by letter, not confirmed by its owner"
    assert words in desk.text("register", "search", "XD")
    assert words in desk.text("register", "show", "--desks")


def test_a_hosted_desk_names_its_host(desk: Desk) -> None:
    desk.follow(with_guest(small_register("XD")))
    assert "hosted by State XD/main" in desk.text("register", "search", "XE")


def test_a_name_that_looks_like_another_is_flagged(desk: Desk) -> None:
    registry = small_register("XD")
    for who, name in (("XC", ENGLISH), ("XE", CYRILLIC)):
        registry.admit(who, labels=bodies.Labels(name=name, codes=(who,)))
        registry.set_up(who)
        registry.publish_desk(who, "duty")
        registry.publish_node(who, "duty")
    desk.follow(registry)
    found = {each["name"]: each["name_warnings"] for each in desk.value("register", "show", "--desks")}
    assert found == {ENGLISH: ["lookalike"], CYRILLIC: ["lookalike", "mixed-script"], "State XD": []}
    assert "LOOK TWICE: its name looks like another's" in desk.text("register", "search", "ministry")


def test_rehearsals_join_a_search_only_when_asked(desk: Desk) -> None:
    real = small_register("XC", rehearsal=False, origin="real.example", prefix="real ")
    desk.follow(real, small_register("XC", "XD"))

    def sources(*words: str) -> list[tuple[str, bool]]:
        return [(each["source"], each["rehearsal"]) for each in desk.value("register", "search", "State", *words)]

    rehearsal = ("log.register.example", True)
    assert sources() == [("real.example", False)]
    assert sources("--rehearsal") == [("real.example", False), rehearsal, rehearsal]


def within_one_host(desk: Desk) -> SentMessage:
    """XE, which has its node at XD, writes to XD."""
    registry = with_guest(small_register("XD"))
    seed_node(desk.node, registry, "XD", "XE")
    parties = [DeskRef(registry.ids[who], "main", "duty") for who in ("XE", "XD")]
    letter = Letter(
        register=registry.entries[0].leaf,
        sender=parties[0],
        to=(parties[1],),
        form="incident-notice",
        stage="notification",
        fields=NOTICE,
    )
    (sent,) = send_letter(desk.node, letter)
    return sent


def test_a_message_between_two_on_one_host_is_marked_and_names_the_host(desk: Desk) -> None:
    sent = within_one_host(desk)
    shown = desk.value("message", "show", sent.message_id)
    assert (shown["same_host"], shown["from"]) == (True, "XE/duty (hosted by XD/main)")
    assert [each["same_host"] for each in desk.value("message", "list")] == [True]
    assert "both on one host" in desk.text("message", "show", sent.message_id)


def test_the_report_on_a_transcript_names_hosts(desk: Desk) -> None:
    sent = within_one_host(desk)
    file = str(desk.home.parent / "transcript")
    desk.text("message", "export", sent.case, "--out", file)
    assert "State XE/duty (hosted by State XD/main)" in desk.value("verify", "transcript", file)["parties"]


def test_pin_shows_both_sides_and_keeps_the_choice(desk: Desk) -> None:
    registry = small_register("XC", "XD")
    registry.admit("XD again", replaces=registry.ids["XD"])
    seed_node(desk.node, registry, "XC")
    (before,) = desk.value("register", "pin")
    assert ([each["readmitted"] for each in before["rivals"]], before["pins"]) == ([False, True], [])
    assert "None of your desks chose" in desk.text("register", "pin")
    (after,) = desk.value("register", "pin", registry.ids["XD"][:12])
    assert [each["chosen"] for each in after["pins"]] == [registry.ids["XD"]]


def test_confirming_a_pending_key_needs_the_words_and_the_channel(desk: Desk) -> None:
    registry = small_register("XC")
    desk.follow(registry)
    assert desk.value("register", "confirm-pending") == []
    assert desk.terminal.refusal(desk.home, "register", "confirm-pending", "XC/duty") == "call-back-not-said"
