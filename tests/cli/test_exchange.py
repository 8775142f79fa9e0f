"""Does a case go out as a document at the terminal, and does a document route like a feed?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from liaison.exchange.documents import decode_document, encode_document
from liaison.exchange.values import Format
from liaison.messages.parties import DeskRef
from liaison.node.services.line.sending import Letter, send_letter
from tests.cli.homes import Terminal
from tests.cli.test_directory import Desk
from tests.exchange.reports import SCAN, observable, report
from tests.mirrored import seed_node
from tests.register.registry import small_register
from tests.routing.world import DEMO_ALLOCATION
from tests.scenarios.test_exports import SEEN

Written = Callable[..., Path]


@pytest.fixture
def desk(tmp_path: Path, terminal: Terminal) -> Desk:
    return Desk(tmp_path, terminal)


@pytest.fixture
def home(tmp_path: Path, terminal: Terminal) -> Path:
    """No node: the allocation data of the demonstration only."""
    assert terminal.run(tmp_path / "bare", "resources", "import", str(DEMO_ALLOCATION)) == 0
    return tmp_path / "bare"


@pytest.fixture
def document(tmp_path: Path) -> Written:
    def write(form: Format = Format.STIX, **given: Any) -> Path:
        seen = (SCAN, observable("domain", "a.example.xe"), observable("sha256", "ab" * 32))
        path = tmp_path / f"document.{form}"
        path.write_bytes(encode_document(form, report(*seen, **given)).data)
        return path

    return write


def test_a_case_is_exported_in_every_format_and_says_what_had_no_place(desk: Desk, tmp_path: Path) -> None:
    registry = small_register("XC", "XD")
    seed_node(desk.node, registry, "XC")
    letter = Letter(
        register=registry.entries[0].leaf,
        sender=DeskRef(registry.ids["XC"], "main", "duty"),
        to=(DeskRef(registry.ids["XD"], "main", "duty"),),
        form="incident-notice",
        stage="notification",
        fields=SEEN,
    )
    (sent,) = send_letter(desk.node, letter)
    for form in Format:
        out = tmp_path / form
        value = desk.value("message", "export", sent.case[:20], "--as", form.value, "-o", str(out))
        assert (value["kind"], value["tlp"], value["observables"]) == (form, "amber", 2)
        assert len(decode_document(out.read_bytes()).indicators) == 2

    def refuse(*words: str) -> str:
        return desk.terminal.refusal(desk.home, "message", "export", sent.case, *words, "-o", "-")

    assert refuse("--as", "stix", "--for", "public") == "export-forbidden"
    assert refuse("--as", "stix", "--tlp", "clear") == "label-weakened"
    assert refuse("--as", "stix", "--sealed") == "export-as-what"
    out = tmp_path / "mine"
    desk.value("message", "export", sent.case, "--as", "xarf", "--mailbox", "night@xc.example", "-o", str(out))
    assert json.loads(out.read_text().splitlines()[0])["sender"]["contact"] == "night@xc.example"


def test_a_document_routes_by_its_indicators_and_rows_keep_port_and_time(
    home: Path, terminal: Terminal, document: Written, tmp_path: Path
) -> None:
    ports = {"source_port": 51044, "destination_port": 22, "protocol": "tcp"}
    kept = ports | {"first_seen": SCAN.first_seen, "tlp": "amber"}
    for form in (Format.STIX, Format.MISP, Format.IODEF, Format.CSAF):
        out = tmp_path / f"{form}-reports"
        value = terminal.value(home, "route", str(document(form)), "--out", str(out))
        assert [value[name] for name in ("rows", "routed", "rejected")] == [3, 2, 1]
        assert value["reasons"] == {"address-missing": 1}
        rows = [json.loads(line) for path in sorted(out.glob("*.jsonl")) for line in path.read_text().splitlines()[1:]]
        first = next(row for row in rows if row["row"]["resource"] == "192.0.2.10")
        assert first["liaison"]["code"] == "XC"
        assert {name: first["row"][name] for name in kept} == kept
    assert terminal.run(home, "route", str(document())) == 0
    assert "stix 2.1, TLP:AMBER: 3 indicators, 0 parts not understood." in terminal.err
    words = ("--format", "json-lines", "--column", "source_identifier")
    value = terminal.value(home, "route", str(document(Format.XARF)), *words)
    assert value["feed"]["column"] == "source_identifier"


def test_sending_rows_on_never_weakens_a_label_or_loses_an_exercise(desk: Desk, document: Written) -> None:
    seed_node(desk.node, small_register("XC", "XD"), "XC")

    def refusal(*words: str, **given: Any) -> str:
        return desk.terminal.refusal(desk.home, "route", str(document(**given)), "--send", *words)

    assert refusal("--tlp", "red", tlp="red") == "document-forbids"
    assert refusal(tlp="amber-strict") == "document-forbids"
    assert refusal(tlp="clear", exercise=True) == "document-exercise"


def test_a_document_made_to_harm_leaves_no_folder(home: Path, terminal: Terminal, tmp_path: Path) -> None:
    bad, out = tmp_path / "bad.json", tmp_path / "reports"
    bad.write_text('{"type":"bundle","objects":[' + "[" * 100 + "]" * 100 + "]}")
    assert terminal.refusal(home, "route", str(bad), "--out", str(out)) == "document-too-deep"
    assert not out.exists()
