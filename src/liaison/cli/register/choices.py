"""Which register, participant and node does a command mean? The one named, or the only one there is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from liaison.errors import UsageError

if TYPE_CHECKING:
    from liaison.messages.parties import DeskRef
    from liaison.node.node import Node
    from liaison.node.services.people.officers import Seat
    from liaison.node.services.publication import Place
    from liaison.officers.permissions import Role

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False)
FOUND = click.Path(path_type=Path, dir_okay=False, exists=True)

desk_option = click.option("--desk", default="", help="Own desk, where this node has several.")


def register_option(command: F) -> F:
    """Adds `--register`."""
    words = "Hash of the register, or its beginning; not needed while only one is followed."
    return click.option("--register", "register", default="", help=words)(command)


def place_options(command: F) -> F:
    """Adds `--register`, `--participant` and `--node`."""
    command = click.option("--node", "node_id", default="", help="Node of the participant; default: the one here.")(
        command
    )
    words = "Participant, or the beginning of its hash; default: the only one this installation runs a node for."
    return register_option(click.option("--participant", default="", help=words)(command))


def the_register(node: Node, given: str) -> str:
    """The hash of the register meant. Raises `UsageError`."""
    from liaison.node.reads.overview import overviews

    return _only([each.register for each in overviews(node)], given, "register")


def the_participant(node: Node, register: str, given: str) -> str:
    """The participant meant: any of the register if named, else the only one hosted here. Raises `UsageError`."""
    from liaison.node.reads.overview import participant_ids
    from liaison.node.reads.own import hostings

    if given:
        return _only(participant_ids(node, register), given, "participant")
    hosted = sorted({each.participant for each in hostings(node, register=register)})
    own = [each for each in hosted if each != "register"] or hosted
    return _only(own, "", "participant")


def the_place(node: Node, register: str, participant: str, node_id: str) -> Place:
    """The node of a participant that this installation runs. Raises `UsageError`."""
    from liaison.node.reads.own import hostings
    from liaison.node.services.publication import Place

    place = the_register(node, register)
    owner = the_participant(node, place, participant)
    names = [each.node for each in hostings(node, register=place) if each.participant == owner]
    return Place(place, owner, _only(names, node_id, "node"))


def own_desk(node: Node, register: str, given: str, *, option: str = "from") -> DeskRef:
    """The own desk meant: the one named, or the only one. Raises `UsageError`."""
    from liaison.node.reads.inbox import own_desks

    found = [desk for desk in own_desks(node, register) if given in ("", *_names(desk))]
    if len(found) != 1:
        raise UsageError("choice-not-clear", what=option, given=given or "-", count=len(found))
    return found[0]


def own_seat(node: Node, register: str, desk: str, *roles: Role) -> Seat:
    """The own desk that a command is about, as a seat with these roles: the operator acts. Raises `UsageError`."""
    from liaison.node.services.people.officers import Seat

    place = the_register(node, register)
    return Seat(place, own_desk(node, place, desk, option="desk"), frozenset(roles))


def desk_here(node: Node, given: str) -> DeskRef:
    """The one desk of this installation that is called so, in any register it follows. Raises `UsageError`."""
    from liaison.node.reads.inbox import own_desks
    from liaison.node.reads.overview import overviews

    found = {desk for each in overviews(node) for desk in own_desks(node, each.register) if given in _names(desk)}
    if len(found) != 1:
        raise UsageError("choice-not-clear", what="desk", given=given, count=len(found))
    return found.pop()


def _names(desk: DeskRef) -> tuple[str, str]:
    return desk.desk, str(desk)


def _only(known: list[str], given: str, what: str) -> str:
    found = [name for name in known if name.startswith(given)] if given else known
    if given in known:
        return given
    if len(found) == 1:
        return found[0]
    raise UsageError("choice-not-clear", what=what, given=given or "-", count=len(found))


def read_file(path: Path) -> bytes:
    """The bytes of a file; `-` is stdin. Raises `UsageError`."""
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise UsageError("file-not-readable", path=str(path), reason=error.strerror or "unknown") from error


@contextmanager
def reading_file(path: Path) -> Iterator[Callable[[int], bytes]]:
    """Reads a file piece by piece; `-` is stdin. Raises `UsageError`, also for a file with nothing in it."""
    try:
        opened: Any = nullcontext(sys.stdin.buffer) if str(path) == "-" else path.open("rb")
    except OSError as error:
        raise UsageError("file-not-readable", path=str(path), reason=error.strerror or "unknown") from error
    with opened as handle:
        if not handle.peek(1):
            raise UsageError("file-not-readable", path=str(path), reason="it is empty")
        yield handle.read


def write_chunks(path: Path, chunks: Iterable[bytes]) -> int:
    """Write a file from its pieces, whole or not at all; its size. `-` is stdout. Raises `UsageError`."""
    if str(path) != "-" and (path.is_file() or not path.exists()):
        from liaison.node.wiring import save_file

        return save_file(path, chunks)
    with nullcontext(sys.stdout.buffer) if str(path) == "-" else path.open("wb") as handle:
        return sum(handle.write(chunk) for chunk in chunks)


def write_file(path: Path, data: bytes) -> None:
    """Write a file; `-` is stdout. Raises `UsageError`."""
    try:
        if str(path) == "-":
            sys.stdout.buffer.write(data)
        else:
            path.write_bytes(data)
    except OSError as error:
        raise UsageError("file-not-writable", path=str(path), reason=error.strerror or "unknown") from error
