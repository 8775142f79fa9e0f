"""Which norms does a message of a case cite? Noted in the unit of work that sends it or takes it in.

note_cited(core, fields, own=desk, at=now)

Invariants: only forms with a field for norms cite any; what is noted is the desk's own and leaves the node no more.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import datetime

from liaison.messages.forms import forms
from liaison.messages.forms.checking import Norm
from liaison.messages.forms.strict import strictly
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef
from liaison.node.models import CitedNorm
from liaison.wire.canonical import JSON


@functools.cache
def citing() -> Mapping[str, str]:
    """Which forms cite norms, and in which field."""
    return {form.id: name for form in forms().values() for name, each in form.fields.items() if each.type == "norms"}


def note_cited(core: Core, fields: Mapping[str, JSON], *, own: DeskRef, at: datetime) -> None:
    """Inside a unit of work: the norms that a message in a case of an own desk cites."""
    value = fields.get(citing().get(core.form, ""))
    if value is None:
        return
    place = {"register": core.register, "participant": own.participant, "node": own.node, "desk": own.desk}
    for norm in strictly(value, tuple[Norm, ...]):
        CitedNorm.objects.update_or_create(
            **place,
            case=core.case,
            instrument=norm.instrument,
            clause=norm.clause,
            defaults={"said": True},
            create_defaults={"said": True, "noted_at": at},
        )
