"""Are the frozen bytes of evidence still made and read, and does the specification show what there is?"""

from __future__ import annotations

import io
import re
from typing import Any

import pytest

from liaison.cooperation.evidence.container import read_container
from liaison.cooperation.evidence.custody import _MAY, _MUST, Event, decode_line
from liaison.cooperation.evidence.manifest import PIECE, decode_manifest
from liaison.cooperation.evidence.record import decode_record
from liaison.cooperation.evidence.stamps import parse_trust, verify_stamp
from tests import house
from tests.cooperation.evidence import frozen

SPEC = (house.ROOT / "docs" / "spec" / "evidence.md").read_text(encoding="utf-8")


STAMPED = {"authority.pem", "stamp.der"}
"""By another program, so not made again."""


def vector(name: str) -> bytes:
    return (frozen.FOLDER / name).read_bytes()


@pytest.mark.parametrize("name", sorted(frozen.frozen()))
def test_the_frozen_bytes_are_still_made(name: str) -> None:
    assert frozen.frozen()[name] == vector(name)


def test_no_vector_is_forgotten() -> None:
    assert {path.name for path in frozen.FOLDER.iterdir()} == {*frozen.frozen(), *STAMPED, "README.md"}


def test_the_frozen_record_is_read_and_whole() -> None:
    record = decode_record(vector("record.json"))
    assert record.fold().broken == ()
    assert decode_manifest(vector("manifest.json")) == record.manifest
    assert decode_line(vector("line.json")).line_hash in {each.line_hash for each in record.lines}
    given = read_container(io.BytesIO(vector("container.tar")).read)
    assert (given.record, [name for name, chunks in given.files if list(chunks)]) == (
        record,
        [record.manifest.files[1].sha256],
    )


def test_the_frozen_stamp_is_still_believed() -> None:
    trust = parse_trust(vector("authority.pem"))
    at = verify_stamp(vector("stamp.der"), b"the payload of a line", trust)
    assert at.isoformat().startswith("2026-11-26T")


def test_the_specification_says_of_every_event_what_its_line_has() -> None:
    rows = re.findall(r"^   \| `([a-z-]+)` \| (.*?) \| (.*?) ?\|$", SPEC, re.MULTILINE)
    told = {event: (names(says) - {"null"}, names(may)) for event, says, may in rows}
    assert told == {event.value: (set(_MUST[event]), set(_MAY.get(event, ()))) for event in Event} | {
        "collected": ({"manifest", "evidence"}, set())
    }
    assert f"{PIECE:,} bytes" in SPEC


def names(cell: str) -> set[Any]:
    return set(re.findall(r"`([a-z]+)`", cell))
