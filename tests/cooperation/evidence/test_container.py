"""Is the file for a court's expert written in one form, checked offline, and is every other refused?"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.cooperation.evidence.container import read_container, write_container
from liaison.cooperation.evidence.manifest import PIECE, FileCheck
from liaison.cooperation.evidence.report import CustodyReport
from liaison.cooperation.evidence.verify import compare_files, verify_record
from liaison.errors import LiaisonError, MalformedError
from liaison.messages.transcript import fold_log
from liaison.wire.identifiers import digest
from liaison.wire.note import parse_note
from tests.cooperation.evidence.records import FILES, IMAGE, whole_story

STORY = whole_story()


def packed(files: Iterable[bytes] = FILES.values()) -> bytes:
    given_files = [(digest(data), len(data), [data]) for data in files]
    return b"".join(write_container(STORY.record(), STORY.scene.log(), given_files))


GOOD = packed()
START = GOOD.index(IMAGE)


def checked(data: bytes) -> CustodyReport:
    """As `liaison verify evidence` does it."""
    given_file = read_container(io.BytesIO(data).read)
    log = given_file.log
    judge = fold_log(
        log.entries, parse_note(log.checkpoint.encode()), register=given_file.record.lines[0].line.register
    )
    files: list[FileCheck] = list(compare_files(given_file.record.manifest, given_file.files))
    return verify_record(given_file.record, judge, files=files)


def test_a_whole_container_is_proven_by_what_is_in_it_alone() -> None:
    report = checked(GOOD)
    assert (report.proven, [each.same for each in report.files]) == (True, [True, True])


def test_other_programs_list_and_unpack_it() -> None:
    with tarfile.open(fileobj=io.BytesIO(GOOD)) as archive:
        names = archive.getnames()
        image = archive.extractfile(f"files/{digest(IMAGE)}")
        assert names[:2] == ["record.json", "register.json"]
        assert names[2:] == sorted(f"files/{digest(data)}" for data in FILES.values())
        assert image is not None
        assert image.read() == IMAGE


@settings(max_examples=40)
@given(st.integers(0, len(IMAGE) - 1))
def test_a_changed_byte_of_a_file_is_found_and_located(place: int) -> None:
    altered = bytearray(GOOD)
    altered[START + place] ^= 1
    report = checked(bytes(altered))
    (changed,) = [each for each in report.files if not each.same]
    (wrong,) = changed.wrong
    assert not report.proven
    assert (changed.file.name, wrong.start) == ("disk.img", place // PIECE * PIECE)
    assert wrong.start <= place < wrong.end <= wrong.start + PIECE
    assert {each.code for each in report.findings if each.fatal} == {"file-changed"}


@given(st.integers(0, GOOD.index(b"files/") - 1), st.integers(1, 255))
def test_any_byte_before_the_files_that_changes_is_found(place: int, by: int) -> None:
    altered = bytearray(GOOD)
    altered[place] ^= by
    try:
        report = checked(bytes(altered))
    except LiaisonError:
        return
    assert not report.proven


def test_a_file_that_is_absent_is_told_and_proves_nothing() -> None:
    report = checked(packed([IMAGE]))
    assert [(each.file.name, each.found) for each in report.files if not each.same] == [("notes.txt", None)]
    assert not report.proven


def test_a_file_that_the_manifest_does_not_name_is_refused() -> None:
    with pytest.raises(MalformedError, match="evidence-member"):
        checked(packed([*FILES.values(), b"stray"]))


@pytest.mark.parametrize("cut", [0, 100, 512, 5_000, len(GOOD) - 1])
def test_what_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(MalformedError):
        checked(GOOD[:cut])


def test_members_stand_in_one_order_and_under_these_names() -> None:
    first, second = GOOD.index(b"record.json"), GOOD.index(b"register.json")
    swapped = GOOD[second : second + 512] + GOOD[first:]
    for altered in (swapped, GOOD[second:], GOOD.replace(b"files/" + digest(IMAGE).encode(), b"files/" + b"z" * 64)):
        with pytest.raises(MalformedError):
            checked(altered)
