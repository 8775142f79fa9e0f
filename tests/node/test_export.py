"""Can others read what leaves this node as files?"""

from __future__ import annotations

from pathlib import Path

import pytest

from liaison.adapters.tiles import FolderTileStore
from liaison.errors import VerificationError
from liaison.node.log.sources import make_anchor
from liaison.node.log.static import export_file, export_log
from liaison.register.anchor import parse_anchor
from liaison.register.export import decode_offline, verify_offline
from liaison.register.lookup import Directory
from liaison.tlog.checkpoint import verify_checkpoint
from liaison.tlog.log import verify_log
from liaison.wire.note import parse_note
from tests.node.stories import Story


def test_the_exported_log_verifies_from_its_files_alone(story: Story, tmp_path: Path) -> None:
    story.join("xc", "XC")
    target = FolderTileStore(tmp_path / "log")
    size = export_log(story.reg, register=story.register, target=target, progress=lambda _: None)
    note = parse_note(target.read_checkpoint() or b"")
    offline = decode_offline(export_file(story.reg, register=story.register))
    opened = verify_offline(offline)
    facts = opened.view.globals()
    assert facts is not None
    checkpoint = verify_checkpoint(note, facts.origin, facts.log_keys)
    assert verify_log(target, checkpoint.head).size == size


def test_the_offline_file_holds_the_desks_and_the_parts_of_its_audiences(story: Story) -> None:
    xc = story.join("xc", "XC")
    data = export_file(xc.node, register=story.register)
    opened = verify_offline(decode_offline(data), known=parse_anchor(make_anchor(story.reg, register=story.register)))
    assert [entry.desk for entry in Directory(opened.view).desks()] == ["duty"]
    assert {record.audience for record in opened.records} == {"public"}
    more = export_file(xc.node, register=story.register, audiences=("public", "participants"))
    assert {record.audience for record in decode_offline(more).records} == {"public", "participants"}


def test_an_offline_file_of_another_register_is_refused(story: Story) -> None:
    other = story.another_register("two")
    data = export_file(story.nodes["two"], register=other)
    with pytest.raises(VerificationError, match="anchor-other-register"):
        verify_offline(decode_offline(data), known=parse_anchor(story.anchor()))


def test_an_anchor_names_the_own_door_with_its_key_and_the_trusted_checkpoint(story: Story) -> None:
    anchor = parse_anchor(make_anchor(story.reg, register=story.register))
    (address,) = anchor.addresses
    assert address.startswith("https://reg.example#")
    assert len(address.partition("#")[2]) == 64
    assert anchor.checkpoint is not None
