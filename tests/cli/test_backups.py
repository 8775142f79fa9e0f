"""Does a backup bring a node back, whole or not at all?"""

from __future__ import annotations

import os
import stat
import tarfile
from pathlib import Path

import pytest
from django.db import connections

from liaison.cli.session import open_node
from liaison.keys.public import Purpose
from liaison.node.config import Database, read_config
from liaison.node.databases import close_database
from liaison.node.homes import format_config
from liaison.node.keyring import create_key, signer_by_fingerprint
from liaison.node.reads.own import current_epoch, setting
from liaison.node.services.setup import set_setting
from liaison.node.unit_of_work import unit_of_work
from tests.cli.homes import Terminal

pytestmark = pytest.mark.sqlite

BLOB = b"sealed bytes" * 1000


class Lived:
    """A home with a key, a setting and an attachment, and where its backups go."""

    def __init__(self, folder: Path, terminal: Terminal) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.terminal = terminal
        assert terminal.run(self.home, "node", "init") == 0
        node = open_node(self.home)
        self.key = create_key(node, purpose=Purpose.MESSAGE, register="ab" * 32, participant="cd" * 32)
        self.blob, _ = node.blobs.put([BLOB], limit=1 << 20)
        with unit_of_work(node):
            set_setting("remembered", "yes")
        self.epoch = current_epoch(node)
        self.credential = str(self.home / "credential")

    def back_up(self, name: str = "backup") -> Path:
        assert self.terminal.run(self.home, "node", "backup", str(self.folder / name)) == 0, self.terminal.err
        return self.folder / name

    def restore(self, backup: Path, home: str = "new") -> str:
        """The code of the refusal, or an empty text."""
        new = self.folder / home
        arguments = ("node", "restore", str(backup), "--credential", self.credential)
        if self.terminal.run(new, *arguments, "--json") == 0:
            return ""
        return self.terminal.refusal(new, *arguments)


@pytest.fixture
def lived(tmp_path: Path, terminal: Terminal) -> Lived:
    return Lived(tmp_path, terminal)


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_a_backup_brings_everything_back_but_the_epoch(lived: Lived, name: str) -> None:
    assert lived.restore(lived.back_up(name)) == ""
    node = open_node(lived.folder / "new")
    assert setting(node, "remembered") == "yes"
    assert signer_by_fingerprint(node, lived.key.fingerprint).public == lived.key
    assert b"".join(node.blobs.read(lived.blob)) == BLOB
    assert current_epoch(node) != lived.epoch
    assert node.config == open_node(lived.home).config


@pytest.mark.parametrize("name", ["backup", "backup.tar"])
def test_the_credential_is_in_no_backup(lived: Lived, name: str) -> None:
    secret = Path(lived.credential).read_bytes()
    backup = lived.back_up(name)
    files = [backup] if backup.is_file() else [path for path in backup.rglob("*") if path.is_file()]
    assert [path for path in files if secret in path.read_bytes()] == []
    assert "The credential is NOT in it" in lived.terminal.out


def test_only_the_owner_can_read_what_was_backed_up_and_restored(lived: Lived) -> None:
    backup = lived.back_up()
    assert lived.restore(backup) == ""
    places = [*backup.rglob("*"), backup, *(lived.folder / "new").rglob("*")]
    open_to_others = [path for path in places if stat.S_IMODE(path.stat().st_mode) & 0o077 and path.is_dir()]
    secrets = [path for path in places if path.suffix in (".key", ".pem", ".sqlite3") or path.name == "credential"]
    assert open_to_others == []
    assert [
        path for path in secrets if stat.S_IMODE(path.stat().st_mode) & 0o077 and "certificate" not in path.name
    ] == []


@pytest.mark.parametrize(
    "pattern", ["liaison.sqlite3", "liaison.toml", "keys/*.key", "tls/key.pem", "blobs/*/*", "manifest.json", "*.mac"]
)
def test_one_flipped_byte_is_refused_and_leaves_no_home(lived: Lived, pattern: str) -> None:
    backup = lived.back_up()
    (place,) = backup.glob(pattern)
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)
    assert lived.restore(backup) in {"backup-damaged", "backup-not-authentic"}
    assert sorted(path.name for path in lived.folder.iterdir()) == ["backup", "home"]


def test_one_flipped_byte_in_a_tar_is_refused(lived: Lived) -> None:
    backup = lived.back_up("backup.tar")
    with tarfile.open(backup) as tar:
        place = next(member.offset_data for member in tar if member.name == "liaison.sqlite3")
    with backup.open("r+b") as file:
        file.seek(place + 5000)
        byte = file.read(1)[0]
        file.seek(place + 5000)
        file.write(bytes([byte ^ 1]))
    assert lived.restore(backup) == "backup-damaged"


def test_a_missing_file_and_a_cut_off_tar_are_refused(lived: Lived) -> None:
    backup, tar = lived.back_up(), lived.back_up("backup.tar")
    (backup / "liaison.sqlite3").unlink()
    assert lived.restore(backup) == "backup-incomplete"
    os.truncate(tar, 100_000)
    assert lived.restore(tar) in {"backup-incomplete", "backup-not-readable"}


def test_another_credential_opens_no_backup(lived: Lived) -> None:
    backup = lived.back_up()
    other = lived.folder / "other"
    other.write_bytes(bytes(32))
    lived.credential = str(other)
    assert lived.restore(backup) == "backup-not-authentic"


def test_nothing_that_is_there_is_replaced(lived: Lived) -> None:
    backup = lived.back_up()
    assert lived.terminal.refusal(lived.home, "node", "backup", str(backup)) == "backup-exists"
    assert lived.restore(backup, "home") == "home-taken"
    assert lived.epoch == current_epoch(open_node(lived.home))


def test_a_restore_that_was_killed_leaves_no_home_and_does_not_hinder_the_next(lived: Lived) -> None:
    backup = lived.back_up()
    stage = lived.folder / ".new.restoring"
    (stage / "keys").mkdir(parents=True)
    (stage / "liaison.sqlite3").write_bytes(b"half of it")
    assert lived.restore(backup) == ""
    assert not stage.exists()


def test_a_configuration_that_named_another_database_names_the_restored_tables(lived: Lived) -> None:
    elsewhere = lived.folder / "elsewhere.sqlite3"
    alias = open_node(lived.home).database
    close_database(alias)
    del connections[alias]
    (lived.home / "liaison.sqlite3").rename(elsewhere)
    place = lived.home / "liaison.toml"
    config = read_config(lived.home)
    place.write_text(format_config(type(config)(config.listen, config.address, Database(f"sqlite:///{elsewhere}"))))
    assert lived.restore(lived.back_up()) == ""
    assert read_config(lived.folder / "new").database.url == ""


def test_a_node_on_postgresql_is_told_what_to_use_instead(
    lived: Lived, monkeypatch: pytest.MonkeyPatch, terminal: Terminal
) -> None:
    backup = lived.back_up()
    monkeypatch.setenv("DATABASE_URL", "postgresql://liaison@db.example/liaison")
    assert lived.restore(backup) == "restore-other-database"
    assert terminal.run(lived.home, "node", "backup", str(lived.folder / "other")) == 2
    assert "pg_dump" in terminal.err
    assert not list(lived.folder.glob(".other*"))


def test_a_restored_node_waits_for_its_operator(lived: Lived, terminal: Terminal) -> None:
    assert lived.restore(lived.back_up()) == ""
    new = lived.folder / "new"
    with pytest.raises(Exception, match="node-read-only"), unit_of_work(open_node(new)):
        set_setting("remembered", "no")
    assert terminal.value(new, "node", "restore", "--done")["read_only"] is False
    with unit_of_work(open_node(new)):
        set_setting("remembered", "no")
    assert terminal.refusal(new, "node", "restore", "--done") == "node-not-restored"


def test_tables_put_back_by_other_means_begin_a_fresh_epoch_too(lived: Lived, terminal: Terminal) -> None:
    epoch = terminal.value(lived.home, "node", "restore", "--tables-restored")["epoch"]
    assert epoch != lived.epoch
    with pytest.raises(Exception, match="node-read-only"), unit_of_work(open_node(lived.home)):
        pass
