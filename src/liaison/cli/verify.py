"""Does what somebody gave me hold? `liaison verify register|proof|transcript|evidence`: no node, no home, no network.

    liaison verify register register.liaison --anchor anchor.txt       or a folder of static log files
    liaison verify register register.liaison --report xc-2026.parts    and whether this report stands in it
    liaison verify proof entry.proof --anchor anchor.txt --entry entry.json

Invariants: exit 0 only if everything looked at holds; without `--anchor` the answer says that nothing vouches for
which register it is; a report that is superseded, withdrawn, suspect or forged does not hold; a void entry is told and
is no failure, because it changed nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from liaison.cli.lazy import LazyGroup
from liaison.cli.output import REFUSED, json_option, note, show
from liaison.errors import MalformedError, UsageError, VerificationError

if TYPE_CHECKING:
    from liaison.register.anchor import Anchor
    from liaison.register.export import OfflineRegister, VerifiedRegister, Watched

VERBS = {
    "register": "liaison.cli.verify:register",
    "proof": "liaison.cli.verify:proof",
    "transcript": "liaison.cli.verify_transcript:transcript",
    "evidence": "liaison.cli.evidence.verify:evidence",
}
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
PLACE = click.Path(path_type=Path, exists=True)


@click.group(cls=LazyGroup, commands_in=VERBS)
def group() -> None:
    """Check a register, a proof, a transcript or evidence: offline, without a node."""


@click.command()
@click.argument("path", type=PLACE)
@click.option("--anchor", "anchor_file", type=FILE, help="The anchor file you came by otherwise.")
@click.option("--report", "reports", type=FILE, multiple=True, help="Parts of a report; may be repeated.")
@json_option
def register(path: Path, anchor_file: Path | None, reports: tuple[Path, ...], *, as_json: bool) -> int | None:
    """Verify a whole register: a file of 'register export --offline', or a folder of static log files."""
    from liaison.cli.verified import register_lines, register_value
    from liaison.node.wiring import open_lanes
    from liaison.register.export import verify_offline

    anchor = read_anchor(anchor_file)
    given = read_register(path, anchor)
    count = len(given.leaves)
    with open_lanes(count) as lanes:
        verified = verify_offline(given, known=anchor, watched=_watched(count, quiet=as_json), lanes=lanes)
    value = register_value(given, verified, anchor) | {"judged": _judged(verified, reports)}
    show(value, register_lines(value), as_json=as_json)
    if anchor is None:
        note("No --anchor was given: this agrees with itself, but nothing says that it is the register you mean.")
    return None if all(each["standing"] == "in-force" for each in value["judged"]) else REFUSED


def _judged(verified: VerifiedRegister, reports: Iterable[Path]) -> list[dict[str, object]]:
    """How each part of these reports stands by the log. Raises MalformedError, VerificationError."""
    from liaison.cli.conduct.words import judged_value
    from liaison.conduct.proof import decode_parts, judge_parts

    files = [decode_parts(read_bytes(path)) for path in reports]
    facts = verified.view.globals()
    for file in files:
        if facts is None or file.register != facts.register:
            raise VerificationError("report-other-register", register=file.register[:16])
    return [judged_value(each) for file in files for each in judge_parts(file, verified.view)]


@click.command()
@click.argument("file", type=FILE)
@click.option("--anchor", "anchor_file", type=FILE, required=True, help="The anchor file you came by otherwise.")
@click.option("--register", "place", type=PLACE, help="The register, for signatures and rules too.")
@click.option("--entry", "entry_file", type=FILE, help="The entry; without it the one the proof carries.")
@json_option
def proof(file: Path, anchor_file: Path, place: Path | None, entry_file: Path | None, *, as_json: bool) -> None:
    """Verify that an entry stands in the log, by a tlog-proof file."""
    from liaison.cli.verified import proof_lines, proof_value
    from liaison.register.checking.proof import judge_proof
    from liaison.tlog.tlogproof import parse_proof

    parsed = parse_proof(read_bytes(file))
    leaf = read_bytes(entry_file) if entry_file is not None else parsed.extra
    if leaf is None:
        raise UsageError("proof-without-entry")
    anchor = read_anchor(anchor_file)
    assert anchor is not None  # noqa: S101 - the option is required
    held = read_register(place, anchor) if place is not None else None
    value = proof_value(judge_proof(parsed, leaf, anchor=anchor, register=held), leaf)
    show(value, proof_lines(value), as_json=as_json)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file the person named. Raises `UsageError`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError("file-not-readable", path=str(path), reason=error.strerror or "unknown") from error


def read_anchor(path: Path | None) -> Anchor | None:
    """The anchor in a file, or None without one. Raises `MalformedError`, `UsageError`."""
    from liaison.register.anchor import parse_anchor

    return None if path is None else parse_anchor(read_bytes(path))


def read_register(path: Path, anchor: Anchor | None) -> OfflineRegister:
    """The register in a one-file export or a folder of static log files, not yet verified but for the folder's tree.

    Raises `MalformedError`, `VerificationError`, `UsageError`.
    """
    from liaison.node.wiring import open_folder
    from liaison.register.checking.folder import read_static_log
    from liaison.register.export import OFFLINE_LIMIT, decode_offline

    if path.is_dir():
        return read_static_log(open_folder(path), anchor=anchor)
    if path.stat().st_size > OFFLINE_LIMIT:
        raise MalformedError("offline-malformed")
    return decode_offline(read_bytes(path))


def _watched(count: int, *, quiet: bool) -> Watched:
    """A bar on stderr while the entries are judged; none where nobody watches."""

    def with_bar(leaves: Iterable[bytes]) -> Iterator[bytes]:
        label = "Judging entries"
        with click.progressbar(leaves, length=count, label=label, file=sys.stderr, show_pos=True) as bar:
            yield from bar

    return iter if quiet else with_bar
