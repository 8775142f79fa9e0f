"""On which engine do a story's nodes keep their tables? SQLite in the home; PostgreSQL when `TEST_DATABASE_URL` is set.

    alias = engines.fresh_database(home)       an empty migrated database, known to Django under this alias
    twin = engines.copied_database(alias, home)      the same rows again, for another node
    original = engines.kept_copy(alias)        what it holds now, for every later `fresh_database(home, original)`
    engines.forget_database(alias)             its connections closed, the database of a server dropped

Invariants: the tables are migrated once a process and copied for each node, which is ten times faster. A story's
databases do not wait for the disk: its nodes are never killed. The crash tests have their own, which do.
"""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connections

import tests.with_django  # noqa: F401
from liaison.node.databases import add_database

SERVER = os.environ.get("TEST_DATABASE_URL", "")
CHOICE_OF_COPYING = 150000
"""The version of PostgreSQL that copies through its log unless asked to copy files, in twice the time for ours."""
_numbers = itertools.count()


def fresh_database(home: Path, original: str = "") -> str:
    """The alias of a new database for the node in `home`: empty tables, or a copy of what `kept_copy` gave."""
    return _copied(original or (_server_template(SERVER) if SERVER else str(_file_template())), home)


def kept_copy(alias: str) -> str:
    """A copy of the database `alias` as it is now, which stays for the process; for `fresh_database`."""
    connections[alias].close()
    current = str(connections.settings[alias]["NAME"])
    if not SERVER:
        copy = _file_template().parent / f"{next(_numbers)}.sqlite3"
        shutil.copy(current, copy)
        return str(copy)
    name = f"liaison_kept_{os.getpid()}_{next(_numbers)}"
    _on_server(_copying(name, current))
    atexit.register(_on_server, f'DROP DATABASE "{name}" WITH (FORCE)')
    return name


def copied_database(alias: str, home: Path) -> str:
    """The alias of a copy of the database `alias`, for the node in `home`."""
    connections[alias].close()
    return _copied(str(connections.settings[alias]["NAME"]), home)


def _copied(original: str, home: Path) -> str:
    alias = f"node:{home}"
    if SERVER:
        name = f"liaison_{os.getpid()}_{next(_numbers)}"
        _on_server(_copying(name, original))
        add_database(alias, _server_url(name))
    else:
        copy = home / "liaison.sqlite3"
        shutil.copy(original, copy)
        add_database(alias, f"sqlite:///{copy}")
        connections.settings[alias]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    return alias


def kept_url(alias: str) -> str:
    """Forget the database here, but keep it: its address on a server, "" for the file in its home."""
    name = connections.settings[alias]["NAME"]
    _forget(alias)
    return _server_url(name) if SERVER else ""


def copied_url(url: str) -> str:
    """The address of a copy of that database of the server, which nobody has open."""
    name = f"liaison_{os.getpid()}_{next(_numbers)}"
    _on_server(_copying(name, url.rpartition("/")[2]))
    return _server_url(name)


def drop_url(url: str) -> None:
    """Drop that database of the server, whoever has it open."""
    _on_server(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')


def made_tables(home: Path, server: str = SERVER) -> str:
    """What a real node in `home` names as its database, its tables made there: an address of the server; without one
    "", the file in its home. Migrating each anew takes more than ten times as long."""
    if server:
        name = f"liaison_{os.getpid()}_{next(_numbers)}"
        _on_server(_copying(name, _server_template(server), server), server)
        return _server_url(name, server)
    shutil.copy(_file_template(), home / "liaison.sqlite3")
    return ""


def empty_url(server: str = SERVER) -> str:
    """Where a real node keeps its tables: a new empty database of the server; without one "", the file in its home."""
    if not server:
        return ""
    name = f"liaison_{os.getpid()}_{next(_numbers)}"
    _on_server(f'CREATE DATABASE "{name}"', server)
    return _server_url(name, server)


def on_this_engine(home: Path, words: tuple[str, ...]) -> tuple[str, ...]:
    """A command as typed; `node init` finds its tables made, in `home` or in a database of the server that it names.

    With `--database` it is as typed: `tests/cli/test_doctor.py` holds that it makes the tables where there are none.
    """
    if words[:2] != ("node", "init") or "--database" in words:
        return words
    home.mkdir(mode=0o700, exist_ok=True)
    url = made_tables(home)
    return (*words, "--database", url) if url else words


def forget_database(alias: str) -> None:
    """Close the connections of this thread; drop the database if it is a server's."""
    name = _forget(alias)
    if SERVER:
        _on_server(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def closing_databases() -> Iterator[None]:
    """Forget at the end what was opened inside: each connection kept holds megabytes and three files."""
    before = set(connections.settings)
    try:
        yield
    finally:
        for alias in set(connections.settings) - before:
            (forget_database if alias.startswith("node:") else _forget)(alias)


def _forget(alias: str) -> str:
    connections[alias].close()
    settings = connections.settings.pop(alias)
    delattr(connections._connections, alias)  # type: ignore[attr-defined]
    return str(settings["NAME"])


def _copying(name: str, original: str, server: str = SERVER) -> str:
    """The statement that makes the database `name` a copy of `original`, file by file where a server has a choice."""
    told = f'CREATE DATABASE "{name}" TEMPLATE "{original}"'
    return f"{told} STRATEGY FILE_COPY" if _version(server) >= CHOICE_OF_COPYING else told


@functools.cache
def _version(server: str) -> int:
    with psycopg.connect(server) as connection:
        return connection.info.server_version


@functools.cache
def _file_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="liaison-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    _migrate(f"sqlite:///{folder / 'template.sqlite3'}")
    return folder / "template.sqlite3"


@functools.cache
def _server_template(server: str) -> str:
    name = f"liaison_template_{os.getpid()}"
    _on_server(f'CREATE DATABASE "{name}"', server)
    if server == SERVER:  # Any other ends with the fixture that started it.
        atexit.register(_on_server, f'DROP DATABASE "{name}" WITH (FORCE)')
    _migrate(_server_url(name, server))
    return name


def _migrate(url: str) -> None:
    add_database("template", url)
    call_command("migrate", database="template", verbosity=0, interactive=False)
    _forget("template")  # Its connection too: the next template may be of the other engine.


def _server_url(name: str, server: str = SERVER) -> str:
    return server.rsplit("/", 1)[0] + "/" + name


def _on_server(statement: str, server: str = SERVER) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]
