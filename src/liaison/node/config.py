"""What did the operator decide about this node? Read once from `liaison.toml` in the node's home, then frozen.

    [listen]
    host = "127.0.0.1"
    port = 8443
    [address]
    url = "https://127.0.0.1:8443"
    [database]
    url = ""                                  # empty: SQLite in the home; else postgresql://…
    [processes]
    web = 1                                   # more than one of each needs PostgreSQL
    workers = 1
    [peers]
    allowed_private_hosts = ["127.0.0.1"]     # a peer on a private address is reached only if named here
    [storage]
    keep_free_percent = 5                     # new work is refused while less of the disk is free than this,
    keep_free_at_most_mib = 2048              # or than this, whichever is smaller
    [attachments]
    largest = 4294967296                      # bytes of a file that may be attached here
    fetched_at_once = 100000000               # sealed bytes; what is larger is fetched when an officer asks for it

Invariants: unknown keys are refused rather than ignored, because a misspelt safety setting must not pass unseen;
`DATABASE_URL` in the environment wins over the file, so that a secret need not stand in it.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec

from liaison.errors import UsageError
from liaison.wire.typed import convert

CONFIG_NAME = "liaison.toml"
HOME_VARIABLE = "LIAISON_HOME"


class Listen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the node's doors listen."""

    host: str = "127.0.0.1"
    port: int = 8443


class Address(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where others reach the peer door; empty means it has none (files and letter boxes only)."""

    url: str = ""


class Database(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the tables are; an empty URL means SQLite in the node's home."""

    url: str = ""


class Processes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many processes `node serve` runs: for the doors, and for the outbox and the timers."""

    web: Annotated[int, msgspec.Meta(ge=1, le=32)] = 1
    workers: Annotated[int, msgspec.Meta(ge=1, le=64)] = 1


class Peers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which peers on private addresses the operator allows by name (all others are refused after resolution)."""

    allowed_private_hosts: tuple[str, ...] = ()


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a disk new work leaves free: the smaller of a share and an amount (docs/adr/0013)."""

    keep_free_percent: Annotated[int, msgspec.Meta(ge=0, le=90)] = 5
    keep_free_at_most_mib: Annotated[int, msgspec.Meta(ge=0)] = 2048

    def reserve(self, total: int) -> int:
        """The bytes to keep free on a file system of `total` bytes."""
        return min(total * self.keep_free_percent // 100, self.keep_free_at_most_mib << 20)


class Attachments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How large a file may be to be attached here, and up to which sealed size one is fetched unasked; in bytes.

    The most a file may have is what still fits the file way, whose headers name sizes below 8 GiB.
    """

    largest: Annotated[int, msgspec.Meta(ge=1, le=7 << 30)] = 4 << 30
    fetched_at_once: Annotated[int, msgspec.Meta(ge=0)] = 100 * 1000 * 1000


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything the operator decides about one node."""

    listen: Listen = Listen()
    address: Address = Address()
    database: Database = Database()
    peers: Peers = Peers()
    processes: Processes = Processes()
    storage: Storage = Storage()
    attachments: Attachments = Attachments()


def default_home() -> Path:
    """The node's home: `LIAISON_HOME`, else `~/.local/share/liaison`."""
    named = os.environ.get(HOME_VARIABLE)
    return Path(named) if named else Path.home() / ".local" / "share" / "liaison"


def read_config(home: Path) -> Config:
    """The configuration in `home`. Raises `UsageError` if it is missing or has a key that is not known."""
    path = home / CONFIG_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UsageError("node-not-initialised", home=str(home)) from None
    try:
        config = convert(tomllib.loads(text), Config)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise UsageError("config-not-understood", path=str(path), reason=str(error)) from error
    url = os.environ.get("DATABASE_URL", "")
    return msgspec.structs.replace(config, database=Database(url=url)) if url else config


def database_url(home: Path, config: Config) -> str:
    """The URL of the node's database, SQLite in its home unless the operator named another."""
    return config.database.url or f"sqlite:///{home / 'liaison.sqlite3'}"


def check_processes(home: Path, config: Config) -> None:
    """Return if the database can be worked on by so many processes. Raises `UsageError`."""
    several = max(config.processes.web, config.processes.workers) > 1
    if several and database_url(home, config).startswith("sqlite"):
        raise UsageError("processes-need-postgresql")
