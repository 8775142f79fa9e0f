"""At which desk does a command about requests work, and what does it print when something was said?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from liaison.cli.message.write import tell_sent
from liaison.cli.output import note, show
from liaison.cli.register.choices import own_seat
from liaison.cli.session import open_node
from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.node.node import Node
    from liaison.node.reads.cooperation.grounds import ReservedGround
    from liaison.node.services.inside.clearance import Gone
    from liaison.node.services.people.officers import Seat


def open_seat(register: str, desk: str) -> tuple[Node, Seat]:
    """This command's node, and its desk as one that may write there."""
    node = open_node()
    from liaison.officers.permissions import Role

    return node, own_seat(node, register, desk, Role.OFFICER)


def require_request(form: str) -> None:
    """Return for a form of requests or of their steps. Raises UsageError."""
    from liaison.cooperation.history.reading import speaks_of_requests

    if not speaks_of_requests(form):
        raise UsageError("request-unknown-type", form=form[:32])


def tell_gone(node: Node, register: str, gone: Gone, *, as_json: bool) -> None:
    """Say who has it, or that it waits for a second person."""
    if not gone.request:
        tell_sent(node, register, gone.sent, as_json=as_json)
        return
    show({"clearance": gone.request}, [f"Waits for clearance under number {gone.request}."], as_json=as_json)
    note("Nothing was signed or sent yet; whoever clears messages of this desk decides.")


def read_instant(text: str) -> datetime:
    """An instant with its zone, `now` included where the caller allows it. Raises UsageError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError("instant-not-read", text=text[:40]) from error
    if found.tzinfo is None:
        raise UsageError("instant-not-read", text=text[:40])
    return found.astimezone(UTC)


def due_words(due: Any) -> str:
    """A date as a person reads it: the last day and its zone, or the instant."""
    if due.day is not None:
        return f"{due.day.isoformat()} ({due.zone})"
    return f"{due.at:%Y-%m-%d %H:%M} UTC"


def reserved_words(each: ReservedGround) -> str:
    """A ground that its text opens only to who reserved it, and how the asked side stands to that."""
    return f"ground {each.ground} ({each.article}), open only by reservation: {each.right.value}"
