"""Is a byte that changed found, and does the answer say where it is?"""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.cooperation.evidence.manifest import (
    PIECE,
    EvidenceFile,
    check_manifest,
    compare_file,
    decode_manifest,
    hash_manifest,
)
from liaison.errors import MalformedError
from liaison.wire.byte_ranges import ByteRange
from liaison.wire.canonical import encode_struct
from liaison.wire.identifiers import digest
from tests.cooperation.evidence.records import IMAGE, MANIFEST, measured

FILE = measured("disk.img", IMAGE)


def test_a_manifest_survives_its_bytes() -> None:
    data = encode_struct(MANIFEST)
    assert decode_manifest(data) == MANIFEST
    assert hash_manifest(MANIFEST) == digest(data)


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1])
def test_a_file_has_a_hash_for_every_piece_whatever_its_size(size: int) -> None:
    file = measured("disk.img", IMAGE[:size])
    assert (file.size, len(file.pieces)) == (size, -(-size // PIECE))
    assert file.sha256 == digest(IMAGE[:size])
    assert compare_file(file, [IMAGE[:size]]).same


@settings(max_examples=40)
@given(st.lists(st.integers(0, len(IMAGE) - 1), min_size=1, max_size=4, unique=True), st.integers(5_000, 300_000))
def test_changed_bytes_are_located_in_their_pieces_however_they_are_read(places: list[int], step: int) -> None:
    changed = bytearray(IMAGE)
    for place in places:
        changed[place] ^= 1
    found = compare_file(FILE, (bytes(changed[at : at + step]) for at in range(0, len(changed), step)))
    wrong = {place // PIECE for place in places}
    told = {piece for part in found.wrong for piece in range(part.start // PIECE, -(-part.end // PIECE))}
    assert (found.same, told) == (False, wrong)


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        (IMAGE[:-1], ByteRange(2 * PIECE, len(IMAGE))),
        (IMAGE + b"x", ByteRange(2 * PIECE, len(IMAGE) + 1)),
        (IMAGE[: PIECE + 5], ByteRange(PIECE, len(IMAGE))),
        (b"", ByteRange(0, len(IMAGE))),
    ],
)
def test_what_is_shorter_or_longer_differs_from_there_on(data: bytes, wrong: ByteRange) -> None:
    found = compare_file(FILE, [data])
    assert (found.found, found.wrong) == (len(data), (wrong,))


def test_a_manifest_that_contradicts_itself_makes_all_of_the_file_wrong() -> None:
    lying = msgspec.structs.replace(FILE, sha256=digest(b"another"))
    assert compare_file(lying, [IMAGE]).wrong == (ByteRange(0, len(IMAGE)),)


def test_a_manifest_without_files_or_pieces_is_refused() -> None:
    for files in ((), (msgspec.structs.replace(FILE, pieces=FILE.pieces[:-1]),), (FILE,) * 63):
        with pytest.raises(MalformedError):
            check_manifest(msgspec.structs.replace(MANIFEST, files=files))


@pytest.mark.parametrize("name", ["../disk.img", "", "disk\u202eimg"])
def test_a_name_never_becomes_a_path(name: str) -> None:
    file: EvidenceFile = msgspec.structs.replace(FILE, name=name)
    with pytest.raises(MalformedError, match="file-name-unfit"):
        check_manifest(msgspec.structs.replace(MANIFEST, files=(file,)))
