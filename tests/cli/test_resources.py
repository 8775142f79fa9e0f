"""Does importing allocation data keep what was there until the new is safe, and say which data are followed?"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.adapters.folder_files import FolderFiles
from liaison.cli.main import main
from liaison.errors import MalformedError, NotNowError
from liaison.node.services.resources import (
    TableFormat,
    decode_table,
    imported_tables,
    keep_table,
    load_tables,
    recognise,
)
from liaison.routing.ranges import NOTHING
from liaison.routing.snapshot import shipped
from tests import house

NOW = datetime(2026, 11, 22, 3, 2, tzinfo=UTC)
DEMO = house.ROOT / "src" / "liaison" / "cli" / "demo" / "data" / "delegated-demo-extended-20261122"
OLD = b"2|demo|20250101|1|20250101|20250101|+0000\ndemo|XC|ipv4|192.0.2.0|256|20250101|assigned|xc\n"
NEW = OLD.replace(b"2025", b"2026").replace(b"|XC|", b"|XD|")
TOR = b"# Generated: Thu, 25 Jun 2026 04:33:59 GMT\n16777216,16777471,XE\n167772160,167772415,XE\n"


def run(home: Path, *args: str) -> int:
    code: int = main.run_command(["--home", str(home), "resources", *args])  # type: ignore[attr-defined]
    return code


def listed(home: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(home, "list", "--json") == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def code_of(home: Path, address: int) -> str | None:
    """The code the first table that knows the address gives it."""
    for table in load_tables(FolderFiles(home / "resources")):
        place = table.ipv4.covers(address, address)
        value = int(table.ipv4.values[place][0])
        if value != NOTHING:
            return table.codes[value]
    return None


def file_of(folder: Path, name: str, data: bytes) -> str:
    (folder / name).write_bytes(data)
    return str(folder / name)


def test_without_a_home_the_shipped_data_are_listed_and_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "nowhere"
    assert [each["date"] for each in listed(home, capsys)] == [shipped().source.date]
    assert load_tables(FolderFiles(home / "resources")) == [shipped()]
    assert not home.exists()


def test_imported_data_lead_and_show_their_own_source_and_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, "import", str(DEMO)) == 0
    rows = listed(tmp_path, capsys)
    assert [each["name"] for each in rows] == ["delegated-demo-extended-20261122", "(shipped)"]
    assert (rows[0]["source"], rows[0]["date"]) == ("delegated-extended demo", "2026-11-22")
    assert code_of(tmp_path, 0xC0000200) == "XC"


def test_importing_a_name_again_replaces_it_in_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "import", file_of(tmp_path, "old", OLD), "--name", "demo") == 0
    assert run(tmp_path, "import", file_of(tmp_path, "tor", TOR)) == 0
    assert run(tmp_path, "import", file_of(tmp_path, "new", NEW), "--name", "demo") == 0
    assert [(each["name"], each["date"]) for each in listed(tmp_path, capsys)][:2] == [
        ("tor", "2026-06-25"),
        ("demo", "2026-01-01"),
    ]
    assert code_of(tmp_path, 0xC0000200) == "XD"
    assert len(list((tmp_path / "resources").iterdir())) == 3


def test_of_several_files_the_first_leads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = file_of(tmp_path, "one", OLD), file_of(tmp_path, "two", NEW)
    assert run(tmp_path, "import", *files) == 0
    assert [each["name"] for each in listed(tmp_path, capsys)][:2] == ["one", "two"]
    assert code_of(tmp_path, 0xC0000200) == "XC"


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (OLD + b"demo|XC|ipv4|192.0.2.0\n", ()),
        (b"", ()),
        (b"2|demo|20250101|0|20250101|20250101|+0000\n", ()),
        (OLD, ("--format", "mmdb")),
        (OLD, ("--format", "tor-geoipdb")),
        (b"\0\1\2\3" * 100 + b"\xab\xcd\xefMaxMind.com", ()),
    ],
    ids=["a bad line", "an empty file", "no allocation", "not a database", "another format", "a broken database"],
)
def test_a_bad_file_among_good_ones_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, options: tuple[str, ...]
) -> None:
    assert run(tmp_path, "import", file_of(tmp_path, "old", OLD), "--name", "demo") == 0
    before = listed(tmp_path, capsys)
    assert run(tmp_path, "import", file_of(tmp_path, "fine", NEW), file_of(tmp_path, "bad", data), *options) == 1
    assert "Nothing was imported" in capsys.readouterr().err
    assert listed(tmp_path, capsys) == before


class CutOff(FolderFiles):
    """A disk that takes the table and then no more."""

    def write(self, items: Any) -> None:
        if "index.json" in items:
            raise NotNowError("storage-refused", reason="no space left")
        super().write(items)


def test_a_crash_before_the_index_leaves_the_old_data_in_use(tmp_path: Path) -> None:
    assert run(tmp_path, "import", file_of(tmp_path, "old", OLD), "--name", "demo") == 0
    form = TableFormat.DELEGATED
    with pytest.raises(NotNowError):
        keep_table(
            CutOff(tmp_path / "resources"), decode_table(NEW, form), name="demo", form=form, taken_from="new", now=NOW
        )
    assert code_of(tmp_path, 0xC0000200) == "XC"


def test_damage_on_disk_is_noticed_before_anything_is_routed_by_it(tmp_path: Path) -> None:
    assert run(tmp_path, "import", str(DEMO)) == 0
    files = FolderFiles(tmp_path / "resources")
    place = tmp_path / "resources" / imported_tables(files)[0].file
    data = bytearray(place.read_bytes())
    data[-9] ^= 1
    place.write_bytes(data)
    with pytest.raises(MalformedError, match="table-damaged"):
        load_tables(files)


def test_what_was_removed_is_routed_by_no_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "import", str(DEMO), "--name", "demo") == 0
    assert run(tmp_path, "remove", "demo") == 0
    assert len(listed(tmp_path, capsys)) == 1
    assert run(tmp_path, "remove", "demo") == 2


@pytest.mark.parametrize("name", ["../outside", "", "with space", ".hidden", "x" * 65])
def test_a_name_that_could_be_a_path_is_refused(tmp_path: Path, name: str) -> None:
    files, table = FolderFiles(tmp_path / "resources"), decode_table(OLD, TableFormat.DELEGATED)
    with pytest.raises(Exception, match="table-name"):
        keep_table(files, table, name=name, form=TableFormat.DELEGATED, taken_from="x", now=NOW)


def test_one_name_for_two_files_is_refused(tmp_path: Path) -> None:
    files = file_of(tmp_path, "one", OLD), file_of(tmp_path, "two", NEW)
    assert run(tmp_path, "import", *files, "--name", "both") == 2


def test_special_purpose_space_in_tor_geoipdb_is_left_out(tmp_path: Path) -> None:
    table = decode_table(TOR, TableFormat.TOR_GEOIPDB)
    assert [int(table.ipv4.values[table.ipv4.covers(at, at)][0]) for at in (16777216, 167772160)] == [0, NOTHING]


def test_the_format_is_told_from_the_bytes() -> None:
    assert [recognise(OLD), recognise(b"# a comment\n" + OLD), recognise(TOR)] == [
        TableFormat.DELEGATED,
        TableFormat.DELEGATED,
        TableFormat.TOR_GEOIPDB,
    ]


@given(data=st.binary(max_size=200) | st.just(b'{"tables":[],"version":2}') | st.just(b'{"tables":[{}],"version":1}'))
def test_a_damaged_index_raises_only_our_error(data: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    files = FolderFiles(tmp_path_factory.mktemp("resources"))
    files.write({"index.json": data})
    with pytest.raises(MalformedError, match="table-index-damaged"):
        imported_tables(files)
