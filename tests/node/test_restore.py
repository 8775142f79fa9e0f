"""Is a restored node's copy of one moment, and does it say nothing until its operator lets it?"""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from liaison.adapters.backups.archives import open_source, open_target
from liaison.adapters.backups.sqlite_copy import copy_sqlite
from liaison.errors import NotNowError, UsageError
from liaison.keys.public import Purpose
from liaison.node.config import CONFIG_NAME
from liaison.node.databases import add_database
from liaison.node.homes import format_config
from liaison.node.models import Case, Delivery, FollowedRegister, HeldKey, OutgoingCopy, Setting, WitnessedHead
from liaison.node.node import Node
from liaison.node.reads.overview import alarms
from liaison.node.reads.own import current_epoch
from liaison.node.reads.register import followed
from liaison.node.services import secretariat
from liaison.node.services.care.backup import make_backup
from liaison.node.services.care.manifest import copy_backup
from liaison.node.services.care.restore import begin_restored_life, open_restored
from liaison.node.services.line.sending import send_letter
from liaison.node.services.mirror import sync_register
from liaison.node.services.setup import set_setting
from liaison.node.unit_of_work import catching_up, reading, unit_of_work
from liaison.node.work.timers import run_due
from liaison.node.work.worker import work_through
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.tlog.checkpoint import parse_checkpoint
from liaison.wire.note import parse_note
from tests.node.stories import Story
from tests.world import World

pytestmark = pytest.mark.sqlite
CREDENTIAL = b"c" * 32


def back_up(node: Node, place: Path) -> Path:
    (node.home / CONFIG_NAME).write_text(format_config(node.config))
    make_backup(node, target=open_target(place), copy_database=copy_sqlite, credential=CREDENTIAL)
    return place


def restored(node: Node, backup: Path) -> Node:
    """The node in a new home, with the keys of the old one (this world keeps them in memory)."""
    home = backup.with_name(f"{backup.name}-home")
    copy_backup(open_source(backup), stage=home, credential=CREDENTIAL)
    alias = f"restored {home}"
    add_database(alias, f"sqlite:///{home / 'liaison.sqlite3'}")
    new = replace(node, home=home, database=alias)
    begin_restored_life(new)
    return new


@pytest.fixture
def world(tmp_path: Path) -> World:
    with World(tmp_path) as world:
        yield world


def test_a_backup_under_writing_load_is_one_moment_and_stops_nobody(world: World, tmp_path: Path) -> None:
    node, stop, written, turns = world.nodes["XC"], threading.Event(), [0], 0

    def write() -> None:
        while not stop.is_set():
            with unit_of_work(node):
                for name in ("left", "right"):
                    set_setting(name, str(written[0]))
            written[0] += 1
        from django.db import connections

        connections[node.database].close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        went_on = 0
        while went_on < 3 and turns < 30:  # On a busy machine the writer may get no turn during a short backup.
            before = written[0]
            back_up(node, tmp_path / f"backup{turns}")
            went_on += written[0] > before
            turns += 1
    finally:
        stop.set()
        writer.join()
    assert went_on == 3, "the writer goes on while a backup is made"
    for turn in range(turns):
        with reading(restored(node, tmp_path / f"backup{turn}")):
            found = dict(Setting.objects.filter(name__in=("left", "right")).values_list("name", "value"))
        assert found.get("left") == found.get("right")


def test_a_restored_node_reads_everything_and_has_another_epoch(world: World, tmp_path: Path) -> None:
    world.send("XC", "XD", "XE")
    node = world.nodes["XC"]
    new = restored(node, back_up(node, tmp_path / "backup"))
    for model in (Case, OutgoingCopy, FollowedRegister, HeldKey):
        with reading(node):
            before = list(model.objects.order_by("pk").values())
        with reading(new):
            assert list(model.objects.order_by("pk").values()) == before
    assert current_epoch(new) != current_epoch(node)


def test_a_restored_node_sends_nothing_and_receipts_nothing(world: World, tmp_path: Path) -> None:
    world.network.down.add("XD")
    world.send("XC", "XD")
    node = world.nodes["XC"]
    new = restored(node, back_up(node, tmp_path / "backup"))
    with pytest.raises(NotNowError, match="node-read-only"):
        send_letter(new, world.letter("XC", "XE"))
    world.network.down.clear()
    world.advance(hours=1)
    assert work_through(new) == 0
    with reading(new):
        assert Delivery.objects.count() == 1
    world.nodes["XC"] = new
    world.network.doors["XC"] = replace(world.network.doors["XC"], node=new)
    world.send("XD", "XC")
    with world.at("XD"):
        assert list(OutgoingCopy.objects.values_list("state", flat=True)) == ["queued"]


def test_no_unit_of_work_opens_but_those_that_only_take_in(world: World, tmp_path: Path) -> None:
    node = world.nodes["XC"]
    new = restored(node, back_up(node, tmp_path / "backup"))
    with pytest.raises(NotNowError, match="node-read-only"), unit_of_work(new):
        pass
    with catching_up(), unit_of_work(new):
        set_setting("seen", "yes")
    assert run_due(new, ()) == 0


def test_the_node_opens_again_only_after_its_registers_were_synchronised(world: World, tmp_path: Path) -> None:
    node = world.nodes["XC"]
    new = restored(node, back_up(node, tmp_path / "backup"))
    with pytest.raises(UsageError, match="restored-not-synchronised"):
        open_restored(new, alone=False)
    with catching_up(), unit_of_work(new):
        FollowedRegister.objects.update(checked_at=world.clock.now())
    assert open_restored(new, alone=False) == [world.register]
    assert send_letter(new, world.letter("XC", "XE"))


def test_the_operators_word_opens_a_node_that_nobody_can_bring_up_to_date(world: World, tmp_path: Path) -> None:
    node = world.nodes["XC"]
    new = restored(node, back_up(node, tmp_path / "backup"))
    assert open_restored(new, alone=True) == [world.register]
    with pytest.raises(UsageError, match="node-not-restored"):
        open_restored(new, alone=True)


def test_a_witness_never_begins_again_below_what_its_mirror_holds(world: World, tmp_path: Path) -> None:
    node = world.nodes["XC"]
    with unit_of_work(node):
        row = HeldKey.objects.first()
        row.purpose = Purpose.COSIGNING.value
        row.save()
        WitnessedHead.objects.create(register=world.register, size=1, root="00" * 32)
    new = restored(node, back_up(node, tmp_path / "backup"))
    open_restored(new, alone=True)
    with reading(new):
        head, followed = WitnessedHead.objects.get(), FollowedRegister.objects.get()
    checkpoint = parse_checkpoint(parse_note(bytes(followed.checkpoint)).text)
    assert (head.size, head.root) == (checkpoint.size, checkpoint.root.hex())


def test_a_restored_secretariat_goes_on_from_what_its_mirrors_hold(story: Story) -> None:
    story.join("xc", "XC")
    story.sync("xc")
    behind = story.follow("behind")
    backup = back_up(story.reg, story.folder / "backup")
    story.join("xd", "XD")
    story.sync("xc", "xd")
    size = followed(story.reg, story.register).size
    assert followed(behind, story.register).size < size
    new = restored(story.reg, backup)
    story.line.doors["reg"] = Door(new, Quotas())
    with pytest.raises(NotNowError, match="node-read-only"):
        secretariat.submit_entries(new, register=story.register, envelopes=[b"{}"])
    assert sync_register(new, register=story.register).size == size
    open_restored(new, alone=False)
    story.reg = story.nodes["reg"] = story.residents["reg"].node = new
    story.join("xe", "XE")
    story.sync("xc", "xd", "behind")
    assert {followed(node, story.register).size for node in story.nodes.values()} == {
        followed(new, story.register).size
    }
    assert [node for node in story.nodes.values() if alarms(node, story.register)] == []


def test_numbers_begin_again_under_the_new_epoch_so_that_none_is_given_twice(world: World, tmp_path: Path) -> None:
    sent = world.send("XC", "XD")
    node = world.nodes["XC"]
    new = restored(node, back_up(node, tmp_path / "backup"))
    open_restored(new, alone=True)
    send_letter(new, world.letter("XC", "XD", case=sent[0].case))
    with reading(new):
        numbers = list(OutgoingCopy.objects.order_by("pk").values_list("epoch", "seq"))
    assert [seq for _, seq in numbers] == [0, 0]
    assert numbers[0][0] != numbers[1][0]


def test_the_newest_epoch_counts_where_the_clock_went_back(world: World, tmp_path: Path) -> None:
    node = world.nodes["XC"]
    backup = back_up(node, tmp_path / "backup")
    world.advance(days=-400)
    new = restored(node, backup)
    assert current_epoch(new) != current_epoch(node)
