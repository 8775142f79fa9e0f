"""What happens to a forged entry, a swapped key and a replayed message? Each is refused, and nothing is lost.

The attacker here has everything but the private keys: the log, the records, a sealed message that was copied.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from liaison.cli.demo.places import StepFailed, run_liaison
from liaison.cli.demo.rehearsal import Rehearsal
from liaison.keys.private import Ed25519Signer, SealingIdentity
from liaison.keys.signing import sign_envelope
from liaison.node.peering import PeerAddress, PeerRequest
from liaison.register.bodies import DeskWithdrawn
from liaison.register.entries import Place, decode_entry, draft
from liaison.register.export import decode_offline
from liaison.register.records import SealingKey, read_content
from liaison.register.rules import explain_rule
from liaison.wire.canonical import encode
from liaison.wire.envelope import PayloadType, encode_envelope
from liaison.wire.identifiers import encode_base64

ATTACKER = hashlib.sha256(b"the attacker of the demonstration").digest()


def forge_entry(demo: Rehearsal) -> list[str]:
    """An attacker with a program of his own hands in XD's next entry, signed with a key he made."""
    register = decode_offline(_offline_file(demo).read_bytes())
    last = [each for each in map(decode_entry, register.leaves) if each.payload.participant == demo.ids["XD"]][-1]
    place = Place(demo.register, demo.ids["XD"], "main", (last.payload.seq or 0) + 1, last.payload_hash)
    payload = draft(DeskWithdrawn("duty"), place, issued=last.payload.issued)
    forged = sign_envelope(PayloadType.ENTRY, payload, [Ed25519Signer.from_seed(ATTACKER)])
    rule = _hand_in(demo, encode_envelope(forged))
    return [f"“XD withdraws its desk”: refused by {rule}. {explain_rule(rule).what}"]


def swap_key(demo: Rehearsal) -> list[str]:
    """An attacker gives out a register file in which XD's sealing key is his own."""
    given = decode_offline(_offline_file(demo).read_bytes())
    thief = SealingIdentity.from_seed(ATTACKER).public
    honest = _offline_file(demo)
    data = honest.read_bytes()
    for record in given.records:
        content = read_content(record.part)
        if isinstance(content, SealingKey):
            data = data.replace(content.key.key.encode(), thief.key.encode())
    swapped = demo.folder / "swapped.register"
    swapped.write_bytes(data)
    if data == honest.read_bytes():
        raise StepFailed("there was no sealing key to swap")
    refused = run_liaison(("register", "open", swapped, "--anchor", demo.anchor, "--json"), expect=(1,))
    return [f"the reader's program refused it: {refused['what']}"]


def replay_message(demo: Rehearsal) -> list[str]:
    """A copied message is delivered a second time to XD, and to XE, for whom it was not sealed."""
    copied = demo.folder / "copied.tar"
    notice, sender, target = demo.seen["notice"], demo.places["XC"], demo.places["XD"]
    sender.run("message", "export", notice, "--sealed", "--to", "XD", "--out", copied)
    before = target.run("message", "list")
    first, second = (_receipt(demo, copied, number) for number in (1, 2))
    if target.run("message", "list") != before:
        raise StepFailed("the replayed message changed XD's inbox")
    refused = demo.places["XE"].run("message", "import", copied, expect=(1,))
    told = refused.get("what") or f"rejected ({refused['reason']})"
    return [f"XD: the receipt it had given before, inbox unchanged ({first}, {second})", f"XE: {told}"]


def verify_register(demo: Rehearsal) -> list[str]:
    """Every signature, every rule, every hash, from one file and the anchor."""
    file = _offline_file(demo)
    value = run_liaison(("verify", "register", file, "--anchor", demo.anchor, "--json"))
    return [f"{file}: {value['size']} entries, {value['trusted_size']} trusted, {len(value['void'])} void"]


def _receipt(demo: Rehearsal, copied: Path, number: int) -> str:
    out = demo.folder / f"receipt-{number}.age"
    return str(demo.places["XD"].run("message", "import", copied, "--receipt-out", out)["verdict"])


def _offline_file(demo: Rehearsal) -> Path:
    file = demo.folder / "rehearsal.register"
    if not file.exists():
        demo.places["XC"].run("register", "export", "--offline", file)
    return file


def _hand_in(demo: Rehearsal, entry: bytes) -> str:
    """The rule by which the secretariat's door refuses an entry. Raises `StepFailed` if it takes it."""
    from liaison.node import wiring

    address = PeerAddress(demo.office.url, (wiring.listener_hash(demo.office.home),))
    body = encode({"entries": [encode_base64(entry)], "parts": []})
    request = PeerRequest("POST", f"/registers/{demo.register}/entries", body=body)
    answer = wiring.open_node(demo.places["XC"].home).link.call(address, request)
    handed = json.loads(answer.body)["handed"][0]
    if handed["refusal"] is None:
        raise StepFailed(f"the forged entry was taken as entry {handed['index']}")
    return str(handed["refusal"])
