"""Does a large file arrive whatever cuts, kills or spoils its fetching, and does it let others through?"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from liaison.adapters.blobs import FolderBlobStore
from liaison.cooperation.evidence.manifest import PIECE
from liaison.errors import UnreachableError, UsageError, VerificationError
from liaison.messages.message import Attachment
from liaison.node.config import Attachments
from liaison.node.models import AttachmentRow, Delivery
from liaison.node.node import Node
from liaison.node.reads.inbox import show_message
from liaison.node.services.care.orphans import OLD_SECONDS, sweep_orphans
from liaison.node.services.line.attachments import open_attachment, seal_attachment
from liaison.node.services.line.fetching import Pace, fetch_piece, first_pace, want_attachments
from liaison.node.work.at_once import fetch_at_once
from liaison.peer.door import Door
from liaison.peer.quotas import Quotas
from liaison.wire.byte_ranges import ByteRange, format_content_range
from liaison.wire.http import HttpAnswer, HttpRequest
from tests import engines
from tests.scenarios.processes import ROOT, Processes
from tests.scenarios.test_processes import NOTICE, until
from tests.world import HandClock, World

pytestmark = pytest.mark.sqlite
SOURCE = "c4" * 32
ALLOWED_GROWTH = 32_000_000
MOST_TO_VERIFY = 72 << 20
"""The program with its libraries fits into it, and nothing that grows with the file."""
MEASURED = (
    "import resource, subprocess, sys; code = subprocess.call(sys.argv[2:]);"
    "open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)); sys.exit(code)"
)
LARGE, LARGEST = 256 << 20, 2 << 30


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World(tmp_path, codes=("XC", "XD")) as built:
        yield built


def attach(world: World, data: bytes) -> tuple[str, Attachment]:
    attachment = seal_attachment(
        world.nodes["XC"], name="image.bin", media_type="application/octet-stream", chunks=[data]
    )
    return world.send("XC", "XD", attachments=(attachment,))[0].message_id, attachment


def rows(world: World) -> list[tuple[str, int]]:
    with world.at("XD"):
        return list(AttachmentRow.objects.values_list("state", "spoiled"))


def spoil(world: World, place: int) -> None:
    """Have XC's door give one wrong byte."""
    ask = world.network.ask

    def altered(host: str, request: HttpRequest) -> HttpAnswer:
        answer = ask(host, request)
        asked = request.headers.get("range")
        if answer.status != 206 or asked is None:
            return answer
        start = int(asked.removeprefix("bytes=").partition("-")[0])
        body = bytearray(answer.body)
        if start <= place < start + len(body):
            body[place - start] ^= 1
        return HttpAnswer(answer.status, bytes(body), answer.headers)

    world.network.ask = altered  # type: ignore[method-assign]


def with_bound(node: Node, size: int) -> Node:
    """The node that fetches unasked only what is not above so many sealed bytes."""
    return replace(node, config=structs.replace(node.config, attachments=Attachments(fetched_at_once=size)))


@settings(max_examples=60, deadline=None)
@given(
    size=st.integers(1, 300_000),
    events=st.lists(
        st.tuples(st.sampled_from(("given", "short", "cut", "killed")), st.integers(1, 90_000)), max_size=12
    ),
)
def test_cuts_and_kills_of_a_fetch_leave_a_beginning_and_end_in_the_whole(
    tmp_path_factory: pytest.TempPathFactory, size: int, events: list[tuple[str, int]]
) -> None:
    data = hashlib.shake_256(size.to_bytes(4)).digest(size)
    digest = hashlib.sha256(data).hexdigest()
    folder = tmp_path_factory.mktemp("fetch") / "blobs"
    left = list(events)
    twin = b""

    def ask(wanted: ByteRange) -> HttpAnswer:
        nonlocal twin
        what, number = left.pop(0) if left else ("given", size)
        if what == "cut":
            raise UnreachableError("peer-hung-up", url=what)
        end = wanted.end if what == "given" else min(wanted.end, wanted.start + number)
        twin += data[len(twin) : len(twin) + end - wanted.start]
        given_range = ByteRange(wanted.start, end)
        headers = {"content-range": format_content_range(given_range, size)}
        return HttpAnswer(206, data[wanted.start : end], headers)

    for _ in range(len(events) + 40):
        store = FolderBlobStore(folder)  # Another process each time: only the disk remembers.
        with store.partial(digest, SOURCE) as partial:
            assert b"".join(partial.read()) == twin
            try:
                fetch_piece(partial, size, ask, HandClock(), first_pace(attempts=0, fetching=1))
            except UnreachableError:
                continue
            if partial.size == size:
                partial.finish()
                break
    assert b"".join(store.read(digest)) == data
    assert store.arrived(digest, SOURCE) == 0


def test_a_range_grows_with_the_line_and_shrinks_with_it() -> None:
    pace = first_pace(attempts=0, fetching=1)
    sizes = []
    for _ in range(4):
        sizes.append(pace.size)
        pace = pace.after(pace.size, 0.01)
    assert sizes == [64 << 10, 256 << 10, 1 << 20, 2 << 20]
    assert pace.after(64 << 10, 8.0) == Pace(32 << 10, 2 << 20)
    assert first_pace(attempts=9, fetching=1).size == 16 << 10
    assert first_pace(attempts=0, fetching=100).ceiling * 100 <= 8 << 20


def test_a_wrong_byte_costs_what_stands_behind_it_and_three_of_them_the_file(world: World) -> None:
    message_id, attachment = attach(world, os.urandom(1 << 20))
    ask = world.network.ask
    spoil(world, 700_000)
    for _ in range(6):
        world.work()
        world.advance(minutes=6)
    assert rows(world) == [("failed", 3)]
    node = world.nodes["XD"]
    assert node.blobs.partials() == []
    world.network.ask = ask  # type: ignore[method-assign]
    (row,) = want_attachments(node, message_id)
    list(fetch_at_once(node, row))
    assert rows(world) == [("held", 0)]
    assert node.blobs.has(attachment.sealed)


def test_a_piece_is_bounded_and_given_back_so_that_others_get_their_turn(world: World) -> None:
    message_id, _ = attach(world, bytes(40 << 20))
    node = world.nodes["XD"]
    (row,) = want_attachments(node, message_id)
    arrived = list(fetch_at_once(node, row))
    assert len(arrived) >= 3
    assert max(after - before for before, after in pairwise(arrived)) <= 18 << 20
    with world.at("XD"):
        assert not Delivery.objects.filter(kind="fetch").exists()
    opened = show_message(node, message_id).core.attachments[0]
    assert sum(map(len, open_attachment(node, opened))) == 40 << 20


def test_a_file_above_the_bound_waits_until_an_officer_asks(world: World) -> None:
    world.nodes["XD"] = with_bound(world.nodes["XD"], 1000)
    world.network.doors["XD"] = Door(world.nodes["XD"], Quotas())
    message_id, _ = attach(world, bytes(100_000))
    world.work()
    assert rows(world) == [("on-demand", 0)]
    want_attachments(world.nodes["XD"], message_id)
    world.work()
    assert rows(world) == [("held", 0)]


def test_orphans_are_swept_when_old_and_named_files_stay(world: World) -> None:
    node = world.nodes["XC"]
    _, named = attach(world, b"named")
    orphan = seal_attachment(node, name="a.bin", media_type="application/octet-stream", chunks=[b"orphan"])
    young = seal_attachment(node, name="b.bin", media_type="application/octet-stream", chunks=[b"young"])
    for each in (named, orphan):
        path = node.home / "blobs" / each.sealed[:2] / each.sealed
        then = path.stat().st_mtime - OLD_SECONDS - 60
        os.utime(path, (then, then))
    assert sweep_orphans(node) == 1
    assert [node.blobs.has(each.sealed) for each in (named, orphan, young)] == [True, False, True]
    with pytest.raises(UsageError, match="attachment-not-here"):
        world.send("XC", "XD", attachments=(orphan,))


def test_a_file_that_does_not_open_leaves_no_plaintext_under_its_name(world: World, tmp_path: Path) -> None:
    from liaison.cli.message.attached import save_attachments

    message_id, attachment = attach(world, os.urandom(300_000))
    world.work()
    node = world.nodes["XD"]
    path = node.home / "blobs" / attachment.sealed[:2] / attachment.sealed
    with path.open("r+b") as handle:
        handle.seek(250_000)
        handle.write(b"wrong")
    core = show_message(node, message_id).core
    with pytest.raises(VerificationError):
        save_attachments(node, core, {0}, tmp_path / "saved")
    assert list((tmp_path / "saved").iterdir()) == []


def pss(world: Processes, code: str) -> int:
    server = psutil.Process(world.running[code].pid)
    return sum(each.memory_full_info().pss for each in [server, *server.children(recursive=True)])


def partial_size(world: Processes) -> int:
    return sum(path.stat().st_size for path in (world.home("XD") / "blobs").glob(".fetched-*"))


def kill_each_side_once(world: Processes, kills: list[str]) -> bool:
    """Kill a side at every 64 MiB that have arrived; whether all of it is here."""
    if kills and partial_size(world) > (3 - len(kills)) * (64 << 20):
        code = kills.pop(0)
        world.kill(code)
        world.start(code)
    return not kills


def test_a_quarter_of_a_gigabyte_of_evidence_arrives_although_both_sides_are_killed(tmp_path: Path) -> None:
    travels(tmp_path, LARGE, engines.SERVER)


@pytest.mark.soak
def test_two_gigabytes_of_evidence_arrive_although_both_sides_are_killed(tmp_path: Path) -> None:
    travels(tmp_path, LARGEST, "", seconds=1800.0)


@pytest.mark.soak
def test_a_quarter_of_a_gigabyte_of_evidence_arrives_on_a_server_too(tmp_path: Path, server: str) -> None:
    travels(tmp_path, LARGE, server, seconds=600.0)


def travels(tmp_path: Path, size: int, server: str, *, seconds: float = 300.0) -> None:
    """Evidence of that size goes from XC to XD, which are killed on the way, and neither holds more of it in memory,
    nor do the commands that collect and export it; a process that stays small checks the export and locates a byte."""
    image = tmp_path / "image.dd"
    with image.open("wb") as handle:
        handle.truncate(size)
    with Processes(tmp_path, "XC", "XD", server=server) as world:
        for code in ("XC", "XD"):
            world.start(code)
        evidence, message_id, growth = hand_over(world, image, seconds)
        until(lambda: world.run("XD", "message", "list", seconds=seconds)[-1]["form"] == "evidence-handover", seconds)
        idle = {code: pss(world, code) for code in ("XC", "XD")}
        want_attachments(world.nodes["XD"], message_id)
        kills, highest = ["XC", "XD"], dict.fromkeys(idle, 0)

        def arrived() -> bool:
            done = kill_each_side_once(world, kills)
            for code in highest:
                highest[code] = max(highest[code], pss(world, code))
            files = [path for path in (world.home("XD") / "blobs").glob("??/*") if path.stat().st_size >= size]
            return done and bool(files)

        until(arrived, seconds)
        exported = tmp_path / "evidence.tar"
        shown, least = measured(world, "XD", "evidence", "show", evidence, seconds=seconds)
        words = ("evidence", "export", evidence, str(exported), "--accept", shown["accept"])
        growth["export"] = measured(world, "XD", *words, seconds=seconds)[1] - least
        print({code: f"{idle[code] >> 20} MiB, at most {value >> 20} MiB" for code, value in highest.items()})
        print({name: f"{value >> 20} MiB more than a command without files" for name, value in growth.items()})
        for name, value in (growth | {code: highest[code] - idle[code] for code in highest}).items():
            assert value <= ALLOWED_GROWTH, (name, growth, idle, highest)
    place = size // 2 + 17
    with exported.open("r+b") as handle:
        handle.seek(exported.stat().st_size - size - 1024 + place)
        handle.write(b"x")
    told, peak = verify_offline(exported)
    (file,) = told["files"]
    ((start, end),) = file["wrong"]
    assert (told["proven"], file["same"], start <= place < end, end - start) == (False, False, True, PIECE)
    assert [each["code"] for each in told["findings"] if each["fatal"]] == ["file-changed"]
    print(f"verified with at most {peak >> 20} MiB in memory")
    assert peak < MOST_TO_VERIFY


def hand_over(world: Processes, image: Path, seconds: float) -> tuple[str, str, dict[str, int]]:
    """XC collects the image and hands it over to XD: the evidence, the message it goes in, and how much more memory
    each of the two commands took than one that sends a notice."""
    notice, least = measured(world, "XC", "message", "send", "--to", "XD", *NOTICE, seconds=seconds)
    words = ("evidence", "add", notice[0]["case"], str(image), "--what", "An image")
    added, adding = measured(world, "XC", *words, seconds=seconds)
    words = ("evidence", "hand-over", added["evidence"], "--to", "XD", "--purpose", "Proceedings")
    sent, giving = measured(world, "XC", *words, seconds=seconds)
    return added["evidence"], sent[0]["id"], {"add": adding - least, "hand-over": giving - least}


def measured(world: Processes, code: str, *words: str, seconds: float) -> tuple[Any, int]:
    """What a command says, and the most memory that its process had, in bytes."""
    peak = world.folder / "peak"
    said = world.run(code, *words, inside=(sys.executable, "-c", MEASURED, str(peak)), seconds=seconds)
    return said, int(peak.read_text(encoding="ascii")) << 10


def verify_offline(path: Path) -> tuple[Any, int]:
    """What `liaison verify evidence` says in a process of its own, and the most memory that process had, in bytes."""
    program = (
        "import re, sys; from liaison.cli.main import main; code = main.run_command(sys.argv[1:]);"
        "print(re.search('VmHWM:.*?([0-9]+)', open('/proc/self/status').read())[1], file=sys.stderr); sys.exit(code)"
    )
    words = [sys.executable, "-c", program, "verify", "evidence", str(path), "--json"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": "src"})
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout), int(done.stderr.splitlines()[-1]) << 10
