"""How does an entry that needs root keys begin? `liaison register draft …` writes a file for the roots to sign."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from liaison.cli.output import json_option, show
from liaison.cli.register.choices import (
    FILE,
    FOUND,
    read_file,
    register_option,
    the_participant,
    the_register,
    write_file,
)
from liaison.cli.session import open_node
from liaison.errors import UsageError
from liaison.wire.identifiers import digest

if TYPE_CHECKING:
    from liaison.node.log.drafts import Draft
    from liaison.node.node import Node
    from liaison.register.bodies import Roots

DESK_KINDS = ("diplomatic", "technical", "law-enforcement", "central-authority", "provider-security")
REPORT_FORMATS = ("csv", "json-lines", "xarf", "stix", "misp")
out_option = click.option("--out", type=FILE, required=True, help="The draft file to write; - for stdout.")
root_option = click.option("--root", "roots", type=FOUND, multiple=True, required=True, help="A root's .pub file.")
threshold_option = click.option("--threshold", type=int, default=0, help="How many roots must sign; default: all.")


@click.group()
def group() -> None:
    """Write a draft: the roots sign it with 'liaison key sign', then it is submitted."""


def _tell(draft: Draft, out: Path, *, as_json: bool) -> None:
    from liaison.node.log.drafts import encode_draft

    write_file(out, encode_draft(draft))
    kind, payload = draft.entry.payload.kind, draft.entry.payload_hash
    if str(out) != "-":
        value = {"draft": str(out), "kind": kind, "payload": payload, "signatures": len(draft.signatures)}
        show(
            value,
            [f"{out}: {kind}, {len(draft.signatures)} signatures so far", f"  payload {payload}"],
            as_json=as_json,
        )


def _roots(files: tuple[Path, ...], threshold: int) -> Roots:
    from liaison.keys.public import PublicKey
    from liaison.register.bodies import Roots
    from liaison.wire.canonical import decode_struct

    keys = tuple(decode_struct(read_file(path).strip(), PublicKey, limit=4096) for path in files)
    return Roots(keys, threshold or len(keys))


def _texts(node: Node, names: tuple[str, ...]) -> list[str]:
    from liaison.instruments.texts import text_hash
    from liaison.node.reads.instruments.known import known_instruments

    known = known_instruments(node) if names else {}
    for name in names:
        if name not in known:
            raise UsageError("instrument-not-found", instrument=name[:64])
    return sorted({text_hash(known[name]) for name in names})


@group.command()
@click.option("--origin", required=True, help="Name of the log, e.g. log.register.example.")
@click.option("--title", required=True)
@click.option("--rehearsal", is_flag=True, help="For exercises only; cannot be changed later.")
@click.option("--instrument", "instruments", multiple=True, help="Id of a text it is opened with. May be repeated.")
@root_option
@threshold_option
@out_option
@json_option
def opening(*, origin: str, title: str, rehearsal: bool, instruments: tuple[str, ...], roots: tuple[Path, ...],
            threshold: int, out: Path, as_json: bool) -> None:  # fmt: skip
    """The opening of a new register; this node makes its log key. All its roots sign."""
    node = open_node()
    from liaison.node.services.ceremony import draft_opening

    drafted = draft_opening(
        node,
        origin=origin,
        title=title,
        rehearsal=rehearsal,
        roots=_roots(roots, threshold),
        instruments=_texts(node, instruments),
    )
    _tell(drafted, out, as_json=as_json)


@group.command()
@register_option
@click.option("--type", "type_", type=click.Choice(["state", "organisation", "provider"]), default="state")
@click.option("--name", required=True)
@click.option("--code", "codes", multiple=True, help="A country code it is known by; claims nothing.")
@click.option("--letter", type=FOUND, required=True, help="The letter that asks for it; only its hash is entered.")
@click.option("--replaces", default="", help="The participant it re-admits after a loss of keys.")
@root_option
@threshold_option
@out_option
@json_option
def admission(*, register: str, type_: str, name: str, codes: tuple[str, ...], letter: Path, replaces: str,
              roots: tuple[Path, ...], threshold: int, out: Path, as_json: bool) -> None:  # fmt: skip
    """The admission of a participant. All its roots sign, and the secretariat's."""
    node = open_node()
    from liaison.node.services.ceremony import draft_admission
    from liaison.register.bodies import Labels
    from liaison.register.vocabulary import ParticipantType

    place = the_register(node, register)
    drafted = draft_admission(
        node,
        register=place,
        type_=ParticipantType(type_),
        labels=Labels(name, tuple(sorted(codes))),
        roots=_roots(roots, threshold),
        letter=digest(read_file(letter)),
        replaces=the_participant(node, place, replaces) if replaces else None,
    )
    _tell(drafted, out, as_json=as_json)


@group.command()
@register_option
@click.option("--participant", default="", help="The participant, or the beginning of its hash.")
@click.option("--node", "node_id", default="main", show_default=True, help="Id of the node.")
@click.option("--kind", "kinds", type=click.Choice(DESK_KINDS), multiple=True, help="A kind of desk it may publish.")
@click.option("--cosigns", is_flag=True, help="Give it a cosigning key, so that it can be a witness.")
@click.option("--host", default="", help="PARTICIPANT/NODE whose installation this is, when it is not the own one.")
@out_option
@json_option
def keys(*, register: str, participant: str, node_id: str, kinds: tuple[str, ...], cosigns: bool, host: str,
         out: Path, as_json: bool) -> None:  # fmt: skip
    """Fresh keys for a node on this installation; other nodes keep theirs. The participant's roots sign."""
    node = open_node()
    from liaison.node.services.ceremony import NodePlan, draft_keys
    from liaison.register.vocabulary import DeskKind, NodeRef

    place = the_register(node, register)
    owner = the_participant(node, place, participant)
    hosted_by = None
    if host:
        name, _, host_node = host.partition("/")
        hosted_by = NodeRef(the_participant(node, place, name), host_node or "main")
    plan = NodePlan(node_id, tuple(DeskKind(kind) for kind in sorted(set(kinds))), cosigns, hosted_by)
    _tell(draft_keys(node, register=place, participant=owner, plans=[plan]), out, as_json=as_json)


@group.command()
@register_option
@click.option("--participant", required=True, help="The participant, 'register' for the secretariat.")
@root_option
@threshold_option
@out_option
@json_option
def roots(
    *, register: str, participant: str, roots: tuple[Path, ...], threshold: int, out: Path, as_json: bool
) -> None:
    """The next root keys. The old threshold and all new roots sign."""
    from liaison.register.bodies import ParticipantRoots

    node = open_node()
    from liaison.node.services.ceremony import draft_entry

    place = the_register(node, register)
    body = ParticipantRoots(_roots(roots, threshold), ())
    owner = the_participant(node, place, participant)
    _tell(draft_entry(node, register=place, body=body, participant=owner), out, as_json=as_json)


@group.command()
@register_option
@click.option("--k", "needed", type=int, required=True, help="How many witnesses must cosign.")
@click.option("--witness", "witnesses", multiple=True, help="PARTICIPANT/NODE of a witness.")
@out_option
@json_option
def policy(*, register: str, needed: int, witnesses: tuple[str, ...], out: Path, as_json: bool) -> None:
    """The witness policy. The secretariat's roots sign, and k of the present witnesses' nodes."""
    from liaison.register.bodies import PolicyPublished
    from liaison.register.vocabulary import REGISTER, NodeRef

    node = open_node()
    from liaison.node.services.ceremony import draft_entry

    place = the_register(node, register)
    named = []
    for witness in witnesses:
        name, _, node_id = witness.partition("/")
        named.append(NodeRef(the_participant(node, place, name), node_id or "main"))
    body = PolicyPublished(needed, tuple(sorted(named, key=lambda each: (each.participant, each.node))))
    _tell(draft_entry(node, register=place, body=body, participant=REGISTER), out, as_json=as_json)


@group.command()
@register_option
@click.option("--participant", required=True)
@click.option("--fingerprint", required=True, help="The key to revoke.")
@click.option("--suspect-since", type=int, default=None, help="Index from which what it signed is suspect.")
@out_option
@json_option
def revocation(*, register: str, participant: str, fingerprint: str, suspect_since: int | None, out: Path,
               as_json: bool) -> None:  # fmt: skip
    """The revocation of a key: stands in no chain, so it can be signed years ahead and kept in a safe."""
    from liaison.register.bodies import KeyRevoked

    node = open_node()
    from liaison.node.services.ceremony import draft_entry

    place = the_register(node, register)
    if len(fingerprint) != 64:
        raise UsageError("fingerprint-not-whole", fingerprint=fingerprint)
    body = KeyRevoked(fingerprint, suspect_since)
    owner = the_participant(node, place, participant)
    _tell(draft_entry(node, register=place, body=body, participant=owner), out, as_json=as_json)
