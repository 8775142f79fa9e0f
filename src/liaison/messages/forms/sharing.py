"""May these desks be told this under its TLP label?

TLP 2.0: red = the named recipients only, amber-strict = their organisation, amber = also its clients,
green = the community, clear = everybody.

Invariants (docs/spec/forms.md):
- the label goes with the words: what is passed on keeps at least the label it came with;
- a label is not a seal: a host opens what is sealed to a desk it hosts, so the sender of red or amber-strict is told.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from liaison.errors import UsageError
from liaison.messages.message import Core, Tlp
from liaison.messages.parties import DeskRef

# From the widest circle to the narrowest.
STRICTNESS: Mapping[Tlp, int] = MappingProxyType({"clear": 0, "green": 1, "amber": 2, "amber-strict": 3, "red": 4})


def check_sharing(
    tlp: Tlp, recipients: Collection[DeskRef], *, hosted: Collection[DeskRef], confirmed: bool = False
) -> None:
    """Raises UsageError when a host nobody named would read red or amber-strict words, unless the sender confirmed."""
    read_by_hosts = sorted(set(recipients) & set(hosted))
    if read_by_hosts and _strictness(tlp) >= STRICTNESS["amber-strict"] and not confirmed:
        raise UsageError("host-would-read", tlp=tlp, desk=str(read_by_hosts[0]))


def check_passing_on(original: Core, tlp: Tlp, recipients: Collection[DeskRef]) -> None:
    """Raises UsageError when a message that refers to `original` would carry it to desks its label does not allow."""
    if _strictness(tlp) < STRICTNESS[original.tlp]:
        raise UsageError("label-weakened", tlp=tlp, original=original.tlp)
    known = {desk.participant for desk in original.parties}
    for desk in sorted(set(recipients) - original.parties):
        if original.tlp == "red" or (original.tlp in ("amber", "amber-strict") and desk.participant not in known):
            raise UsageError("label-forbids", tlp=original.tlp, desk=str(desk))


def _strictness(tlp: str) -> int:
    """How narrow the circle is. Raises UsageError for a label that is none; a form may hold anything."""
    found = STRICTNESS.get(tlp)  # type: ignore[call-overload]
    if found is None:
        raise UsageError("label-unknown", tlp=tlp[:24])
    return int(found)
