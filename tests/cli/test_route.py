"""Does `liaison route` answer for addresses and take feeds through, with or without a node?"""

from __future__ import annotations

import gzip
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.with_django  # noqa: F401
from liaison.adapters.feeds import read_feed
from liaison.adapters.reports.report_folder import ReportFolder
from liaison.cli.main import main
from liaison.cli.route.screen import WIDTH, bar
from liaison.errors import MalformedError, UsageError
from tests.routing.world import DEMO_ALLOCATION, REAL_FEED

FEED = "time,ip,note\n1,192.0.2.7,a\n2,198.51.100.7,b\n2,198.51.100.7,b\n3,10.0.0.1,c\n4,nothing,d\n"
Run = Callable[..., Any]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `liaison route …` on a home that holds nothing but the allocation data of the demonstration."""
    home = ["--home", str(tmp_path / "home")]
    (tmp_path / "feed.csv").write_text(FEED)
    assert main.run_command([*home, "resources", "import", str(DEMO_ALLOCATION)]) == 0  # type: ignore[attr-defined]
    capsys.readouterr()

    def route(*words: str, code: int = 0, text: bool = False) -> Any:
        found = main.run_command([*home, "route", *words, *(() if text else ("--json",))])  # type: ignore[attr-defined]
        out = capsys.readouterr()
        assert (found, out.err if found != code else "") == (code, "")
        return out if text else json.loads(out.out or out.err)

    return route


def totals(value: dict[str, Any]) -> list[int]:
    return [value[name] for name in ("rows", "routed", "rejected", "duplicate")]


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_one_address_is_answered_with_reason_source_and_date(run: Run) -> None:
    (answer,) = run("192.0.2.7")
    assert {name: answer[name] for name in ("registered_in", "basis", "source", "date", "refusal", "contested")} == {
        "registered_in": "XC",
        "basis": "allocation",
        "source": "delegated-extended demo",
        "date": "2026-11-22",
        "refusal": None,
        "contested": [],
    }
    assert (answer["desk"]["desk"], answer["desk"]["standing"]) == ("XC", "unknown")


def test_several_single_questions_are_answered_in_order(run: Run) -> None:
    found = run("2001:db8::/48", "AS64501", "https://www.example.xe/a?b", "10.0.0.1")
    assert [answer["registered_in"] for answer in found] == ["XC", "XD", "XE", None]
    assert found[-1]["refusal"]["code"] == "special-purpose"


def test_people_read_registered_in_and_who_answers(run: Run) -> None:
    lines = [line.strip() for line in run("192.0.2.7", text=True).out.splitlines()]
    assert lines == [
        "192.0.2.7",
        "registered in   XC",
        "contact centre  not known here (whoever answers for XC)",
        "because         allocation data of the registries",
        "source          delegated-extended demo, 2026-11-22",
    ]


def test_a_feed_is_counted_without_writing_anything(run: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    value = run(str(tmp_path / "feed.csv"))
    assert totals(value) == [5, 2, 2, 1]
    assert value["reasons"] == {"host-malformed": 1, "special-purpose": 1}
    assert sorted(tmp_path.iterdir()) == before


def test_a_folder_holds_a_report_a_desk_the_rejects_and_the_totals(run: Run, tmp_path: Path) -> None:
    value = run(str(tmp_path / "feed.csv"), "--out", str(tmp_path / "reports"))
    found = {path.name: path.read_text() for path in (tmp_path / "reports").iterdir()}
    assert sorted(found) == ["XC.csv", "XD.csv", "rejects.csv", "summary.json"]
    assert found["XC.csv"].splitlines()[-1] == "1,192.0.2.7,a,XC,allocation,XC,delegated-extended demo,2026-11-22,"
    assert "It is not a legal order" in found["XD.csv"]
    assert found["rejects.csv"].splitlines()[1:] == [
        '5,special-purpose,,"3,10.0.0.1,c"',
        '6,host-malformed,,"4,nothing,d"',
    ]
    kept = json.loads(found["summary.json"])
    assert totals(kept) == totals(value)
    assert [(desk["file"], desk["rows"]) for desk in kept["desks"]] == [("XC.csv", 1), ("XD.csv", 1)]


def test_a_folder_that_is_there_is_never_written_over(run: Run, tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    refused = run(str(tmp_path / "feed.csv"), "--out", str(tmp_path / "reports"), code=2)
    assert (refused["error"], list((tmp_path / "reports").iterdir())) == ("out-exists", [])


def test_stdin_gzip_and_json_lines_are_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = b'{"source":{"ip":"192.0.2.7"}}\n{"source":{"ip":"203.0.113.9"}}\n'
    stdin(monkeypatch, gzip.compress(rows[:30]) + gzip.compress(rows[30:]))
    value = run("-", "--field", "source.ip")
    assert (totals(value), value["feed"]["format"], value["feed"]["name"]) == ([2, 2, 0, 0], "json-lines", "stdin")


def test_several_feeds_get_a_folder_each(run: Run, tmp_path: Path) -> None:
    (tmp_path / "other.txt.gz").write_bytes(gzip.compress(b"198.51.100.1\n"))
    found = run(str(tmp_path / "feed.csv"), str(tmp_path / "other.txt.gz"), "--out", str(tmp_path / "out"))
    assert [value["rows"] for value in found] == [5, 1]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["feed.csv", "other.txt"]


def test_a_column_that_is_not_there_is_named_and_nothing_stays(run: Run, tmp_path: Path) -> None:
    refused = run(str(tmp_path / "feed.csv"), "--column", "src", "--out", str(tmp_path / "reports"), code=2)
    assert refused["error"] == "feed-column-unknown"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed.csv", "home"]


def test_a_name_that_is_no_file_and_no_address_is_refused_in_words(run: Run) -> None:
    assert run("./feed-of-yesterday.csv", code=2)["error"] == "route-no-such-feed"
    assert run(code=2)["error"] == "route-what"


def test_a_file_wins_over_a_domain_of_its_name_unless_one_is_asked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("example.xc").write_text("192.0.2.7\n")
    assert run("example.xc")["rows"] == 1
    assert run("--one", "example.xc")[0]["basis"] == "suffix"


def test_an_override_comes_first_and_says_so(run: Run, tmp_path: Path) -> None:
    rules = '[[override]]\nresource = "192.0.2.0/25"\ndesk = "XE"\nnote = "by telephone"\ndate = "2026-11-01"\n'
    rules += '[[override]]\nresource = "XD"\ndesk = "nobody"\n'
    (tmp_path / "home" / "overrides.toml").write_text(rules)
    first, second = run("192.0.2.7", "198.51.100.7")
    assert (first["desk"]["desk"], first["basis"], first["source"]) == ("XE", "override", "by telephone")
    assert second["refusal"]["code"] == "withheld-by-operator"


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ('[[override]]\nresource = "192.0.2.0/25"\ndesc = "XE"\n', "overrides-not-understood"),
        ('[[override]]\nresource = "192.0.2.1/25"\ndesk = "XE"\n', "override-resource-unfit"),
        ('[[override]]\nresource = "192.0.2.0/25"\ndesk = "XE/duty"\n', "override-desk-unknown"),
    ],
)
def test_an_override_that_would_be_passed_over_stops_the_run(run: Run, tmp_path: Path, rule: str, error: str) -> None:
    (tmp_path / "home" / "overrides.toml").write_text(rule)
    assert run("192.0.2.7", code=2)["error"] == error


def test_the_shipped_feed_is_routed_whole_by_the_shipped_data(run: Run) -> None:
    value = run(str(REAL_FEED))
    assert (value["rows"], value["routed"] + value["rejected"] + value["duplicate"]) == (14217, 14217)
    assert value["sources"][-1]["name"] == "IPFire Location (tor-geoipdb)"


def test_sending_needs_a_node(run: Run, tmp_path: Path) -> None:
    assert run(str(tmp_path / "feed.csv"), "--send", code=2)["error"] == "node-not-initialised"


def packed(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "packed"
    path.write_bytes(data)
    return path


def test_a_gzip_bomb_is_stopped_at_its_limit(tmp_path: Path) -> None:
    bomb = packed(tmp_path, gzip.compress(bytes(50_000_000)))
    taken = 0
    with pytest.raises(MalformedError, match="feed-unpacks-too-far"):
        for chunk in read_feed(bomb, free=1 << 20, ratio=100):
            taken += len(chunk)
    assert taken <= (1 << 20) + 100 * bomb.stat().st_size


def test_a_bomb_leaves_no_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("liaison.adapters.feeds.read_feed.__kwdefaults__", {"free": 1000, "ratio": 10})
    bomb = packed(tmp_path, gzip.compress(b"192.0.2.7\n" * 500_000))
    assert run(str(bomb), "--out", str(tmp_path / "reports"), code=1)["error"] == "feed-unpacks-too-far"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feed.csv", "home", "packed"]


@pytest.mark.parametrize("cut", [5, 20, -1])
def test_gzip_that_ends_early_is_refused(tmp_path: Path, cut: int) -> None:
    feed = packed(tmp_path, gzip.compress(b"192.0.2.7\n" * 100)[:cut])
    with pytest.raises(MalformedError, match="feed-gzip-damaged"):
        list(read_feed(feed))


@given(st.binary(max_size=200))
def test_bytes_that_only_begin_like_gzip_are_refused_as_damaged(tmp_path_factory: Any, rest: bytes) -> None:
    feed = packed(tmp_path_factory.getbasetemp(), b"\x1f\x8b" + rest)
    with pytest.raises(MalformedError, match="feed-gzip-damaged"):
        list(read_feed(feed))


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=5))
def test_members_come_out_as_one_feed(tmp_path_factory: Any, parts: list[bytes]) -> None:
    feed = packed(tmp_path_factory.getbasetemp(), b"".join(gzip.compress(part) for part in parts))
    assert b"".join(read_feed(feed)) == b"".join(parts)


def test_zeros_after_the_last_member_are_passed_over(tmp_path: Path) -> None:
    feed = packed(tmp_path, gzip.compress(b"a\n") + gzip.compress(b"b\n") + bytes(512))
    assert b"".join(read_feed(feed)) == b"a\nb\n"


def test_two_runs_into_one_folder_do_not_mix(tmp_path: Path) -> None:
    folder = ReportFolder(tmp_path / "out")
    folder.append("0", b"1")
    (tmp_path / "out").mkdir()
    with pytest.raises(UsageError, match="out-exists"):
        folder.finish({"0": "a.csv"}, {})
    assert list((tmp_path / "out").iterdir()) == []


def test_what_a_killed_run_left_is_removed_and_what_runs_still_is_not(tmp_path: Path) -> None:
    running = ReportFolder(tmp_path / "out")
    running.append("0", b"1")
    left = tmp_path / ".other.4711.liaison-part"
    left.mkdir()
    (left / "0").write_bytes(b"2")
    ReportFolder(tmp_path / "next").finish({}, {})
    assert not left.exists()
    running.finish({"0": "a.csv"}, {})
    assert (tmp_path / "out" / "a.csv").read_bytes() == b"1"


def test_bars_are_to_scale_and_the_smallest_shows() -> None:
    assert [len(bar(rows, 1000)) for rows in (1000, 500, 1, 0)] == [WIDTH, WIDTH // 2, 1, 0]


def test_desks_stand_in_the_order_of_their_codes_and_never_of_their_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = tmp_path / "feed.txt"
    feed.write_text("a.fr\nb.fr\nc.fr\nd.br\n", encoding="utf-8")
    assert main.run_command(["--home", str(tmp_path / "none"), "route", str(feed), "--json"]) == 0
    desks = json.loads(capsys.readouterr().out)["desks"]
    assert [(desk["codes"], desk["rows"]) for desk in desks] == [(["BR"], 1), (["FR"], 3)]
