"""What do the two nodes of a crash test keep on disk? A home each: SQLite file, encrypted key files, folder of blobs.

On PostgreSQL (`TEST_DATABASE_URL`) a file `database` in the home names a database of the server instead.

register = build_homes(folder)             xc/ and xd/, which know each other and have an officer each
node = open_home(folder / "xc", link=…)    in a process of its own, with every commit counted
"""

from __future__ import annotations

import shutil
from pathlib import Path

from django.db import connections

from liaison.adapters.blobs import FolderBlobStore
from liaison.adapters.clock import SystemEntropy
from liaison.adapters.keyfiles import FolderKeyVault
from liaison.adapters.storage import HomeStorage
from liaison.messages.parties import DeskRef
from liaison.node.config import Address, Config, Storage
from liaison.node.databases import add_database
from liaison.node.models import ContactMethod
from liaison.node.node import Node
from liaison.node.peering import PeerLink
from liaison.node.ports import Clock
from liaison.node.services.people.officers import add_officer, grant
from liaison.node.unit_of_work import unit_of_work
from liaison.officers.permissions import Role
from tests import engines
from tests.mirrored import seed_node
from tests.register.registry import small_register
from tests.world import CountingWaker, HandClock

CODES = ("XC", "XD")
CREDENTIAL = bytes(32)
DATABASE = "database"
_registry = small_register(*CODES)
REGISTER = _registry.entries[0].leaf


def desk(code: str) -> DeskRef:
    """The technical desk of a State."""
    return DeskRef(_registry.ids[code], "main", "duty")


def build_homes(folder: Path) -> None:
    """Write both homes; no connection to them stays open."""
    for code in CODES:
        home = folder / code.lower()
        home.mkdir(parents=True)
        alias = engines.fresh_database(home)
        node = _node(home, alias, HandClock(), NoLink())
        seed_node(node, _registry, code)
        hire(node, desk(code))
        if url := engines.kept_url(alias):
            (home / DATABASE).write_text(url)


def hire(node: Node, at: DeskRef) -> None:
    """An officer of the desk who can be told, so that the steps of an escalation wait for each other."""
    officer, now = add_officer(node, login="ada", name="Ada"), node.clock.now()
    grant(node, officer, REGISTER, at, Role.OFFICER)
    with unit_of_work(node):
        ContactMethod.objects.create(officer=officer, channel="sms", address="ada", made_at=now, verified_at=now)


def copy_homes(original: Path, folder: Path) -> None:
    """Both homes again, each with its own tables."""
    shutil.copytree(original, folder)
    for named in folder.glob(f"*/{DATABASE}"):
        named.write_text(engines.copied_url(named.read_text()))


def remove_homes(folder: Path) -> None:
    """Both homes and their tables."""
    for named in folder.glob(f"*/{DATABASE}"):
        engines.drop_url(named.read_text())
    shutil.rmtree(folder)


def open_home(home: Path, *, clock: Clock, link: PeerLink) -> Node:
    """The node in `home`, with every commit a step."""
    named = home / DATABASE
    add_database("home", named.read_text() if named.exists() else f"sqlite:///{home / 'liaison.sqlite3'}")
    connections.settings["home"]["ENGINE"] = f"tests.crash.{'postgresql' if named.exists() else 'sqlite3'}_steps"
    return _node(home, "home", clock, link)


class NoLink:
    """Reaches nobody; nobody is called while a home is written."""

    def call(self, *_: object) -> None:
        raise AssertionError("nobody is called here")


def _node(home: Path, alias: str, clock: Clock, link: object) -> Node:
    storage = HomeStorage((home, home / "blobs"), reserve=Storage().reserve)
    return Node(
        home=home,
        database=alias,
        config=Config(address=Address(url=f"https://{home.name}.example:8443")),
        clock=clock,
        entropy=SystemEntropy(),
        vault=FolderKeyVault(home / "keys", CREDENTIAL, note=storage.note_failure),
        blobs=FolderBlobStore(home / "blobs", note=storage.note_failure),
        storage=storage,
        waker=CountingWaker(),
        link=link,  # type: ignore[arg-type]
    )
