"""Where is a file between its upload by a program and the message it is attached to?

    number = keep_upload(node, seat, seal_attachment(…), officer=7)     "0192f0c1-…"
    attachments = take_uploads(node, seat, [number])                    inside the unit of work that sends

Invariants: a file is sealed as it arrives and its identity kept for this desk alone; a message takes it once; what no
message took within a day is forgotten here, and its bytes are swept as those of nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from liaison.errors import UsageError
from liaison.messages.message import Attachment
from liaison.node.models import Upload
from liaison.node.node import Node
from liaison.node.services.line.attachments import hold_blobs
from liaison.node.services.line.sending import new_id
from liaison.node.services.people.audit import note
from liaison.node.services.people.officers import Seat, desk_filter
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.wire.typed import convert

KEPT = timedelta(days=1)


def keep_upload(node: Node, seat: Seat, attachment: Attachment, *, officer: int) -> str:
    """Keep a sealed file for a message to come; the name by which the message takes it."""
    now, name = node.clock.now(), new_id(node)
    with unit_of_work(node):
        hold_blobs()
        Upload.objects.filter(at__lte=now - KEPT).delete()
        Upload.objects.create(
            register=seat.register,
            **desk_filter(seat.desk),
            upload=name,
            attachment=msgspec.to_builtins(attachment),
            at=now,
        )
        note(node, "file-uploaded", officer=officer, subject=name)
    return name


def find_uploads(node: Node, seat: Seat, names: Sequence[str]) -> tuple[Attachment, ...]:
    """The files of these names, still to be had. Raises UsageError."""
    with reading(node):
        rows = Upload.objects.filter(register=seat.register, **desk_filter(seat.desk), upload__in=names)
        found = {row.upload: row for row in rows.filter(at__gt=node.clock.now() - KEPT)}
    for name in names:
        if name not in found or names.count(name) > 1:
            raise UsageError("upload-not-found", upload=name[:36])
    return tuple(convert(found[name].attachment, Attachment) for name in names)


def take_uploads(node: Node, seat: Seat, names: Sequence[str]) -> tuple[Attachment, ...]:
    """Inside a unit of work: the files of these names, which are given away by this. Raises UsageError."""
    attachments = find_uploads(node, seat, names)
    Upload.objects.filter(upload__in=names).delete()
    return attachments
