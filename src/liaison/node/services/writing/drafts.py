"""How is what an officer writes kept while it is written, and sent once?

    number = begin_draft(node, place, officer=7, typed={"to": […]})
    saved = save_draft(node, place, number, officer=7, version=3, inputs=Inputs(owned, typed))
    sent = send_draft(node, place, number, officer=7, seen=draft.fingerprint, letter=letter)

Invariants:
- A save that does not know the newest version changes nothing and says so; one that would change nothing never fails.
- A national marking above the node's limit is refused before anything of that save is kept.
- What is sent is what was seen: a draft that changed after it was shown is not sent.
- The trail tells that a draft was begun, given a file, sent or discarded; not each save while somebody types.
- A draft that a second person has to clear waits as it is; nobody changes it until then.
- Sending and the end of the draft are one unit of work, so that a button pressed twice sends once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from liaison.errors import UsageError
from liaison.messages.message import MOST_ATTACHMENTS, Attachment
from liaison.node.models import Draft
from liaison.node.node import Node
from liaison.node.reads.writing.drafts import DraftRead, Place, fingerprint_of, read_draft
from liaison.node.services.inside.clearance import Asking, Gone, end_draft, send_or_ask, sent_together_as
from liaison.node.services.line.sending import Letter
from liaison.node.services.people.audit import note
from liaison.node.unit_of_work import unit_of_work
from liaison.wire.canonical import JSON

LARGEST = 1 << 20
MOST_DRAFTS = 500
STUBS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What one page owns of a draft: whether an input is its own, and what stood in those that are."""

    owned: Callable[[str], bool]
    typed: Mapping[str, Sequence[str]]

    def over(self, typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        """All inputs of the draft, those of this page replaced."""
        kept = {name: list(texts) for name, texts in typed.items() if not self.owned(name)}
        return kept | {name: list(texts) for name, texts in self.typed.items() if self.owned(name)}


def begin_draft(
    node: Node, place: Place, *, officer: int, form: str = "", typed: Mapping[str, Sequence[str]] | None = None
) -> int:
    """A new draft of a desk; its number. Raises UsageError, NotNowError."""
    now = node.clock.now()
    with unit_of_work(node):
        Draft.objects.filter(changed_at__lt=now - STUBS_KEPT).exclude(sent_as="").delete()
        if place.drafts().count() >= MOST_DRAFTS:
            raise UsageError("drafts-too-many", limit=MOST_DRAFTS)
        row = Draft.objects.create(
            **place.columns,
            form=form,
            typed=_checked(node, typed or {}),
            begun_by=officer,
            changed_by=officer,
            begun_at=now,
            changed_at=now,
        )
        note(node, "draft-begun", officer=officer, subject=str(row.pk), params={"form": form})
        return int(row.pk)


def save_draft(
    node: Node, place: Place, number: int, *, officer: int, version: int, inputs: Inputs, form: str | None = None
) -> DraftRead:
    """Keep what one page says. Raises UsageError, `draft-changed-elsewhere` above all."""
    with unit_of_work(node):
        row = _open(place, number)
        typed = _checked(node, inputs.over(row.typed))
        chosen = row.form if form is None else form
        if (typed, chosen) != (row.typed, row.form):
            if row.version != version:
                raise UsageError("draft-changed-elsewhere", version=row.version)
            now = node.clock.now()
            Draft.objects.filter(pk=row.pk).update(
                typed=typed, form=chosen, version=row.version + 1, changed_by=officer, changed_at=now
            )
    return read_draft(node, place, number)


def attach(node: Node, place: Place, number: int, *, officer: int, attachment: Attachment) -> None:
    """Name a sealed file in a draft. Raises UsageError."""
    with unit_of_work(node):
        row = _open(place, number)
        if len(row.attachments) >= MOST_ATTACHMENTS:
            raise UsageError("draft-files-too-many", limit=MOST_ATTACHMENTS)
        row.attachments = [*row.attachments, msgspec.to_builtins(attachment)]
        row.changed_at, row.changed_by = node.clock.now(), officer
        row.save(update_fields=["attachments", "changed_at", "changed_by"])
        note(node, "draft-file-added", officer=officer, subject=str(number), params={"sealed": attachment.sealed})


def detach(node: Node, place: Place, number: int, *, officer: int, sealed: str) -> None:
    """Take a file out of a draft; the sealed bytes are swept later. Raises UsageError."""
    with unit_of_work(node):
        row = _open(place, number)
        row.attachments = [each for each in row.attachments if each["sealed"] != sealed]
        row.save(update_fields=["attachments"])
        note(node, "draft-file-removed", officer=officer, subject=str(number), params={"sealed": sealed})


def discard_draft(node: Node, place: Place, number: int, *, officer: int) -> None:
    """Forget a draft for good. Raises UsageError."""
    with unit_of_work(node):
        _open(place, number).delete()
        note(node, "draft-discarded", officer=officer, subject=str(number))


def send_draft(
    node: Node, place: Place, number: int, *, officer: int, seen: str, letter: Letter, alone: bool = False
) -> Gone:
    """Send what was seen, or have it wait for clearance; the first attempts of what left are the caller's.

    `alone` sends an urgent technical notice without waiting. Raises UsageError and what `send_letter` raises.
    """
    with unit_of_work(node):
        row = _open(place, number)
        if fingerprint_of(row) != seen:
            raise UsageError("draft-changed-elsewhere", version=row.version)
        authors = {row.begun_by, row.changed_by}
        asking = Asking(officer=officer, authors=authors, alone=alone, draft=number, leased=True)
        gone = send_or_ask(node, letter, asking)
        if gone.request:
            Draft.objects.filter(pk=row.pk).update(awaiting=True)
            return gone
        sent_as = sent_together_as(letter.register, gone.sent)
        end_draft(node, number, sent_as, officer=officer)
        params: JSON = {"draft": number, "form": letter.form, "messages": [each.message_id for each in gone.sent]}
        note(node, "message-sent", officer=officer, subject=sent_as, params=params)
    return gone


def _open(place: Place, number: int) -> Draft:
    """The draft, locked; one that was sent cannot be changed any more. Raises UsageError."""
    row = place.drafts(sent=True).select_for_update().filter(pk=number).first()
    if row is None:
        raise UsageError("draft-not-found", number=number)
    if row.sent_as:
        raise UsageError("draft-was-sent", number=number)
    if row.awaiting:
        raise UsageError("draft-awaits-clearance", number=number)
    return row


def _checked(node: Node, typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What may be kept. Raises UsageError for a marking above the node's limit, and for too much."""
    for marking in typed.get("marking", ()):
        node.config.markings.check(marking)
    size = sum(len(text.encode()) for texts in typed.values() for text in texts)
    if size > LARGEST:
        raise UsageError("draft-too-large", size=size, limit=LARGEST)
    return {name: list(texts) for name, texts in typed.items()}
