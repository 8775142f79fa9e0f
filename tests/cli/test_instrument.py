"""Do the commands on instruments answer without a register, and declare and publish in one?"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from liaison.cli.instrument.words import between_lines
from liaison.instruments.catalogue import load_instruments
from liaison.instruments.legal_basis import legal_basis
from liaison.instruments.positions import Positions
from liaison.node.reads.instruments.status import BasisShown, Between
from tests.cli.test_register_commands import Terminal
from tests.instruments.test_positions_file import PAGE

pytestmark = pytest.mark.sqlite


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, capsys)


def test_a_node_alone_answers_from_an_imported_list(shell: Terminal) -> None:
    shell.run("alone", "node", "init", "--url", "https://127.0.0.1:9")
    (shell.folder / "ets-185.toml").write_text(PAGE)
    kept = shell.run("alone", "instrument", "import", shell.path("ets-185.toml"))
    assert (kept["name"], kept["kind"], kept["count"]) == ("ets-185", "positions", 3)
    status = shell.run("alone", "instrument", "status", "budapest-2001", "--on", "2026-11-26")
    assert [(each["name"], each["status"], each["since"]) for each in status["standings"]] == [
        ("XC", "party", "2020-07-01"),
        ("XD", "none", None),
    ]
    basis = shell.run("alone", "instrument", "basis", "--from", "XD", "--to", "XC", "--on", "2026-11-26")
    assert {each["kind"] for each in basis["bases"]} == {"courtesy"}
    first = next(each for each in basis["bases"] if each["instrument"] == "budapest-2001")
    assert first["reason"] == "ours-not-bound"
    assert [each["name"] for each in shell.run("alone", "instrument", "files")] == ["ets-185"]
    assert shell.run("alone", "instrument", "remove", "ets-185") == {"removed": "ets-185"}
    assert shell.run("alone", "instrument", "files") == []
    refused = shell.run("alone", "instrument", "status", "budapest-2001", "--on", "soon", code=2)
    assert refused["error"] == "day-not-understood"
    assert shell.run("alone", "instrument", "basis", "--to", "XC", code=2)["error"] == "choice-not-clear"
    nobody = shell.run("alone", "instrument", "basis", "--from", "XC", "--to", "xd", code=2)
    assert nobody["error"] == "basis-side-unknown"


def test_a_text_is_shown_with_its_clauses_whom_it_speaks_to_and_that_nobody_checked_it(shell: Terminal) -> None:
    shell.run("alone", "node", "init", "--url", "https://127.0.0.1:9")
    shown = shell.run("alone", "instrument", "show", "un-cybercrime-2024")
    assert (shown["checked"], shown["in_force"], shown["needed"]) == (False, False, 40)
    assert {"id": "art-42", "article": "42", "role": "cooperation"}.items() <= next(
        each for each in shown["clauses"] if each["id"] == "art-42"
    ).items()
    shown = shell.run("alone", "instrument", "show", "gcsc-2019")
    assert (shown["kind"], shown["addressed"]) == ("conduct", ["state", "organisation", "provider"])
    assert set(shown["acts"]) == {"adoption", "adoption-with-reservation", "decline", "withdrawal"}
    last = shown["clauses"][-1]
    assert {"kin": "narrower", "instrument": "paris-call-2018", "clause": "principle-8"} in last["lineage"]
    assert shell.run("alone", "instrument", "show", "un-norms-2015")["acts"] == []


def test_a_text_is_carried_once_published_and_states_declare_about_it(shell: Terminal) -> None:
    register = shell.found()
    published = shell.run("reg", "instrument", "publish", "budapest-2001")
    assert len(published["entries"]) == 1
    assert shell.run("reg", "instrument", "publish", "budapest-2001")["entries"] == []
    shell.roots("xc")
    (shell.folder / "letter").write_text("We ask.\n")
    admission = ["--name", "State XC", "--code", "XC", "--letter", shell.path("letter"), "--out", shell.path("in")]
    shell.run("reg", "register", "draft", "admission", *admission, *shell.publics("xc"))
    shell.sign("in", "xc", "a", "b", "c")
    participant = shell.run("reg", "register", "submit", shell.path("in"))["payload"]
    keys = ["--participant", participant, "--kind", "technical", "--out", shell.path("xckeys")]
    shell.run("reg", "register", "draft", "keys", *keys)
    shell.sign("xckeys", "xc")
    shell.run("reg", "register", "submit", shell.path("xckeys"))
    said = ["--act", "ratification", "--dated", "2020-01-15", "--evidence", "https://depositary.example/xc"]
    made = shell.run("reg", "instrument", "stand", "budapest-2001", *said)
    assert shell.run("reg", "instrument", "stand", "reciprocity", *said, code=1)["error"] == "rule-36"
    shell.run("reg", "register", "desk", "--kind", "technical", "--language", "en")
    taken = ["--act", "retraction", "--dated", "2020-01-15", "--replaces", made["payload"]]
    number = shell.run("reg", "instrument", "propose", "budapest-2001", *taken)["number"]
    (proposed,) = shell.run("reg", "instrument", "proposals")
    assert (proposed["number"], proposed["stand"]["act"]) == (number, "retraction")
    assert shell.run("reg", "instrument", "withdraw", str(number)) == {"withdrawn": number}
    assert shell.run("reg", "instrument", "approve", str(number), code=2)["error"] == "no-proposal"
    assert shell.run("reg", "instrument", "proposals") == []
    reserved = ["--act", "declaration", "--dated", "2020-01-15", "--said", "By the central authority"]
    number = shell.run("reg", "instrument", "propose", "budapest-2001", *reserved)["number"]
    approved = shell.run("reg", "instrument", "approve", str(number))
    status = shell.run("reg", "instrument", "status", "budapest-2001", "--on", "2026-11-26")
    assert [(each["status"], each["sources"]) for each in status["standings"]] == [
        ("party", [f"entry {made['index']}", f"entry {approved['index']}"])
    ]
    shell.run("reg", "register", "export", "--offline", shell.path("register.file"))
    verified = shell.run("-", "verify", "register", shell.path("register.file"))
    assert ([each["instrument"] for each in verified["instruments"]], verified["stands"]) == (["budapest-2001"], 2)
    assert (verified["void"], verified["not_understood"], verified["register"]) == ([], [], register)
    shell.run("reg", "instrument", "stand", "budapest-2001", *taken)
    (left,) = shell.run("reg", "instrument", "status", "budapest-2001")["standings"]
    assert (left["status"], left["sources"]) == ("none", [f"entry {approved['index']}"])  # Its declaration stands.


def test_leaf_0_names_the_texts_a_register_is_opened_with(shell: Terminal) -> None:
    shell.run("reg", "node", "init", "--url", "https://127.0.0.1:9")
    shell.roots("a")
    opening = ["--origin", "log.register.example", "--title", "A rehearsal", "--instrument", "budapest-2001"]
    shell.run("reg", "register", "draft", "opening", *opening, *shell.publics("a"), "--out", shell.path("open"))
    shell.sign("open", "a")
    shell.run("reg", "register", "submit", shell.path("open"))
    listed = shell.run("reg", "instrument", "list")
    assert {each["instrument"]: each["named_at_opening"] for each in listed}["budapest-2001"]
    assert [each["carried"] for each in listed if each["carried"]] == []
    wrong = [*opening[:-1], "no-such-text"]
    refused = shell.run(
        "reg", "register", "draft", "opening", *wrong, *shell.publics("a"), "--out", shell.path("other"), code=2
    )
    assert refused["error"] == "instrument-not-found"


def test_what_is_demanded_stands_once_with_every_article_that_demands_it() -> None:
    texts, day = load_instruments(), date(2026, 11, 27)
    found = legal_basis(texts, Positions(), ours="XC", theirs="XD", on=day)
    lines = between_lines(Between("XC", "XD", day, tuple(BasisShown(each, texts[each.instrument]) for each in found)))
    for text in "\n".join(lines).split("\n\n"):
        demanded = [line for line in text.split("\n") if line.startswith("  - ")]
        assert len(demanded) == len(set(demanded))
    assert any(line.endswith("describe the conduct, not only its name. [24, 25]") for line in lines)
    assert not any("none" in line.split() for line in lines)
