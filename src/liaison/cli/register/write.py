"""How does something get into a register? `liaison register submit|nominate|desk|resources|publish|withdraw|attest`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from liaison.cli.output import json_option, show
from liaison.cli.register.choices import (
    FOUND,
    place_options,
    read_file,
    register_option,
    the_participant,
    the_place,
    the_register,
)
from liaison.cli.register.draft import DESK_KINDS, REPORT_FORMATS
from liaison.cli.session import open_node
from liaison.errors import MalformedError

if TYPE_CHECKING:
    from liaison.node.services.secretariat import Handed
    from liaison.register.records import Contact
    from liaison.register.vocabulary import Evidence


@click.command()
@click.argument("draft", type=FOUND)
@json_option
def submit(*, draft: Path, as_json: bool) -> None:
    """Hand in a draft that is signed by all it needs; an opening opens the register on this node."""
    node = open_node()
    from liaison.node.log.drafts import decode_draft
    from liaison.node.services.ceremony import finish
    from liaison.node.services.secretariat import open_register
    from liaison.node.services.submission import hand_in_one

    drafted = decode_draft(read_file(draft))
    payload = drafted.entry.payload
    if payload.register is None:
        register, index = open_register(node, drafted=drafted), 0
    else:
        register = payload.register
        leaf = finish(node, register=register, drafted=drafted)
        index = hand_in_one(node, register=register, envelope=leaf, parts=drafted.parts)
    value = {"register": register, "index": index, "kind": payload.kind, "payload": drafted.entry.payload_hash}
    show(value, [f"{payload.kind} is entry {index} of {register}", f"  payload {value['payload']}"], as_json=as_json)


@click.command()
@register_option
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
@json_option
def nominate(*, register: str, file: Path, as_json: bool) -> int:
    """Enter the desks a table of letters asks for; the same table again corrects and withdraws."""
    node = open_node()
    from liaison.explanations import explain
    from liaison.node.services.nominations import import_nominations

    try:
        text = read_file(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedError("not-utf-8") from error
    done = import_nominations(node, register=the_register(node, register), text=text)
    problems = [
        {"line": each.line, "code": each.error.code, "what": explain(each.error).what} for each in done.problems
    ]
    value = {"written": done.written, "unchanged": done.unchanged, "problems": problems}
    lines = [
        f"{done.written} entries written, {done.unchanged} rows unchanged, {len(problems)} rows refused",
        *(f"  line {each['line']}: {each['what']}" for each in problems),
    ]
    show(value, lines, as_json=as_json)
    return 1 if problems else 0


@click.command()
@place_options
@click.option("--desk", "desk_id", default="duty", show_default=True, help="Id of the desk.")
@click.option("--kind", type=click.Choice(DESK_KINDS), required=True)
@click.option(
    "--language", "languages", multiple=True, required=True, help="Tag such as en or zh-Hans; first preferred."
)
@click.option("--routine", type=int, help="Minutes until a routine message is answered.")
@click.option("--urgent", type=int, help="Minutes until an urgent one is.")
@click.option("--emergency", type=int, help="Minutes until an emergency is.")
@click.option("--contact", "contacts", type=(str, FOUND), multiple=True, help="AUDIENCE FILE.json with the contact.")
@click.option(
    "--report-format",
    "formats",
    multiple=True,
    type=click.Choice(REPORT_FORMATS),
    help="In which formats it takes reports on resources; first preferred.",
)
@click.option(
    "--report-every", type=click.IntRange(0, 44640), default=0, help="Minutes between two deliveries of them."
)
@click.option("--report-largest", type=click.IntRange(64, 8192), default=8192, help="KiB of the largest file.")
@click.option("--publish/--later", "now", default=True, help="Publish at once.")
@json_option
def desk(*, register: str, participant: str, node_id: str, desk_id: str, kind: str, languages: tuple[str, ...],
         routine: int | None, urgent: int | None, emergency: int | None, contacts: tuple[tuple[str, Path], ...],
         formats: tuple[str, ...], report_every: int, report_largest: int,
         now: bool, as_json: bool) -> None:  # fmt: skip
    """Say what a desk of this node is, and publish it."""
    node = open_node()
    from liaison.node.services.own_entry import declared_rulebook
    from liaison.node.services.publication import DeskPlan, declare_desk, publish_node
    from liaison.register.bodies import Expected
    from liaison.register.records import ReportWishes
    from liaison.register.vocabulary import DeskKind, ReportFormat

    place = the_place(node, register, participant, node_id)
    found = {audience: _contact(path) for audience, path in contacts}
    expected = Expected(routine, urgent, emergency)
    reports = None
    if formats:
        reports = ReportWishes(tuple(map(ReportFormat, dict.fromkeys(formats))), report_every, report_largest << 10)
    rules = declared_rulebook(node, place.register, place.participant, desk_id)
    declare_desk(node, place, DeskPlan(desk_id, DeskKind(kind), languages, expected, found, reports, rules))
    _tell(publish_node(node, place) if now else [], as_json=as_json)


@click.command()
@place_options
@click.option("--fresh-keys", is_flag=True, help="Give every desk a new sealing key.")
@json_option
def publish(*, register: str, participant: str, node_id: str, fresh_keys: bool, as_json: bool) -> None:
    """Publish what changed: desks, their keys, the address, the TLS key."""
    node = open_node()
    from liaison.node.services.publication import publish_node

    place = the_place(node, register, participant, node_id)
    _tell(publish_node(node, place, made_before=node.clock.now() if fresh_keys else None), as_json=as_json)


@click.command()
@place_options
@click.argument("desk_id")
@json_option
def withdraw(*, register: str, participant: str, node_id: str, desk_id: str, as_json: bool) -> None:
    """Withdraw a desk for good."""
    node = open_node()
    from liaison.node.services.publication import withdraw_desk

    _tell(withdraw_desk(node, the_place(node, register, participant, node_id), desk=desk_id), as_json=as_json)


@click.command()
@place_options
@click.option("--code", "codes", multiple=True, help="A country or territory code this participant answers for.")
@click.option("--prefix", "prefixes", multiple=True, help="192.0.2.0/24=DESK, or =DESK=allocation|rpki|dns.")
@click.option("--asn", "asns", multiple=True, help="64500=DESK, or =DESK=EVIDENCE.")
@click.option("--domain", "domains", multiple=True, help="gov.example=DESK, or =DESK=EVIDENCE.")
@json_option
def resources(*, register: str, participant: str, node_id: str, codes: tuple[str, ...], prefixes: tuple[str, ...],
              asns: tuple[str, ...], domains: tuple[str, ...], as_json: bool) -> None:  # fmt: skip
    """Publish the codes and resources this node claims, in place of its earlier list."""
    node = open_node()
    from liaison.node.services.publication import publish_resources
    from liaison.register.bodies import AsnClaim, DomainClaim, PrefixClaim, ResourcesPublished

    body = ResourcesPublished(
        tuple(sorted(set(codes))),
        tuple(PrefixClaim(*_claim(text)) for text in sorted(prefixes)),
        tuple(AsnClaim(_number(value), name, evidence) for value, name, evidence in map(_claim, asns)),
        tuple(DomainClaim(*_claim(text)) for text in sorted(domains)),
    )
    _tell(publish_resources(node, the_place(node, register, participant, node_id), body), as_json=as_json)


@click.command()
@place_options
@click.option("--of", "subject", required=True, help="The participant whose root was checked.")
@click.option("--fingerprint", required=True, help="The root's fingerprint.")
@click.option(
    "--channel", type=click.Choice(["note-verbale", "in-person", "telephone", "video", "openpgp"]), required=True
)
@json_option
def attest(*, register: str, participant: str, node_id: str, subject: str, fingerprint: str, channel: str,
           as_json: bool) -> None:  # fmt: skip
    """Say over which channel another participant's root fingerprint was checked."""
    node = open_node()
    from liaison.node.services import publication
    from liaison.register.bodies import Attested
    from liaison.register.vocabulary import Channel

    place = the_place(node, register, participant, node_id)
    owner = the_participant(node, place.register, subject)
    _tell(publication.attest(node, place, Attested(owner, fingerprint, Channel(channel))), as_json=as_json)


def _tell(handed: list[Handed], *, as_json: bool) -> None:
    value = {"entries": [dataclasses.asdict(each) | {"refusal": None} for each in handed]}
    lines = [f"Entry {each.index}: {each.payload_hash}" for each in handed] or ["Nothing changed."]
    show(value, lines, as_json=as_json)


def _contact(path: Path) -> Contact:
    """A contact in JSON: institution, unit, mailbox, telephone, time_zone, hours, persons."""
    import msgspec

    from liaison.register.records import Contact
    from liaison.wire.typed import convert, read_json

    optional = dict.fromkeys(("unit", "mailbox", "telephone", "time_zone", "hours"))
    try:
        given = read_json(read_file(path), dict[str, object])
        return convert(optional | {"persons": []} | given, Contact)
    except msgspec.DecodeError as error:
        raise MalformedError("contact-malformed", path=str(path), reason=str(error)) from error


def _claim(text: str) -> tuple[str, str, Evidence | None]:
    from liaison.register.vocabulary import Evidence

    value, _, rest = text.partition("=")
    name, _, evidence = rest.partition("=")
    if not value or not name or evidence not in ("", *Evidence):
        raise MalformedError("claim-malformed", claim=text)
    return value, name, Evidence(evidence) if evidence else None


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise MalformedError("claim-malformed", claim=text)
    return int(text)
