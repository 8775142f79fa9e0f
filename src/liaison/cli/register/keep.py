"""How is a register followed, kept and handed on? `liaison register follow|sync|anchor|cosign|note|export|prove|…`."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import click

from liaison.cli.output import json_option, note, show
from liaison.cli.register.choices import FILE, FOUND, read_file, register_option, the_register, write_file
from liaison.cli.session import chosen_home, open_node
from liaison.errors import UsageError


@click.command()
@click.argument("anchor", type=FOUND)
@click.option("--fetch/--no-fetch", default=True, help="Fetch the register at once.")
@json_option
def follow(*, anchor: Path, fetch: bool, as_json: bool) -> None:
    """Follow the register an anchor file names. Compare its words with the secretariat over the telephone."""
    node = open_node()
    from liaison.keys.words import format_words
    from liaison.node.services.mirror import follow_register, sync_register
    from liaison.node.services.records import fetch_records

    register = follow_register(node, anchor=read_file(anchor))
    value: dict[str, object] = {"register": register, "words": format_words(register)}
    lines = [f"Following {register}", f"  words {value['words']}"]
    if fetch:
        synced = sync_register(node, register=register)
        fetched = fetch_records(node, register=register)
        value |= {"size": synced.size, "trusted_size": synced.trusted_size, "records": fetched.fetched}
        lines.append(f"  {synced.size} entries, {synced.trusted_size} trusted, {fetched.fetched} record parts")
    show(value, lines, as_json=as_json)


@click.command()
@register_option
@json_option
def sync(*, register: str, as_json: bool) -> None:
    """Fetch and verify what is new, from the secretariat or any other mirror."""
    node = open_node()
    from liaison.node.services.mirror import sync_register
    from liaison.node.services.records import fetch_records

    place = the_register(node, register)
    synced = sync_register(node, register=place)
    fetched = fetch_records(node, register=place)
    value = dataclasses.asdict(synced) | {"records": fetched.fetched, "withheld": len(fetched.withheld)}
    lines = [
        f"{synced.fetched} new entries; {synced.size} in all, {synced.trusted_size} trusted",
        f"{fetched.fetched} new record parts, {len(fetched.withheld)} withheld",
        *(f"void: entry {index} (see 'liaison register show --alarms')" for index in synced.void),
        *(f"not used: {url} ({code})" for url, code in synced.failed.items()),
    ]
    show(value, lines, as_json=as_json)


@click.command("anchor")
@register_option
@click.option("--out", type=FILE, required=True, help="The anchor file to write; - for stdout.")
@click.option("--at", "addresses", multiple=True, help="https://host:port#TLS-hash; default: this node's own door.")
@json_option
def write_anchor(*, register: str, out: Path, addresses: tuple[str, ...], as_json: bool) -> None:
    """Write the file by which others follow this register."""
    node = open_node()
    from liaison.keys.words import format_words
    from liaison.node.log.sources import make_anchor

    place = the_register(node, register)
    write_file(out, make_anchor(node, register=place, addresses=addresses))
    value = {"register": place, "anchor": str(out), "words": format_words(place)}
    if str(out) != "-":
        show(value, [f"{out}: register {place}", f"  words {value['words']}"], as_json=as_json)


@click.command()
@register_option
@json_option
def cosign(*, register: str, as_json: bool) -> None:
    """Ask the witnesses for their cosignatures on the present checkpoint (the secretariat does)."""
    node = open_node()
    from liaison.node.services.witnessing import collect_cosignatures

    done = collect_cosignatures(node, register=the_register(node, register))
    lines = [
        f"Checkpoint of {done.size} entries: {'trusted' if done.trusted else 'not trusted yet'}",
        *(f"  cosigned by {name}" for name in done.cosigned),
        *(f"  not by {name}: {code}" for name, code in done.silent.items()),
    ]
    show(dataclasses.asdict(done), lines, as_json=as_json)


@click.command("note")
@register_option
@json_option
def note_time(*, register: str, as_json: bool) -> None:
    """Log the latest cosigned checkpoint, so that log time goes on (the secretariat does, weekly)."""
    node = open_node()
    from liaison.node.services.witnessing import note_checkpoint

    index = note_checkpoint(node, register=the_register(node, register))
    show({"index": index}, [f"Noted as entry {index}"], as_json=as_json)


@click.command()
@register_option
@click.option("--log", "folder", type=click.Path(path_type=Path, file_okay=False), help="Static C2SP files go here.")
@click.option("--offline", type=FILE, help="One file that proves itself goes here; - for stdout.")
@click.option("--audience", multiple=True, default=("public",), show_default=True, help="Record parts to put in.")
@json_option
def export(
    *, register: str, folder: Path | None, offline: Path | None, audience: tuple[str, ...], as_json: bool
) -> None:
    """Write the register out as files that others verify for themselves."""
    if (folder is None) == (offline is None):
        raise UsageError("export-needs-one-target")
    node = open_node()
    from liaison.node import wiring
    from liaison.node.log.static import export_file, export_log

    place = the_register(node, register)
    if folder is not None:
        with click.progressbar(length=0, label="Tiles", file=sys.stderr, hidden=as_json) as bar:
            size = export_log(node, register=place, target=wiring.static_log(folder), progress=bar.update)
        show({"register": place, "size": size, "folder": str(folder)}, [f"{size} entries in {folder}"], as_json=as_json)
        return
    data = export_file(node, register=place, audiences=audience)
    write_file(offline or Path("-"), data)
    if str(offline) != "-":
        show(
            {"register": place, "file": str(offline), "bytes": len(data)},
            [f"{offline}: {len(data)} bytes"],
            as_json=as_json,
        )


@click.command("rebuild")
@register_option
@json_option
def rebuild_tables(*, register: str, as_json: bool) -> None:
    """Drop the tables folded from the log and make them again from the tiles."""
    node = open_node()
    from liaison.node.log.projections import rebuild
    from liaison.node.reads.register import followed
    from liaison.node.unit_of_work import unit_of_work

    place = the_register(node, register)
    if not as_json:
        note(f"Folding the log in {chosen_home()} again…")
    with node.lanes(followed(node, place).size) as lanes, unit_of_work(node):
        count = rebuild(place, lanes=lanes)
    show({"register": place, "entries": count}, [f"{count} entries folded again"], as_json=as_json)


@click.command("prove")
@register_option
@click.argument("index", type=click.IntRange(min=0))
@click.option("--out", type=FILE, required=True, help="The proof file to write; - for stdout.")
@json_option
def prove(*, register: str, index: int, out: Path, as_json: bool) -> None:
    """Write a file that shows without a network that an entry stands in the log; 'liaison verify proof' reads it."""
    node = open_node()
    from liaison.node.reads.proofs import prove_entry

    place = the_register(node, register)
    data = prove_entry(node, place, index)
    write_file(out, data)
    if str(out) != "-":
        value = {"register": place, "index": index, "file": str(out), "bytes": len(data)}
        show(value, [f"{out}: entry {index}, {len(data)} bytes"], as_json=as_json)
