"""Is the file way written in one form, and is every other tar refused?"""

from __future__ import annotations

import hashlib
import io
import tarfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.messages.tarball import (
    MOST_MEMBERS,
    Member,
    read_tarball,
    write_tarball,
)
from tests.messages.tars import SealedFile, format_tarball, parse_tarball


def sealed_file(message: bytes = b"sealed", *bodies: bytes) -> SealedFile:
    return SealedFile(message, {hashlib.sha256(body).hexdigest(): body for body in bodies})


GOOD = format_tarball(sealed_file(b"sealed message", b"one", b"two" * 300))


def refusal(data: bytes) -> str:
    with pytest.raises(LiaisonError) as caught:
        parse_tarball(data)
    return caught.value.code


def foreign_tar(*names: str, **attributes: Any) -> bytes:
    """A tar as Python writes it, with these members and attributes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            for key, value in attributes.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(b"x"))
    return buffer.getvalue()


def test_other_programs_read_what_we_write() -> None:
    with tarfile.open(fileobj=io.BytesIO(GOOD)) as archive:
        found = {info.name: archive.extractfile(info).read() for info in archive}  # type: ignore[union-attr]
    wanted = parse_tarball(GOOD)
    assert found == {"message.age": wanted.message} | {
        f"attachments/{name}.age": body for name, body in wanted.attachments.items()
    }


@given(st.binary(max_size=2000), st.lists(st.binary(max_size=2000), max_size=5))
def test_what_was_written_is_read_back(message: bytes, bodies: list[bytes]) -> None:
    sealed = sealed_file(message, *bodies)
    assert parse_tarball(format_tarball(sealed)) == sealed


@given(st.binary(max_size=3000))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises(LiaisonError):
        parse_tarball(data)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_flipped_byte_is_refused_or_lies_in_the_sealed_message(place: int, flip: int) -> None:
    broken = GOOD[:place] + bytes([GOOD[place] ^ flip]) + GOOD[place + 1 :]
    try:
        parsed = parse_tarball(broken)
    except (MalformedError, VerificationError):
        return
    assert format_tarball(parsed) == broken
    assert 512 <= place < 512 + len(parsed.message)


@given(st.integers(0, len(GOOD) - 1))
def test_a_truncated_file_is_refused(size: int) -> None:
    assert refusal(GOOD[:size]) == "tar-truncated"


def test_a_file_with_something_behind_its_end_is_refused() -> None:
    assert refusal(GOOD + b"\0") == "tar-end"


def test_the_headers_are_those_of_a_plain_ustar_writer() -> None:
    ours = b"".join(write_tarball([(Member(None, 1), [b"x"])]))
    assert foreign_tar("message.age")[: len(ours)] == ours


def test_a_member_of_another_name_is_refused() -> None:
    assert refusal(foreign_tar("message.txt")) == "tar-header"


@pytest.mark.parametrize("name", ["/message.age", "../message.age", "attachments/../message.age", "attachments/x.age"])
def test_a_member_with_a_path_is_refused(name: str) -> None:
    assert refusal(foreign_tar(name)) == "tar-header"


def test_a_link_is_refused() -> None:
    assert refusal(foreign_tar("message.age", type=tarfile.SYMTYPE, linkname="/etc/passwd", size=0)) == "tar-header"


def test_a_member_with_a_time_is_refused() -> None:
    assert refusal(foreign_tar("message.age", mtime=1)) == "tar-header"


def test_a_member_with_another_mode_is_refused() -> None:
    assert refusal(foreign_tar("message.age", mode=0o777)) == "tar-header"


def test_a_file_without_a_message_is_refused() -> None:
    name = hashlib.sha256(b"x").hexdigest()
    assert refusal(foreign_tar(f"attachments/{name}.age")) == "tar-order"


def test_an_empty_tar_is_refused() -> None:
    assert refusal(bytes(1024)) == "tar-order"


def test_two_messages_are_refused() -> None:
    one = b"".join(write_tarball([(Member(None, 1), [b"x"])]))
    assert refusal(one[:-1024] + one) == "tar-order"


def test_a_repeated_attachment_is_refused() -> None:
    whole = format_tarball(sealed_file(b"m", b"one"))
    assert refusal(whole[:-1024] + whole[1024:]) == "tar-order"


def test_an_attachment_under_another_hash_is_refused() -> None:
    other = Member(hashlib.sha256(b"other").hexdigest(), 3)
    data = b"".join(write_tarball([(Member(None, 1), [b"x"]), (other, [b"one"])]))
    assert refusal(data) == "attachment-differs"


def test_bytes_in_the_padding_are_refused() -> None:
    place = 512 + len(b"sealed message")
    assert refusal(GOOD[:place] + b"!" + GOOD[place + 1 :]) == "tar-padding"


def test_an_oversized_member_is_refused_before_its_bytes_are_read() -> None:
    header = next(iter(write_tarball([(Member(None, 600 * 1024), [])])))
    assert refusal(header) == "too-large"


def test_too_many_members_are_refused() -> None:
    bodies = [str(number).encode() for number in range(MOST_MEMBERS)]
    assert refusal(format_tarball(sealed_file(b"m", *bodies))) == "tar-members"


def test_a_writer_that_gives_fewer_bytes_than_announced_is_stopped() -> None:
    with pytest.raises(MalformedError, match="tar-size"):
        b"".join(write_tarball([(Member(None, 2), [b"x"])]))


def test_a_slow_pipe_gives_the_same_members() -> None:
    source = io.BytesIO(GOOD)
    members = read_tarball(lambda size: source.read(min(size, 7)), attachment_limit=10_000)
    assert next((member.name, b"".join(chunks)) for member, chunks in members) == ("message.age", b"sealed message")
