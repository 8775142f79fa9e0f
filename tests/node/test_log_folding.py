"""Does no request wait until SQLite has folded its write-ahead log into the file, and is it folded all the same?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from liaison.node.databases import MOST_PAGES_IN_LOG, fold_log, leave_folding
from liaison.node.models import Setting
from tests.engines import forget_database, fresh_database
from tests.scenarios.processes import Processes

pytestmark = pytest.mark.sqlite
ROWS = 200


@pytest.fixture
def alias(tmp_path: Path) -> Iterator[str]:
    found = fresh_database(tmp_path)
    yield found
    forget_database(found)


def write(alias: str) -> None:
    connections[alias].ensure_connection()
    for number in range(ROWS):
        Setting.objects.using(alias).create(name=f"{number}", value="x" * 2000)


def test_a_served_process_leaves_the_folding_of_a_long_log_to_the_worker(alias: str) -> None:
    leave_folding(alias)
    with connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint")
        assert cursor.fetchone() == (MOST_PAGES_IN_LOG,)
        cursor.execute("PRAGMA secure_delete")
        assert cursor.fetchone() == (1,)


def test_what_is_folded_stands_in_the_file_itself_and_nothing_stays_in_the_log(alias: str) -> None:
    leave_folding(alias)
    file = Path(connections.settings[alias]["NAME"])
    before = file.stat().st_size
    write(alias)
    assert file.stat().st_size == before
    assert fold_log(alias) == 0
    assert file.stat().st_size > before


def test_a_reader_that_looks_at_older_rows_is_not_held_up_and_the_rest_is_folded_after_it(alias: str) -> None:
    leave_folding(alias)
    write(alias)
    reader = connections[alias].copy("reader")
    try:
        with reader.cursor() as looking:
            looking.execute("BEGIN")
            looking.execute("SELECT COUNT(*) FROM node_setting")
            seen = looking.fetchone()
            Setting.objects.using(alias).all().update(value="y")
            assert fold_log(alias) > 0
            looking.execute("SELECT COUNT(*) FROM node_setting WHERE value <> 'y'")
            assert looking.fetchone() == seen
            looking.execute("ROLLBACK")
        assert fold_log(alias) == 0
    finally:
        reader.close()


@pytest.mark.soak
def test_the_worker_of_a_served_node_folds_what_other_processes_wrote(tmp_path: Path) -> None:
    with Processes(tmp_path, "XC") as nodes:
        nodes.start("XC")
        alias = nodes.nodes["XC"].database
        leave_folding(alias)
        connections[alias].close()
        file = Path(connections.settings[alias]["NAME"])
        before = file.stat().st_size
        write(alias)
        until = time.monotonic() + 60
        while file.stat().st_size == before and time.monotonic() < until:
            time.sleep(0.5)
        assert file.stat().st_size > before
