"""How bad is it, on the sender's own scale and on the one all share?

    {"common": 3, "own": {"level": "2", "meaning": {"lang": "en", "text": "Serious for one sector"},
                          "scale": "Scale of the XC CSIRT"}}

Invariants (docs/spec/forms.md):
- at least one of the two is there; the common scale runs from 0 to 5 by impact (`data/codes/severity.toml`);
- neither is ever computed from the other: a level of one State's scale has no equal in another's.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from liaison.errors import MalformedError
from liaison.messages.forms.strict import strictly
from liaison.wire.canonical import JSON

_Short = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class Meaning(msgspec.Struct, frozen=True):
    """What a level of the sender's scale means, in the sender's words."""

    lang: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?\Z")]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class OwnLevel(msgspec.Struct, frozen=True):
    """A level of the sender's own scale; it means nothing without its scale and its sentence."""

    scale: _Short
    level: _Short
    meaning: Meaning


class Severity(msgspec.Struct, frozen=True):
    """Both statements side by side."""

    own: OwnLevel | None
    common: Annotated[int, msgspec.Meta(ge=0, le=5)] | None


def read_severity(value: JSON) -> Severity:
    """Raises MalformedError unless at least one of the two scales is used, completely."""
    severity = strictly(value, Severity)
    if severity.own is None and severity.common is None:
        raise MalformedError("severity-empty")
    return severity
