"""Does our OpenPGP understand GnuPG's, and nothing that GnuPG would not have meant?"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import pysequoia
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pysequoia.packet import PacketPile, Tag

from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.keys.openpgp.certificates import Certificate, read_certificate, read_groups
from liaison.keys.openpgp.opening import unfold
from liaison.keys.openpgp.packets import PKESK, SEIPD, read_armor, split_packets
from liaison.keys.openpgp.private import OpenPgpKey, judge_detached
from tests.gnupg import Correspondent, correspondent

US = "desk@xc.example"
KEY = OpenPgpKey.generate(f"Contact centre <{US}>")
ENOUGH = 1 << 20


@pytest.fixture(scope="module")
def peer() -> Iterator[Correspondent]:
    with correspondent("duty@xd.example", "other@xd.example") as made:
        made.import_(KEY.certificate.data)
        yield made


@pytest.fixture(scope="module")
def theirs(peer: Correspondent) -> Certificate:
    return read_certificate(peer.certificate)


@pytest.mark.parametrize("options", [(), ("-z", "0"), ("--compress-algo", "zlib"), ("--compress-algo", "bzip2")])
def test_what_gnupg_signs_encrypts_and_compresses_is_opened(
    peer: Correspondent, theirs: Certificate, options: tuple[str, ...]
) -> None:
    text = b"We have blocked it. " * 500
    opened = KEY.open(peer.seal(text, US, *options), theirs, limit=ENOUGH)
    assert (opened.text, opened.signer) == (text, theirs.fingerprint)


def test_gnupg_opens_what_we_sign_and_encrypt_and_names_our_key(peer: Correspondent, theirs: Certificate) -> None:
    sealed = KEY.seal(b"Scanning of port 22", theirs)
    assert peer.open(sealed) == b"Scanning of port 22"
    told = peer.run("--decrypt", "--status-fd", "1", data=sealed)
    assert b"[GNUPG:] VALIDSIG" in told
    assert KEY.certificate.fingerprint.upper().encode() in told


def test_what_is_sealed_is_one_container_of_version_1_with_a_session_key_for_the_recipient_alone(
    theirs: Certificate,
) -> None:
    for recipient in (KEY.certificate, theirs):  # The first says that it takes version 2, the second does not.
        (key, first), (container, second) = split_packets(read_armor(KEY.seal(b"x", recipient)))
        assert (key, first[0], container, second[0]) == (PKESK, 3, SEIPD, 1)
        named = {each.key_id for each in PacketPile.from_bytes(recipient.data) if each.tag == Tag.PublicSubkey}
        assert first[1:9].hex() in named


def test_gnupg_opens_what_is_sealed_to_a_key_that_moved_there_from_sequoia() -> None:
    with correspondent("moved@xd.example") as moved:
        moved.import_(KEY.secret)
        assert moved.open(KEY.seal(b"Scanning of port 22", KEY.certificate)) == b"Scanning of port 22"


def test_what_sequoia_encrypts_in_chunks_is_opened() -> None:
    again = OpenPgpKey.from_bytes(KEY.secret)
    sealed = pysequoia.encrypt(b"x" * 300_000, [KEY.certificate.parsed], pysequoia.Tsk.from_bytes(KEY.secret).signer())
    assert list(split_packets(read_armor(sealed)))[-1][1][0] == 2
    opened = again.open(sealed, KEY.certificate, limit=ENOUGH)
    assert (len(opened.text), opened.signer) == (300_000, KEY.certificate.fingerprint)


def test_another_persons_signature_and_none_are_no_signature_of_theirs(
    peer: Correspondent, theirs: Certificate
) -> None:
    other = KEY.open(peer.seal(b"x", US, signer="other@xd.example"), theirs, limit=ENOUGH)
    none = KEY.open(peer.run("--encrypt", "--recipient", US, data=b"x"), theirs, limit=ENOUGH)
    assert (other.signer, other.signed) == (None, True)
    assert (none.signer, none.signed) == (None, False)


def test_a_bomb_is_refused_before_it_unfolds(peer: Correspondent, theirs: Certificate) -> None:
    with pytest.raises(MalformedError, match="openpgp-bomb"):
        KEY.open(peer.seal(bytes(20 << 20), US), theirs, limit=ENOUGH)


def test_compression_inside_compression_is_refused() -> None:
    inner = b"\xa3\x01" + zlib.compress(b"\xcb\x07b\0\0\0\0\0x", wbits=-15)
    with pytest.raises(MalformedError, match="openpgp-structure"):
        unfold(b"\xa3\x01" + zlib.compress(inner, wbits=-15), limit=ENOUGH)


def test_a_changed_byte_anywhere_is_refused_by_one_error(peer: Correspondent, theirs: Certificate) -> None:
    sealed = read_armor(peer.seal(b"x" * 50, US))
    body = len(sealed) - 60
    for at in range(body, len(sealed), 7):
        broken = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
        with pytest.raises(VerificationError, match="openpgp-not-opened"):
            KEY.open(broken, theirs, limit=ENOUGH)


def test_what_was_encrypted_to_somebody_else_is_not_for_us(peer: Correspondent) -> None:
    with pytest.raises(VerificationError, match="openpgp-not-for-us"):
        KEY.open(peer.seal(b"x", "duty@xd.example"), None, limit=ENOUGH)


def test_a_detached_signature_counts_for_its_bytes_alone(peer: Correspondent, theirs: Certificate) -> None:
    signature = peer.run("--detach-sign", "--armor", "--local-user", peer.mailbox, data=b"text\r\n")
    assert judge_detached(b"text\r\n", signature, theirs) == theirs.fingerprint
    assert judge_detached(b"texts\r\n", signature, theirs) is None


def test_a_certificate_is_public_of_version_4_and_one(peer: Correspondent) -> None:
    secret = peer.run("--export-secret-keys", peer.mailbox)
    for data, reason in ((secret, "secret"), (peer.run("--export"), "not-one"), (b"nothing", "unreadable")):
        with pytest.raises(MalformedError) as caught:
            read_certificate(data)
        assert caught.value.params["reason"] in (reason, "unreadable")


def test_a_fingerprint_is_typed_as_gpg_prints_it(theirs: Certificate) -> None:
    assert read_groups(theirs.groups) == theirs.fingerprint
    with pytest.raises(MalformedError):
        read_groups(theirs.groups[:-1])


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused_by_our_errors_alone(data: bytes) -> None:
    for attempt in (
        lambda: list(split_packets(data)),
        lambda: KEY.open(data, None, limit=1000),
        lambda: unfold(data, limit=1000),
    ):
        try:
            attempt()
        except LiaisonError as error:
            assert isinstance(error, MalformedError | VerificationError)
