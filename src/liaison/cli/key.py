"""How are root keys made and used? On files of removable media, without a node and without a network.

liaison key root --out /media/a/root1        root1.key (encrypted under a passphrase) and root1.pub
liaison key sign DRAFT --key /media/a/root1.key
liaison key show DRAFT|FILE.pub              what it says, who signed, the words to read over the telephone
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from liaison.cli.output import json_option, show
from liaison.cli.register.choices import FILE, FOUND, read_file, write_file
from liaison.errors import LiaisonError, UsageError
from liaison.keys.private import Ed25519Signer
from liaison.keys.public import PublicKey
from liaison.keys.words import format_words, parse_words
from liaison.wire.canonical import decode_struct, encode_struct

PASSPHRASE = "LIAISON_PASSPHRASE"  # noqa: S105 — the name of a variable
passphrase_option = click.option(
    "--passphrase-file", type=FOUND, help=f"File with the passphrase; else {PASSPHRASE}, else it is asked for."
)


@click.group()
def group() -> None:
    """Make root keys, sign drafts with them, read fingerprints as words."""


@group.command()
@click.option("--out", type=FILE, required=True, help="Where to write NAME.key and NAME.pub.")
@passphrase_option
@json_option
def root(*, out: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """Make one root key."""
    from liaison.node import wiring

    secret = _passphrase(passphrase_file, confirm=True)
    public = wiring.create_root(out.with_suffix(".key"), secret)
    write_file(out.with_suffix(".pub"), encode_struct(public))
    value = {
        "key": str(out.with_suffix(".key")),
        "public": str(out.with_suffix(".pub")),
        "fingerprint": public.fingerprint,
        "words": format_words(public.fingerprint),
    }
    lines = [
        f"{value['key']}  keep it on this medium, in a safe",
        f"{value['public']}  may be given to anyone",
        f"  fingerprint {public.fingerprint}",
        f"  words       {value['words']}",
    ]
    show(value, lines, as_json=as_json)


@group.command()
@click.argument("draft", type=FOUND)
@click.option("--key", "keys", type=FOUND, multiple=True, required=True, help="A root's .key file.")
@click.option("--out", type=FILE, help="Where to write the signed draft; default: in place.")
@passphrase_option
@json_option
def sign(*, draft: Path, keys: tuple[Path, ...], out: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """Sign a draft with one root key or several."""
    from liaison.node import wiring
    from liaison.node.log.drafts import decode_draft, encode_draft, sign_draft

    signed = decode_draft(read_file(draft))
    secret = _passphrase(passphrase_file, confirm=False)
    signers = [Ed25519Signer.from_seed(wiring.read_root(path, secret)) for path in keys]
    signed = sign_draft(signed, *signers)
    write_file(out or draft, encode_draft(signed))
    names = [each.keyid for each in signed.signatures]
    value = {"draft": str(out or draft), "kind": signed.entry.payload.kind, "signed_by": names}
    show(value, [f"{out or draft}: signed by {len(names)} keys", *(f"  {name}" for name in names)], as_json=as_json)


@group.command("show")
@click.argument("file", type=FOUND)
@json_option
def show_file(*, file: Path, as_json: bool) -> None:
    """Show what a draft or a public key says."""
    value = _describe(read_file(file))
    show(value, _lines(value), as_json=as_json)


@group.command()
@click.argument("text", nargs=-1, required=True)
@json_option
def words(*, text: tuple[str, ...], as_json: bool) -> None:
    """A fingerprint as words, or words as a fingerprint."""
    given = " ".join(text)
    if len(given) == 64:
        fingerprint, spoken = given, format_words(given)
    else:
        fingerprint = parse_words(given)
        spoken = format_words(fingerprint)
    show({"fingerprint": fingerprint, "words": spoken}, [fingerprint, spoken], as_json=as_json)


def _describe(data: bytes) -> dict[str, Any]:
    from liaison.node.log.drafts import decode_draft
    from liaison.wire import canonical

    try:
        public = decode_struct(data.strip(), PublicKey, limit=4096)
        return {"fingerprint": public.fingerprint, "alg": public.alg, "words": format_words(public.fingerprint)}
    except LiaisonError:
        pass
    signed = decode_draft(data)
    return {
        "payload": signed.entry.payload_hash,
        "words": format_words(signed.entry.payload_hash),
        "says": canonical.decode(signed.payload, limit=1 << 16),
        "signed_by": [each.keyid for each in signed.signatures],
    }


def _lines(value: dict[str, Any]) -> list[str]:
    import json

    if "says" not in value:
        return [f"{name:12}{text}" for name, text in value.items()]
    said = json.dumps(value["says"], ensure_ascii=False, indent=2, sort_keys=True)
    signed = [f"signed by   {name}" for name in value["signed_by"]] or ["signed by   nobody yet"]
    return [said, f"payload     {value['payload']}", f"words       {value['words']}", *signed]


def _passphrase(file: Path | None, *, confirm: bool) -> bytes:
    if file is not None:
        found = read_file(file).rstrip(b"\r\n")
    elif PASSPHRASE in os.environ:
        found = os.environ[PASSPHRASE].encode()
    else:
        found = str(click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm)).encode()
    if not found:
        raise UsageError("passphrase-empty")
    return found
