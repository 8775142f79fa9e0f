"""Is a case closed, archived and destroyed when its desk's rules say so, and is then nothing left but a signed stub?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from liaison.errors import LiaisonError, UsageError
from liaison.keys.public import Purpose
from liaison.messages.stub import verify_stub
from liaison.node.models import (
    AttachmentRow,
    AuditRow,
    Case,
    CaseStub,
    GivenReceipt,
    IncomingCopy,
    OutgoingCopy,
    TakenReceipt,
)
from liaison.node.reads.desk.listing import Filter, Reader, list_cases
from liaison.node.reads.desk.thread import read_thread
from liaison.node.reads.inbox import list_messages, show_message
from liaison.node.services.desk.answering import Saying, acknowledge_message, say
from liaison.node.services.desk.following import FollowUpRead, drop_follow_up, set_follow_up
from liaison.node.services.inside.retention import keep_retention, look_ahead
from liaison.node.services.inside.rules import hold, lift_hold, make_retention_rule
from liaison.node.services.line.attachments import seal_attachment
from liaison.node.services.line.transcripts import export_transcript
from liaison.officers.permissions import Role
from liaison.officers.retention import Obstacle, Rule, Step
from tests.node.inside.desks import seat
from tests.world import NOTICE, World

SECRET = "quartz-heron-lantern"
READER = Reader(contents=True)


def notice() -> dict[str, Any]:
    """A notice with a text that is found again wherever it stands."""
    return {**NOTICE, "description": {"lang": "en", "text": f"{SECRET} " * 400}, "own_reference": SECRET}


def keep(world: World, code: str, close: int = 10, archive: int = 20, destroy: int | None = 30, **of: str) -> None:
    """A rule of retention at the duty desk."""
    manager, by = seat(world, code, Role.ADMINISTRATOR)
    rule = Rule(of.get("form", ""), of.get("marking", ""), close, archive, destroy)
    make_retention_rule(world.nodes[code], manager, rule, by=by)


def run(world: World, code: str, days: int) -> list[str]:
    """Let days pass one by one as the daily job does; the steps that were taken."""
    taken = []
    for _ in range(days):
        world.advance(days=1)
        taken += [each.planned.step.value for each in keep_retention(world.nodes[code])]
    return taken


def files_of(folder: Path) -> Iterator[Path]:
    return (each for each in folder.rglob("*") if each.is_file())


@pytest.mark.sqlite
def test_destroyed_text_is_in_no_file_of_the_home(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        node = world.nodes["XC"]
        chunks = [f"{SECRET} in a file".encode()]
        attachment = seal_attachment(node, name=f"{SECRET}.txt", media_type="text/plain", chunks=chunks)
        (kept,) = world.send("XC", "XE", fields={**NOTICE, "own_reference": "kept-reference"})
        (sent,) = world.send("XC", "XD", fields=notice(), attachments=(attachment,))
        world.work()
        keep(world, "XC")
        home = [path for path in files_of(tmp_path / "xc") if SECRET.encode() in path.read_bytes()]
        assert home, "the text stands in the database while the case lives"
        blob = [path for path in files_of(tmp_path / "xc") if attachment.sealed in path.name]
        assert blob
        manager, by = seat(world, "XC", Role.ADMINISTRATOR)
        hold(node, manager, kept.case, "Asked for by the archive.", by=by)
        assert run(world, "XC", 31) == ["close", "close", "archive", "archive", "destroy"]
        for path in files_of(tmp_path / "xc"):
            assert SECRET.encode() not in path.read_bytes(), path
        assert not any(path.exists() for path in blob)
        assert node.home == tmp_path / "xc"
        with world.at("XC"):
            assert "kept-reference" in list(Case.objects.values_list("reference", flat=True))
            assert not AttachmentRow.objects.exists()
            assert not connections[node.database].in_atomic_block
            assert Case.objects.get(case=sent.case).destroyed_at is not None


@pytest.mark.engine
def test_what_is_left_is_a_stub_signed_by_the_node_and_the_receipts(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD", fields=notice())
        world.work()
        keep(world, "XD")
        acknowledge_message(world.nodes["XD"], world.desk("XD"), sent.message_id, officer=1)
        world.work()
        assert run(world, "XD", 31) == ["close", "archive", "destroy"]
        key = world.registry.key(f"XD/main/{Purpose.MESSAGE.value}").public
        with world.at("XD"):
            stub = verify_stub(bytes(CaseStub.objects.get().stub), {key.fingerprint: key})
            assert SECRET.encode() not in bytes(CaseStub.objects.get().stub)
            given, taken = GivenReceipt.objects.get(), TakenReceipt.objects.get()
            assert {each.message for each in stub.messages} == {
                IncomingCopy.objects.get().message_hash,
                OutgoingCopy.objects.get().message_hash,
            }
            assert {hash_ for each in stub.messages for hash_ in each.receipts} == {
                given.receipt_hash,
                taken.receipt_hash,
            }
            assert given.receipt
            assert AuditRow.objects.filter(action="case-destroyed", subject=sent.case).exists()
        other = world.registry.key(f"XC/main/{Purpose.MESSAGE.value}").public
        with world.at("XD"), pytest.raises(LiaisonError):
            verify_stub(bytes(CaseStub.objects.get().stub), {other.fingerprint: other})
        with world.at("XC"):
            assert OutgoingCopy.objects.get().message_hash in {each.message for each in stub.messages}


@pytest.mark.engine
def test_a_destroyed_case_is_refused_everywhere_in_words_and_breaks_no_list(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD", fields=notice())
        node, desk = world.nodes["XC"], world.desk("XC")
        keep(world, "XC")
        run(world, "XC", 31)
        for asked in (
            lambda: read_thread(node, desk, sent.case, reader=READER),
            lambda: export_transcript(node, sent.case),
            lambda: say(node, desk, Saying(case=sent.case, form="close", fields={}), officer=1),
        ):
            with pytest.raises(UsageError, match="case-destroyed"):
                asked()
        with pytest.raises(UsageError, match="message-destroyed"):
            show_message(node, sent.message_id)
        assert list_cases(node, desk, Filter(), reader=READER).rows == ()
        assert list_cases(node, desk, Filter(state="archived"), reader=READER).rows == ()
        assert [each.message_id for each in list_messages(node)] == [sent.message_id]


def test_a_message_that_comes_again_meets_the_same_receipt_and_a_new_one_goes_on(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD", fields=notice())
        keep(world, "XD")
        acknowledge_message(world.nodes["XD"], world.desk("XD"), sent.message_id, officer=1)
        world.work()
        run(world, "XD", 31)
        code, request = next(each for each in world.network.requests if each[1].path.endswith("/messages"))
        again = world.network.ask(f"{code.lower()}.example:8443", request)
        with world.at("XD"):
            assert IncomingCopy.objects.count() == 1
            assert bytes(GivenReceipt.objects.get().receipt) == bytes(again.body)
        reminder = Saying(case=sent.case, form="reminder", re=sent.message_id, fields={})
        say(world.nodes["XC"], world.desk("XC"), reminder, officer=1)
        world.work("XC")
        thread = read_thread(world.nodes["XD"], world.desk("XD"), sent.case, reader=READER)
        assert [each.core.form for each in thread.entries] == ["reminder"]


def test_an_archived_case_is_off_the_lists_read_only_and_comes_back_with_a_message(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        node, desk = world.nodes["XC"], world.desk("XC")
        keep(world, "XC", destroy=None)
        assert run(world, "XC", 40) == ["close", "archive"]
        assert list_cases(node, desk, Filter()).rows == ()
        assert [row.case for row in list_cases(node, desk, Filter(state="archived")).rows] == [sent.case]
        assert read_thread(node, desk, sent.case, reader=READER).entries
        with pytest.raises(UsageError, match="case-archived"):
            say(node, desk, Saying(case=sent.case, form="close", fields={}), officer=1)
        acknowledge_message(world.nodes["XD"], world.desk("XD"), sent.message_id, officer=1)
        world.work("XD")
        assert [row.case for row in list_cases(node, desk, Filter()).rows] == [sent.case]


def test_nothing_with_a_hold_or_an_open_clock_is_destroyed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (sent,) = world.send("XC", "XD")
        node, desk = world.nodes["XC"], world.desk("XC")
        manager, by = seat(world, "XC", Role.DIRECTORY)
        keep(world, "XC")
        assert run(world, "XC", 25) == ["close", "archive"]
        hold(node, manager, "", "An inquiry of parliament.", by=by)
        set_follow_up(node, desk, sent.case, FollowUpRead(world.clock.now(), ""), officer=1)
        assert run(world, "XC", 10) == []
        (planned,) = look_ahead(node)
        assert planned.planned.step is Step.DESTROY
        assert planned.planned.obstacles == (Obstacle.HOLD, Obstacle.FOLLOW_UP)
        drop_follow_up(node, desk, sent.case, officer=1)
        assert run(world, "XC", 1) == []
        lift_hold(node, manager, "", by=by)
        assert run(world, "XC", 1) == ["destroy"]


def test_a_case_nobody_acknowledged_is_not_even_closed(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.send("XC", "XD")
        keep(world, "XD")
        assert run(world, "XD", 15) == []
        assert [each.planned.obstacles for each in look_ahead(world.nodes["XD"])] == [(Obstacle.OWED,)]


def test_the_marking_that_keeps_longest_counts_and_one_desks_rules_bind_no_other(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        (marked,) = world.send("XC", "XD", marking="RESTRICTED")
        (plain,) = world.send("XC", "XD")
        keep(world, "XC")
        keep(world, "XC", 10, 20, None, marking="RESTRICTED")
        assert run(world, "XC", 31).count("destroy") == 1
        with world.at("XC"):
            assert Case.objects.get(case=plain.case).destroyed_at is not None
            assert Case.objects.get(case=marked.case).archived_at is not None
            assert Case.objects.get(case=marked.case).destroyed_at is None
        assert look_ahead(world.nodes["XD"]) == []
