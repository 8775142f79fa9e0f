"""Does a time-stamp count for one line, by an authority that is trusted, and for nothing else?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from liaison.cooperation.evidence.stamps import StampTrust, ask_stamp, parse_trust, verify_stamp
from liaison.errors import LiaisonError, MalformedError, VerificationError
from tests.cooperation.evidence.authority import Authority
from tests.cooperation.evidence.records import Telling

LINE = Telling().first


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stamp(authority: Authority) -> bytes:
    return authority.answer(ask_stamp(LINE.envelope.payload))


def test_a_stamp_says_when_the_authority_saw_the_line(authority: Authority, stamp: bytes) -> None:
    at = verify_stamp(stamp, LINE.envelope.payload, parse_trust(authority.pem))
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=10)
    report = Telling().report(stamps={LINE.line_hash: stamp}, trust=parse_trust(authority.pem))
    assert (report.proven, [each.stamped for each in report.lines]) == (True, [at])


def test_a_stamp_of_another_line_or_by_a_stranger_is_not_believed(
    authority: Authority, stamp: bytes, tmp_path: Path
) -> None:
    trust, stranger = parse_trust(authority.pem), Authority(tmp_path / "stranger")
    for payload, by in ((b"another", trust), (LINE.envelope.payload, parse_trust(stranger.pem))):
        with pytest.raises(VerificationError, match="stamp-not-believed"):
            verify_stamp(stamp, payload, by)
    report = Telling().report(stamps={LINE.line_hash: stamp}, trust=parse_trust(stranger.pem))
    assert (report.proven, "stamp-not-believed" in {each.code for each in report.findings}) == (False, True)


def test_without_a_certificate_stamps_are_not_judged_and_the_record_stands(stamp: bytes) -> None:
    report = Telling().report(stamps={LINE.line_hash: stamp})
    assert (report.proven, "stamps-not-judged" in {each.code for each in report.findings}) == (True, True)


def test_no_changed_byte_of_a_stamp_gives_another_time(authority: Authority, stamp: bytes) -> None:
    trust = parse_trust(authority.pem)
    at = verify_stamp(stamp, LINE.envelope.payload, trust)
    for place in range(len(stamp)):
        altered = bytearray(stamp)
        altered[place] ^= 1
        try:
            assert verify_stamp(bytes(altered), LINE.envelope.payload, trust) == at
        except LiaisonError:
            continue


def test_a_file_without_certificates_is_refused_and_nothing_is_trusted() -> None:
    for pem in (b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"):
        with pytest.raises(MalformedError, match="stamp-certificate"):
            parse_trust(pem)
    with pytest.raises(LiaisonError):
        verify_stamp(b"no answer", LINE.envelope.payload, StampTrust(()))
