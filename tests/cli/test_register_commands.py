"""Can a register be opened, joined and read with nothing but the commands?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import tests.with_django  # noqa: F401
from liaison.cli.main import main
from tests import engines

LETTER = "We ask that our contact centre be entered.\n"


class Terminal:
    """Runs commands in this process, each with `--json`."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        (folder / "pass").write_text("a long passphrase\n")
        (folder / "letter").write_text(LETTER)

    def run(self, home: str, *words: str, code: int = 0) -> Any:
        place = self.folder / home
        given = ["--home", str(place), *engines.on_this_engine(place, words), "--json"]
        found = main.run_command(given)  # type: ignore[attr-defined]
        out = self._capsys.readouterr()
        assert (found, out.err if found else "") == (code, out.err if code else "")
        return json.loads(out.out if code == 0 else out.err)

    def path(self, name: str) -> str:
        return str(self.folder / name)

    def roots(self, *names: str) -> None:
        for name in names:
            self.run("-", "key", "root", "--out", self.path(name), "--passphrase-file", self.path("pass"))

    def sign(self, draft: str, *names: str) -> Any:
        keys = [word for name in names for word in ("--key", self.path(f"{name}.key"))]
        return self.run("-", "key", "sign", self.path(draft), *keys, "--passphrase-file", self.path("pass"))

    def publics(self, *names: str) -> list[str]:
        return [word for name in names for word in ("--root", self.path(f"{name}.pub"))]

    def found(self) -> str:
        """A register whose secretariat is the node in `reg`."""
        self.run("reg", "node", "init", "--url", "https://127.0.0.1:9")
        self.roots("a", "b", "c")
        opening = ["--origin", "log.register.example", "--title", "A rehearsal", "--rehearsal", "--threshold", "2"]
        self.run(
            "reg", "register", "draft", "opening", *opening, *self.publics("a", "b", "c"), "--out", self.path("open")
        )
        self.sign("open", "a", "b", "c")
        register = str(self.run("reg", "register", "submit", self.path("open"))["register"])
        keys = ["--participant", "register", "--node", "main", "--out", self.path("keys")]
        self.run("reg", "register", "draft", "keys", *keys)
        self.sign("keys", "a", "b")
        self.run("reg", "register", "submit", self.path("keys"))
        self.run("reg", "register", "publish")
        return register


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, capsys)


def test_a_register_is_opened_and_joined_on_one_installation(terminal: Terminal) -> None:
    register = terminal.found()
    terminal.roots("xc")
    admission = [
        "--name",
        "State XC",
        "--code",
        "XC",
        "--letter",
        terminal.path("letter"),
        "--out",
        terminal.path("in"),
    ]
    terminal.run("reg", "register", "draft", "admission", *admission, *terminal.publics("xc"))
    terminal.sign("in", "xc", "a", "b", "c")
    participant = terminal.run("reg", "register", "submit", terminal.path("in"))["payload"]
    keys = ["--participant", participant, "--kind", "technical", "--out", terminal.path("xckeys")]
    terminal.run("reg", "register", "draft", "keys", *keys)
    terminal.sign("xckeys", "xc")
    terminal.run("reg", "register", "submit", terminal.path("xckeys"))
    (terminal.folder / "contact.json").write_text('{"institution": "National CSIRT", "mailbox": "duty@xc.example"}')
    desk = ["--kind", "technical", "--language", "en", "--contact", "participants", terminal.path("contact.json")]
    published = terminal.run("reg", "register", "desk", *desk)
    assert len(published["entries"]) == 2
    terminal.run("reg", "register", "resources", "--code", "XC", "--prefix", "192.0.2.0/24=duty")
    found = terminal.run("reg", "register", "search", "xc")
    assert [(each["desk"], each["status"], each["codes"]) for each in found] == [("duty", "confirmed", ["XC"])]
    shown = terminal.run("reg", "register", "show")
    assert (shown[0]["register"], shown[0]["size"], shown[0]["trusted_size"]) == (register, 8, 8)
    verified = terminal.run("reg", "register", "verify")
    assert (verified["size"], verified["void"]) == (8, [])


def test_an_exported_file_opens_without_a_node(terminal: Terminal) -> None:
    register = terminal.found()
    terminal.run("reg", "register", "export", "--offline", terminal.path("register.file"))
    terminal.run("reg", "register", "anchor", "--out", terminal.path("anchor"))
    opened = terminal.run(
        "nowhere", "register", "open", terminal.path("register.file"), "--anchor", terminal.path("anchor")
    )
    assert (opened["register"], opened["size"], opened["anchored"]) == (register, 3, True)


def test_a_draft_without_its_roots_is_refused_in_words(terminal: Terminal) -> None:
    terminal.found()
    keys = ["--participant", "register", "--node", "other", "--out", terminal.path("keys")]
    terminal.run("reg", "register", "draft", "keys", *keys)
    refused = terminal.run("reg", "register", "submit", terminal.path("keys"), code=1)
    assert refused["error"] == "draft-not-signed-enough"


def test_a_wrong_passphrase_opens_no_root(terminal: Terminal) -> None:
    terminal.found()
    terminal.run(
        "reg", "register", "draft", "keys", "--participant", "register", "--node", "x", "--out", terminal.path("keys")
    )
    (terminal.folder / "pass").write_text("another\n")
    keys = ["--key", terminal.path("a.key"), "--passphrase-file", terminal.path("pass")]
    assert terminal.run("-", "key", "sign", terminal.path("keys"), *keys, code=2)["error"] == "key-file-locked"


def test_nominations_are_imported_corrected_and_withdrawn(terminal: Terminal) -> None:
    terminal.found()
    head = "nomination,code,kind,letter,date,mission,withdrawn,institution\n"
    row = "xc-technical,XC,technical,{hash},2026-10-01,{mission},{gone},National CSIRT\n"
    letter = "5c" * 32

    def table(mission: str, gone: str, more: str = "") -> Any:
        (terminal.folder / "t.csv").write_text(head + row.format(hash=letter, mission=mission, gone=gone) + more)
        return terminal.run("reg", "register", "nominate", terminal.path("t.csv"))

    assert table("Mission of XC", "")["written"] == 1
    assert table("Mission of XC", "")["unchanged"] == 1
    assert table("Permanent Mission of XC", "")["written"] == 1
    found = terminal.run("reg", "register", "search", "xc")
    assert [(each["status"], each["name"]) for each in found] == [("nominated", "Permanent Mission of XC")]
    assert table("Permanent Mission of XC", "yes")["written"] == 1
    assert terminal.run("reg", "register", "search", "xc") == []


def test_the_log_is_exported_as_static_files_and_the_tables_are_rebuilt(terminal: Terminal) -> None:
    terminal.found()
    exported = terminal.run("reg", "register", "export", "--log", terminal.path("log"))
    assert exported["size"] == 3
    names = {path.relative_to(terminal.folder / "log").as_posix() for path in terminal.folder.glob("log/**/*")}
    assert {"checkpoint", "tile/0/000.p/3", "tile/entries/000.p/3"} <= names
    assert terminal.run("reg", "register", "rebuild")["entries"] == 3
    assert terminal.run("reg", "register", "verify")["size"] == 3


def test_words_and_fingerprints_lead_to_each_other(terminal: Terminal) -> None:
    terminal.roots("a")
    shown = terminal.run("-", "key", "show", terminal.path("a.pub"))
    assert terminal.run("-", "key", "words", shown["fingerprint"])["words"] == shown["words"]
    assert terminal.run("-", "key", "words", *shown["words"].split())["fingerprint"] == shown["fingerprint"]


def test_a_root_key_is_never_overwritten(terminal: Terminal) -> None:
    terminal.roots("a")
    again = ["--out", terminal.path("a"), "--passphrase-file", terminal.path("pass")]
    assert terminal.run("-", "key", "root", *again, code=2)["error"] == "file-exists"


def test_a_draft_says_what_it_holds_and_who_signed(terminal: Terminal) -> None:
    terminal.found()
    shown = terminal.run("-", "key", "show", terminal.path("open"))
    assert shown["says"]["kind"] == "register.opened"
    assert len(shown["signed_by"]) == 4


def test_a_policy_and_new_roots_are_drafted_signed_and_submitted(terminal: Terminal) -> None:
    terminal.found()
    terminal.roots("d")
    fresh = ["--participant", "register", *terminal.publics("a", "b", "d"), "--threshold", "2"]
    terminal.run("reg", "register", "draft", "roots", *fresh, "--out", terminal.path("roots"))
    terminal.sign("roots", "a", "b", "d")
    assert terminal.run("reg", "register", "submit", terminal.path("roots"))["kind"] == "participant.roots"
    terminal.run("reg", "register", "draft", "policy", "--k", "0", "--out", terminal.path("policy"))
    terminal.sign("policy", "a", "d")
    assert terminal.run("reg", "register", "submit", terminal.path("policy"))["kind"] == "policy.published"


def test_a_revocation_drawn_up_early_still_stands_later(terminal: Terminal) -> None:
    terminal.found()
    entries = terminal.run("reg", "register", "show", "--entries")
    assert [each["kind"] for each in entries] == ["register.opened", "participant.keys", "node.published"]
    keys = json.loads((terminal.folder / "keys").read_text())
    terminal.run("-", "key", "show", terminal.path("keys"))
    assert keys["draft"] == 1
    says = terminal.run("-", "key", "show", terminal.path("keys"))["says"]
    from liaison.keys.public import Algorithm, PublicKey

    message = says["body"]["nodes"][0]["message"]
    fingerprint = PublicKey(Algorithm(message["alg"]), message["key"]).fingerprint
    revoke = ["--participant", "register", "--fingerprint", fingerprint, "--out", terminal.path("revoke")]
    terminal.run("reg", "register", "draft", "revocation", *revoke)
    terminal.sign("revoke", "a", "c")
    terminal.run("reg", "register", "desk", "--kind", "technical", "--language", "en", code=1)
    assert terminal.run("reg", "register", "submit", terminal.path("revoke"))["index"] == 3


def test_following_without_a_line_keeps_the_anchor(terminal: Terminal) -> None:
    register = terminal.found()
    terminal.run("reg", "register", "anchor", "--out", terminal.path("anchor"))
    terminal.run("xc", "node", "init", "--allow-private", "127.0.0.1")
    followed = terminal.run("xc", "register", "follow", terminal.path("anchor"), "--no-fetch")
    assert followed["register"] == register
    assert terminal.run("xc", "register", "sync", code=3)["error"] == "no-mirror-answered"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["register", "export"], "export-needs-one-target"),
        (["register", "resources", "--prefix", "192.0.2.0/24"], "claim-malformed"),
        (["register", "show", "--register", "ffff", "--desks"], "choice-not-clear"),
        (["register", "draft", "revocation", "--participant", "register", "--fingerprint", "5c", "--out", "-"],
         "fingerprint-not-whole"),
    ],
)  # fmt: skip
def test_a_command_that_cannot_be_done_says_so(terminal: Terminal, words: list[str], error: str) -> None:
    terminal.found()
    code = 1 if error == "claim-malformed" else 2
    assert terminal.run("reg", *words, code=code)["error"] == error
