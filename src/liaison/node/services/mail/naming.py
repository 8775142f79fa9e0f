"""Which mails of ours does a mail name, the most telling first, and how do the cases hear of one another?

    named = named_mails(node, mail)                       by what stands around it
    named = named_mails(node, mail, answer)               … and by what was signed
    others = other_cases(core, named, signer=…)           cases but the one it enters
    note_others(node, core, others)                       inside a unit of work: told in the one and in the others

What counts, in this order (docs/spec/mail.md, "What comes back"):
    the subject that was signed
    subject, In-Reply-To and References, the nearest first, of the mail, where what was signed names that case too
    the text that was signed
    subject, In-Reply-To and References alone
    the mails it says it answers

Invariants: what was signed comes before what anybody on the way could write; a mail enters one case; of another desk's
cases, and of another correspondent's, nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from liaison.errors import UsageError
from liaison.messages.mail.answers import Answer
from liaison.messages.mail.reading import Mail
from liaison.messages.mail.tokens import tokens_in
from liaison.messages.message import Core
from liaison.messages.parties import DeskRef
from liaison.node.models import CaseNote, FetchedMail, SentMail
from liaison.node.node import Node
from liaison.node.reads.desk.kept import require_writable
from liaison.node.reads.inside.rules import columns
from liaison.node.reads.inside.sharing import MAIL_ELSEWHERE, MAIL_NAMES
from liaison.node.services.people.audit import SYSTEM
from liaison.node.unit_of_work import reading

MOST_OTHERS = 16


def named_mails(node: Node, mail: Mail, answer: Answer | None = None) -> list[SentMail]:
    """Our mails that it names, the one that counts most first."""
    with reading(node):
        return named_here(mail, answer)


def named_here(mail: Mail, answer: Answer | None = None, *, told: Sequence[str] = ()) -> list[SentMail]:
    """Inside a reading or a unit of work: the same; `told` are tokens that come before all others."""
    subject, text = (answer.subject, answer.tokens) if answer is not None else ((), ())
    around = (*mail.tokens, *tokens_in(" ".join(mail.answers)))
    rows = SentMail.objects.select_related("copy__message").filter(token__in={*told, *subject, *text, *around})
    found = {row.token: row for row in rows}
    signed = {_case(found[token]) for token in text if token in found}
    both = (token for token in around if token in found and _case(found[token]) in signed)
    ordered = dict.fromkeys((*told, *subject, *both, *text, *around))
    named = [found[token] for token in ordered if token in found]
    if named:
        return named
    answered = FetchedMail.objects.filter(message_id__in=mail.answers, sent__isnull=False).order_by("-pk").first()
    return [answered.sent] if answered is not None and answered.sent is not None else []


def other_cases(core: Core, named: Iterable[SentMail], *, signer: str) -> tuple[str, ...]:
    """The other cases of the same desk with the same correspondent among them."""
    mine = (each for each in named if each.fingerprint == signer and _desk(each) == (core.register, core.sender))
    return tuple(dict.fromkeys(_case(each) for each in mine if _case(each) != core.case))[:MOST_OTHERS]


def note_others(node: Node, core: Core, others: Sequence[str]) -> None:
    """Inside a unit of work: an internal note in the case of `core` on the others, and one in each of them on it."""
    _keep(node, core, core.case, " ".join((MAIL_NAMES, *others)))
    for case in others:
        _keep(node, core, case, f"{MAIL_ELSEWHERE} {core.case}")


def _keep(node: Node, core: Core, case: str, words: str) -> None:
    """A note that this node itself keeps; none where the case is archived or destroyed."""
    try:
        require_writable(core.sender, case)
    except UsageError:
        return
    place = columns(core.register, core.sender) | {"by_desk": core.sender.desk}
    CaseNote.objects.create(**place, case=case, written_by=SYSTEM, written_at=node.clock.now(), words=words)


def _case(sent: SentMail) -> str:
    return str(sent.copy.message.case)


def _desk(sent: SentMail) -> tuple[str, DeskRef]:
    row = sent.copy.message
    return row.register, DeskRef(row.participant, row.node, row.desk)
