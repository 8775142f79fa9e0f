"""Does a label hold the words back from whom it should?"""

from __future__ import annotations

from typing import Any

import pytest

from liaison.errors import UsageError
from liaison.messages.forms import check_passing_on, check_sharing
from liaison.messages.parties import DeskRef
from tests.messages import cast

COLLEAGUE = DeskRef(cast.XD.participant, "ministry", "cyber")
STRANGER = DeskRef(cast.made_hash("XF"), "cert", "duty")


@pytest.mark.parametrize("tlp", ["red", "amber-strict"])
def test_a_host_does_not_read_strict_words_unasked(tlp: Any) -> None:
    with pytest.raises(UsageError, match="host-would-read"):
        check_sharing(tlp, [cast.XD], hosted=[cast.XD])
    check_sharing(tlp, [cast.XD], hosted=[cast.XD], confirmed=True)


@pytest.mark.parametrize("tlp", ["amber", "green", "clear"])
def test_other_words_may_go_to_hosted_desks(tlp: Any) -> None:
    check_sharing(tlp, [cast.XD], hosted=[cast.XD])


def test_a_host_that_is_not_concerned_hinders_nothing() -> None:
    check_sharing("red", [cast.XD], hosted=[cast.XE])


def test_a_label_is_never_weakened() -> None:
    original = cast.composed(tlp="amber").core
    with pytest.raises(UsageError, match="label-weakened"):
        check_passing_on(original, "green", [cast.XD])


@pytest.mark.parametrize(
    ("tlp", "desk", "allowed"),
    [
        ("red", cast.XD, True),
        ("red", COLLEAGUE, False),
        ("amber-strict", COLLEAGUE, True),
        ("amber-strict", STRANGER, False),
        ("amber", COLLEAGUE, True),
        ("amber", STRANGER, False),
        ("green", STRANGER, True),
        ("clear", STRANGER, True),
    ],
)
def test_words_go_as_far_as_their_label(tlp: Any, desk: DeskRef, *, allowed: bool) -> None:
    original = cast.composed(tlp=tlp).core
    if allowed:
        check_passing_on(original, tlp, [desk])
    else:
        with pytest.raises(UsageError, match="label-forbids"):
            check_passing_on(original, tlp, [desk])
