"""How does an officer say something, and see at once who has it?

    liaison message send --to XD --field title="Scanning" --field incident_type=information-gathering:scanner \
        --field expectation=for-information --attach rows.csv --urgency urgent
    liaison message ack 0192f0c1      liaison message reply 0192f0c1 --field answer=accepted

Invariants: a message is durable here before the first attempt; whatever does not arrive now goes out by itself, and
the command says so; several recipients are asked for: together, or one case each.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from liaison.cli.message.screen import Names, left_line, left_value, local, trial_line, trial_value
from liaison.cli.output import json_option, note, show
from liaison.cli.register.choices import own_desk, register_option, the_register
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.messages.message import Attachment
    from liaison.node.node import Node
    from liaison.node.services.line.sending import SentMessage

F = TypeVar("F", bound=Callable[..., Any])
FOUND = click.Path(path_type=Path, dir_okay=False, exists=True)
CHUNK = 1 << 16


def writing_options(command: F) -> F:
    """The options of everything that is written in a form."""
    for option in (
        click.option("--attach", "files", type=FOUND, multiple=True, help="A file to attach; may be repeated."),
        click.option("--fields", "fields_file", type=FOUND, help="All fields as one JSON object."),
        click.option("--field", "given", multiple=True, metavar="NAME=VALUE", help="One field; may be repeated."),
        click.option("--lang", default="en", show_default=True, help="Language of the free text given by --field."),
        click.option("--tlp", type=click.Choice(["red", "amber-strict", "amber", "green", "clear"])),
        click.option("--urgency", type=click.Choice(["routine", "urgent", "emergency"])),
        click.option("--stage", help="Stage, where the form has stages."),
        click.option("--host-may-read", is_flag=True, help="Send red or amber-strict although a host opens it."),
    ):
        command = option(command)
    return command


@click.command()
@click.option("--to", "recipients", multiple=True, required=True, metavar="CODE[/DESK]", help="May be repeated.")
@click.option("--from", "sender", default="", help="Own desk, where this node has several.")
@click.option("--form", default="incident-notice", show_default=True)
@click.option("--together/--each", default=None, help="Several desks: one case for all, or one case each.")
@click.option("--exercise", is_flag=True, help="Mark as an exercise, for ever.")
@click.option("--marking", help="Own marking beside the TLP label.")
@writing_options
@register_option
@json_option
def send(*, recipients: tuple[str, ...], together: bool | None, register: str, as_json: bool, **rest: Any) -> None:
    """Send a message to one or more desks."""
    node = open_node()
    from liaison.node.services.line.sending import Letter, send_letter

    place = the_register(node, register)
    desks = _desks(node, place, recipients)
    if len(desks) > 1 and together is None:
        together = click.confirm("Several desks: all together in one case (no: one case each)?", err=True)
    letter = Letter(
        register=place,
        sender=own_desk(node, place, rest["sender"]),
        to=desks,
        form=rest["form"],
        exercise=rest["exercise"],
        marking=rest["marking"],
        together=together is not False,
        **written(node, rest["form"], rest),
    )
    tell_sent(node, place, send_letter(node, letter, leased=True), as_json=as_json)


@click.command()
@click.argument("message")
@click.option("--not-duty", is_flag=True, help="Seen by somebody else than the duty desk.")
@click.option("--answer-by", help="When an answer may be expected, as 2026-11-22T03:02:00Z.")
@json_option
def ack(*, message: str, not_duty: bool, answer_by: str | None, as_json: bool) -> None:
    """Say that a person has seen a message; it never means agreement."""
    node = open_node()
    from liaison.node.services.line.acknowledging import acknowledge, find_original

    original = find_original(node, message)
    sent = acknowledge(node, original, by_duty_desk=not not_duty, answer_expected=answer_by, leased=True)
    tell_sent(node, original.core.register, sent, as_json=as_json)


@click.command()
@click.argument("message")
@click.option("--form", default="reply", show_default=True)
@writing_options
@json_option
def reply(*, message: str, form: str, as_json: bool, **rest: Any) -> None:
    """Answer a message, to all desks of its case."""
    node = open_node()
    from liaison.node.services.line.acknowledging import answer, find_original

    original = find_original(node, message)
    sent = answer(node, original, form=form, leased=True, **written(node, form, rest))
    tell_sent(node, original.core.register, sent, as_json=as_json)


def written(node: Node, form: str, rest: dict[str, Any]) -> dict[str, Any]:
    """What the options say of the text, as arguments of a letter; attachments are sealed on the way."""
    from liaison.cli.message.fields import read_fields

    given: dict[str, Any] = {name: rest[name] for name in ("tlp", "urgency", "stage", "host_may_read") if rest[name]}
    given["fields"] = read_fields(form, rest["given"], rest["fields_file"], lang=rest["lang"])
    given["attachments"] = tuple(_sealed(node, path) for path in rest["files"])
    return given


def _sealed(node: Node, path: Path) -> Attachment:
    from liaison.node.services.line.attachments import seal_attachment

    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return seal_attachment(node, name=path.name, media_type=media_type, chunks=read_chunks(path))


def read_chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file the person named, piece by piece. Raises UsageError."""
    try:
        with path.open("rb") as handle:
            while chunk := handle.read(CHUNK):
                yield chunk
    except OSError as error:
        raise UsageError("file-not-readable", path=str(path), reason=error.strerror or "unknown") from error


def _desks(node: Node, register: str, texts: Sequence[str]) -> tuple[Any, ...]:
    from liaison.node.reads.recipients import find_recipient

    return tuple(sorted({find_recipient(node, register, text) for text in texts}))


def tell_sent(node: Node, register: str, sent: Sequence[SentMessage], *, as_json: bool) -> None:
    """Make the first attempts, then say who has it and what goes on by itself."""
    from liaison.messages.forms import english
    from liaison.node.reads.inbox import show_message
    from liaison.node.work.at_once import deliver_at_once

    deliver_at_once(node, [lease for each in sent for lease in each.leases])
    names, value, lines, waits = Names(node), [], [], 0
    for each in sent:
        reach = show_message(node, each.message_id).listed.reach
        copies = [{"desk": names.of(register, copy.desk), "state": copy.state} for copy in reach]
        value.append({"id": each.message_id, "case": each.case, "core_hash": each.core_hash, "copies": copies})
        lines.append(f"{each.message_id}  case {each.case}")
        for copy in reach:
            when = f" {local(copy.at)}" if copy.at else ""
            reason = f" ({english('reason', copy.reason)})" if copy.reason else ""
            lines.append(f"  {names.of(register, copy.desk)}: {copy.state}{when}{reason}")
            if copy.left is not None and copy.at is None:
                lines.append(left_line(left_value(copy.left, register, names) or {}))
            if copy.trial is not None and copy.trial.refused:
                lines.append(trial_line(trial_value(copy.trial) or {}))
            waits += copy.state == "queued"
    show(value, lines, as_json=as_json)
    if waits:
        note(f"{waits} not delivered yet; kept in the outbox, and sent by itself while 'liaison node serve' runs.")
