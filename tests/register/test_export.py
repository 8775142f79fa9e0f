"""Does a register file prove itself, and is a changed one refused?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.errors import LiaisonError, MalformedError, VerificationError
from liaison.register.anchor import Anchor
from liaison.register.export import OfflineRegister, decode_offline, encode_offline, verify_offline
from liaison.register.lookup import Directory
from tests.register.registry import ORIGIN, RegisterBuilder, small_register

NOON = 1_795_348_800


def exported(registry: RegisterBuilder) -> OfflineRegister:
    anchor = Anchor(ORIGIN, registry.entries[0].leaf, ("https://register.example",))
    note = registry.checkpoint(times={"XC": NOON, "XD": NOON})
    return OfflineRegister(anchor, note, tuple(registry.leaves), tuple(registry.records.values()))


REGISTRY = small_register()
REGISTRY.set_policy(2, "XC", "XD", "XE")
FILE = exported(REGISTRY)
DATA = encode_offline(FILE)


def test_a_register_file_reads_back_as_it_was_written() -> None:
    assert decode_offline(DATA) == FILE


def test_a_register_file_proves_desks_and_records() -> None:
    verified = verify_offline(decode_offline(DATA), known=FILE.anchor)
    desks = len(Directory(verified.view).desks())
    assert (desks, verified.head.witnessed, len(verified.records)) == (3, True, len(FILE.records))


def test_a_part_no_entry_names_is_left_out() -> None:
    registry = small_register()
    registry.contact("nobody")
    registry.set_policy(2, "XC", "XD", "XE")
    verified = verify_offline(exported(registry))
    assert len(registry.records) - len(verified.records) == 1


def test_another_register_than_the_known_one_is_refused() -> None:
    other = small_register("XC", prefix="other ")
    known = Anchor(ORIGIN, other.entries[0].leaf)
    with pytest.raises(VerificationError, match="anchor-other-register"):
        verify_offline(FILE, known=known)


def test_a_file_with_an_entry_left_out_is_refused() -> None:
    with pytest.raises(VerificationError, match="offline-other-tree"):
        verify_offline(replace(FILE, leaves=FILE.leaves[:-1]))


def test_a_file_with_two_entries_swapped_is_refused() -> None:
    leaves = (*FILE.leaves[:-2], FILE.leaves[-1], FILE.leaves[-2])
    with pytest.raises(VerificationError, match="offline-other-tree"):
        verify_offline(replace(FILE, leaves=leaves))


def rewritten() -> OfflineRegister:
    """Another register file of the same opening, in which the anchor has noted what the first one was."""
    registry = small_register("XD", "XC", "XE")
    registry.set_policy(2, "XC", "XD", "XE")
    assert registry.leaves[0] == REGISTRY.leaves[0]
    return replace(exported(registry), anchor=replace(FILE.anchor, checkpoint=REGISTRY.checkpoint(5)))


def test_a_log_that_was_rewritten_before_what_an_anchor_notes_has_two_histories() -> None:
    assert verify_offline(FILE, known=replace(FILE.anchor, checkpoint=REGISTRY.checkpoint(5))).head.witnessed
    for known in (None, rewritten().anchor):
        with pytest.raises(VerificationError, match="offline-other-history") as caught:
            verify_offline(rewritten(), known=known)
        assert caught.value.params["size"] == 5


def test_a_damaged_file_is_not_taken_for_a_second_history() -> None:
    damaged = replace(rewritten(), leaves=rewritten().leaves[:-1])
    with pytest.raises(VerificationError, match="offline-other-tree"):
        verify_offline(damaged)


def test_a_file_without_a_quorum_is_refused() -> None:
    with pytest.raises(VerificationError, match="quorum-missing"):
        verify_offline(replace(FILE, checkpoint=REGISTRY.checkpoint(times={"XC": NOON})))


@pytest.mark.parametrize("wrong", [b"", DATA[:-1], DATA + b"x", DATA.replace(b"anchor ", b"Anchor ", 1), b"x" + DATA])
def test_another_spelling_is_refused(wrong: bytes) -> None:
    with pytest.raises(MalformedError):
        decode_offline(wrong)


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, len(DATA) - 1), change=st.integers(1, 255))
def test_a_flipped_byte_is_refused(place: int, change: int) -> None:
    changed = bytearray(DATA)
    changed[place] ^= change
    with pytest.raises(LiaisonError):
        accepted = verify_offline(decode_offline(bytes(changed)), known=FILE.anchor)
        # Addresses of the anchor and the lines of further signatures prove nothing, so they may differ.
        if accepted.view.snapshot() == REGISTRY.view.snapshot():
            raise VerificationError("anchor-other-register", register="")


@given(data=st.binary(max_size=200))
def test_random_bytes_raise_only_our_errors(data: bytes) -> None:
    with pytest.raises((MalformedError, VerificationError)):
        decode_offline(b"liaison register v1\n" + data)
