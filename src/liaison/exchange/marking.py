"""Which label of the Traffic Light Protocol is this, in whatever spelling, and who may be handed what it marks?

    tlp_of("TLP:AMBER+STRICT")   "amber-strict"        tlp_of("white")   "clear"        tlp_of("purple")   None

Invariants (docs/spec/exchange.md): TLP 1's WHITE is TLP 2's CLEAR; of several labels the strictest stands; a label
never becomes
weaker on the way out, and an audience wider than its circle is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from liaison.errors import UsageError
from liaison.messages.forms.sharing import STRICTNESS
from liaison.messages.message import Tlp

_NAMES: Mapping[str, Tlp] = MappingProxyType(
    {
        "white": "clear",
        "clear": "clear",
        "unlimited": "clear",
        "green": "green",
        "amber": "amber",
        "amber+strict": "amber-strict",
        "amber-strict": "amber-strict",
        "amber_strict": "amber-strict",
        "red": "red",
    }
)

# Who is meant to read an export, from the narrowest circle, and the strictest label that may reach them.
AUDIENCES: Mapping[str, Tlp] = MappingProxyType(
    {
        "recipients": "red",
        "organisation": "amber-strict",
        "clients": "amber",
        "community": "green",
        "public": "clear",
    }
)


def tlp_of(text: object) -> Tlp | None:
    """The label that a text names in any of its usual spellings."""
    if not isinstance(text, str) or len(text) > 40:
        return None
    return _NAMES.get(re.sub(r"^tlp[:_-]", "", text.strip().lower().replace(" ", "")))


def spelled(tlp: Tlp) -> str:
    """The label as TLP 2.0 writes it after `TLP:`, in lower case."""
    return tlp.replace("-", "+")


def strictest(labels: Iterable[Tlp | None]) -> Tlp | None:
    """The label that stands for all; None where there is none."""
    found = [label for label in labels if label is not None]
    return max(found, key=lambda label: STRICTNESS[label], default=None)


def check_audience(tlp: Tlp, audience: str, *, wanted: Tlp | None = None, marking: str = "") -> Tlp:
    """The label an export carries. Raises UsageError where label, marking or audience forbid it."""
    label = wanted or tlp
    if STRICTNESS[label] < STRICTNESS[tlp]:
        raise UsageError("label-weakened", tlp=label, original=tlp)
    if audience not in AUDIENCES:
        raise UsageError("export-audience", audience=audience[:24])
    if STRICTNESS[label] > STRICTNESS[AUDIENCES[audience]]:
        raise UsageError("export-forbidden", tlp=label, audience=audience)
    if marking and audience != "recipients":
        raise UsageError("export-marked", audience=audience)
    return label
