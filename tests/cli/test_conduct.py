"""Do the commands on reports publish, show, compare and take back, and does the log alone prove a file of parts?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from liaison.cli.main import main
from liaison.conduct.reports import OWN, PUBLIC, encode_report
from tests.cli.test_register_commands import Terminal
from tests.conduct.examples import answer, report

pytestmark = pytest.mark.sqlite
REPORT = "conduct", "report"
ABOUT = "budapest-2001", "2026"


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, capsys)


def joined(shell: Terminal) -> str:
    """A register that carries a text, and the State XC on the secretariat's machine."""
    shell.found()
    shell.run("reg", "instrument", "publish", "budapest-2001")
    shell.roots("xc")
    (shell.folder / "letter").write_text("We ask.\n")
    admission = ["--name", "State XC", "--code", "XC", "--letter", shell.path("letter"), "--out", shell.path("in")]
    shell.run("reg", "register", "draft", "admission", *admission, *shell.publics("xc"))
    shell.sign("in", "xc", "a", "b", "c")
    participant: str = shell.run("reg", "register", "submit", shell.path("in"))["payload"]
    keys = ["--participant", participant, "--kind", "technical", "--out", shell.path("xckeys")]
    shell.run("reg", "register", "draft", "keys", *keys)
    shell.sign("xckeys", "xc")
    shell.run("reg", "register", "submit", shell.path("xckeys"))
    return participant


def written(shell: Terminal, name: str, participant: str, mark: str, period: int = 2026) -> str:
    answers = (answer("art-16", OWN, f"{mark}-own"), answer("art-29", PUBLIC, mark))
    (shell.folder / name).write_bytes(encode_report(report(participant, *answers, period=period)))
    return shell.path(name)


def test_a_report_is_published_shown_compared_exported_and_taken_back(shell: Terminal) -> None:
    xc = joined(shell)
    first, second = written(shell, "one", xc, "one"), written(shell, "two", xc, "two")
    assert len(shell.run("reg", *REPORT, "publish", first)["entries"]) == 1
    assert shell.run("reg", *REPORT, "publish", first)["entries"] == []
    shown = shell.run("reg", *REPORT, "show", *ABOUT)
    assert ([each["clause"] for each in shown["answers"]], shown["name"]) == (["art-16", "art-29"], "State XC")
    shell.run("reg", *REPORT, "export", *ABOUT, "--out", shell.path("again"))
    assert (shell.folder / "again").read_bytes() == (shell.folder / "one").read_bytes()
    changes = shell.run("reg", *REPORT, "diff", *ABOUT, "--with", second)
    assert [(each["clause"], each["change"], each["audience"]) for each in changes] == [
        ("art-16", "changed", None),
        ("art-29", "changed", None),
    ]
    shell.run("reg", *REPORT, "publish", written(shell, "last", xc, "last", period=2025))
    assert {each["change"] for each in shell.run("reg", *REPORT, "diff", *ABOUT)} == {"changed"}
    assert [(each["period"], each["withdrawn"]) for each in shell.run("reg", *REPORT, "list")] == [
        (2026, False),
        (2025, False),
    ]
    shell.run("reg", *REPORT, "withdraw", *ABOUT)
    assert [each["withdrawn"] for each in shell.run("reg", *REPORT, "list", "--of", "XC")] == [True, False]
    assert shell.run("reg", *REPORT, "withdraw", *ABOUT, code=1)["error"] == "rule-40"
    assert shell.run("reg", *REPORT, "show", "budapest-2001", "1999", code=2)["error"] == "report-of-year-not-found"


def test_anybody_sees_from_the_log_alone_whether_a_report_stands(
    shell: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    xc = joined(shell)
    shell.run("reg", *REPORT, "publish", written(shell, "one", xc, "one"))
    shell.run("reg", *REPORT, "export", *ABOUT, "--parts", "--public", "--out", shell.path("parts"))
    parts = (shell.folder / "parts").read_bytes()
    assert b"one law" in parts and b"one-own" not in parts

    def standing(code: int) -> list[str]:
        shell.run("reg", "register", "export", "--offline", shell.path("register.file"))
        given = ["verify", "register", shell.path("register.file"), "--report", shell.path("parts"), "--json"]
        assert main.run_command(given) == code  # type: ignore[attr-defined]
        return [each["standing"] for each in json.loads(capsys.readouterr().out)["judged"]]

    assert standing(0) == ["in-force"]
    (shell.folder / "parts").write_bytes(parts.replace(b"one law", b"one lie"))
    assert standing(1) == ["forged"]
    (shell.folder / "parts").write_bytes(parts)
    shell.run("reg", *REPORT, "publish", written(shell, "two", xc, "two"))
    assert standing(1) == ["superseded"]
    shell.run("reg", *REPORT, "withdraw", *ABOUT)
    assert standing(1) == ["withdrawn"]
    (shell.folder / "parts").write_bytes((shell.folder / "one").read_bytes())
    refused = shell.run("-", "verify", "register", shell.path("register.file"), "--report", shell.path("parts"), code=1)
    assert refused["error"] == "report-without-salts"
