"""Is evidence collected, exported and checked at a terminal, and is a changed byte named?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.cooperation.evidence.manifest import PIECE
from liaison.register.anchor import Anchor, format_anchor
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.cooperation.evidence.records import IMAGE
from tests.mirrored import seed_node
from tests.register.registry import RegisterBuilder, small_register
from tests.scenarios.test_processes import NOTICE

ONE = ("--to", "XD", *NOTICE)


@pytest.fixture
def registry() -> RegisterBuilder:
    return small_register("XC", "XD", "XE")


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal, registry: RegisterBuilder) -> Desk:
    found = Desk(tmp_path, terminal)
    seed_node(found.node, registry, "XC")
    return found


@pytest.fixture
def evidence(desk: Desk, tmp_path: Path) -> str:
    (tmp_path / "disk.img").write_bytes(IMAGE)
    case = desk.value("message", "send", *ONE)[0]["case"]
    made = desk.value("evidence", "add", case[:18], str(tmp_path / "disk.img"), "--what", "Image of a server's disk")
    return str(made["evidence"])


def test_evidence_is_exported_and_holds_without_a_node(
    desk: Desk, terminal: Terminal, evidence: str, registry: RegisterBuilder, tmp_path: Path
) -> None:
    out, anchor = tmp_path / "evidence.tar", tmp_path / "anchor.txt"
    desk.value("evidence", "export", evidence[:16], str(out))
    anchor.write_bytes(format_anchor(Anchor(registry.origin, registry.entries[0].leaf, (), registry.checkpoint())))
    told = terminal.value(tmp_path / "no-home", "verify", "evidence", str(out), "--anchor", str(anchor))
    assert (told["proven"], [each["event"] for each in told["lines"]]) == (True, ["collected", "opened", "copied"])
    assert [(each["name"], each["same"]) for each in told["files"]] == [("disk.img", True)]
    data = bytearray(out.read_bytes())
    data[data.index(IMAGE) + PIECE + 3] ^= 1
    out.write_bytes(bytes(data))
    assert terminal.run(tmp_path / "no-home", "verify", "evidence", str(out), "--anchor", str(anchor)) == 1
    assert f"!   bytes {PIECE} to {2 * PIECE - 1}" in terminal.out
    assert "NOT PROVEN" in terminal.out
    other = small_register("XC")
    anchor.write_bytes(format_anchor(Anchor(other.origin, "ab" * 32, (), registry.checkpoint())))
    home = tmp_path / "no-home"
    refused = terminal.refusal(home, "verify", "evidence", str(out), "--anchor", str(anchor))
    assert refused == "evidence-of-another-register"


def test_the_record_is_shown_before_anything_opens_and_each_step_is_in_it(
    desk: Desk, terminal: Terminal, evidence: str, tmp_path: Path
) -> None:
    shown = desk.value("evidence", "show", evidence[:16])
    assert (shown["conditions"], shown["accept"], shown["state"], shown["opened"]) == (None, "", "held", False)
    assert desk.value("evidence", "open", evidence[:16], "--save", str(tmp_path / "out"))
    assert (tmp_path / "out" / "1-disk.img").read_bytes() == IMAGE
    desk.value("evidence", "copy", evidence[:16], "--why", "For the laboratory")
    sent = desk.value("evidence", "hand-over", evidence[:16], "--to", "XD", "--purpose", "Proceedings for fraud")
    events = [each["event"] for each in desk.value("evidence", "show", evidence[:16])["record"]["lines"]]
    assert events == ["collected", "opened", "copied", "copied", "handed-over"]
    home = desk.node.home
    assert terminal.refusal(home, "message", "show", sent[0]["id"], "--save", str(tmp_path / "s")) == (
        "evidence-opens-as-evidence"
    )
    assert terminal.refusal(home, "evidence", "destroy", evidence[:16]) == "evidence-not-fetched"
    assert [each["evidence"] for each in desk.value("evidence", "list")["evidence"]] == [evidence]


def test_what_cannot_be_done_is_refused_with_its_reason(
    desk: Desk, terminal: Terminal, evidence: str, tmp_path: Path
) -> None:
    home, given = desk.node.home, evidence[:16]
    out = str(tmp_path / "out")
    for words, code in (
        (("evidence", "show", "ab" * 8), "evidence-not-found"),
        (("evidence", "open", given, "--accept", "cd" * 8, "--save", out), "evidence-not-accepted"),
        (("evidence", "ask", given, "--to", "XE", "--why", "x"), "evidence-own"),
        (("evidence", "hand-over", given, "--to", "XD"), "evidence-without-conditions"),
        (("evidence", "destroy", given, "--means", "lost"), "evidence-means"),
        (("evidence", "answer", "0192", "--allow"), "message-not-found"),
    ):
        assert terminal.refusal(home, *words) == code, words
    desk.value("evidence", "destroy", given)
    assert terminal.refusal(home, "evidence", "open", given, "--save", out) == "evidence-destroyed"
    desk.value("evidence", "export", given, str(tmp_path / "record.tar"))
    for words, code in (((), 1), (("--record-only",), 0)):
        assert terminal.run(home, "verify", "evidence", str(tmp_path / "record.tar"), *words) == code
