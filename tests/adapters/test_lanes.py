"""Do lanes in processes of their own tell a signature that holds from one that does not?"""

from __future__ import annotations

from liaison.adapters.lanes import WORTHWHILE, ProcessLanes, open_lanes
from liaison.register.state import SignatureCheck
from tests.register.registry import signer


def checks(count: int, *, forged: int | None = None) -> list[SignatureCheck]:
    key = signer("lane")
    made = []
    for number in range(count):
        message = f"message {number}".encode()
        signed = key.sign(b"another" if number == forged else message)
        made.append(SignatureCheck(message, ((key.public.raw, signed),)))
    return made


def test_lanes_tell_a_forged_batch_from_sound_ones() -> None:
    lanes = ProcessLanes(1)
    try:
        for _ in range(6):
            lanes.submit(checks(5))
        sound = lanes.settle()
        lanes.submit(checks(5, forged=3))
        lanes.submit(checks(5))
        assert (sound, lanes.settle()) == (True, False)
    finally:
        lanes.close()


def test_a_small_log_opens_no_lanes() -> None:
    with open_lanes(WORTHWHILE - 1) as lanes:
        assert lanes is None
