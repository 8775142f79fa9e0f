"""Are the bytes of register, rules and state still what they were when they were frozen?

`python -m tests.register.test_vectors` writes the files again, for a new version of the formats.
"""

from __future__ import annotations

import base64
import json

from liaison.register import bodies
from liaison.register.facts import encode_fact
from liaison.register.state import MemoryView, NotUnderstood, Void, apply_leaf
from liaison.register.vocabulary import REGISTER, Channel, DeskKind, Evidence, NodeRef
from tests import house
from tests.register.judging import verdict
from tests.register.registry import RegisterBuilder, small_register

FOLDER = house.ROOT / "tests" / "vectors" / "register"
NOON = 1_795_348_800
NAMES = [
    "log",
    *(f"register/roots/{number}" for number in (1, 2)),
    *(f"XC/roots/{number}" for number in (1, 2)),
    *(f"XC/main/{purpose}" for purpose in ("entry", "message", "http", "cosigning")),
]


def frozen_register() -> RegisterBuilder:
    """A register with every kind of entry in it, and every outcome."""
    registry = small_register()
    _desks_and_claims(registry)
    _witnesses(registry)
    _hosting_and_revocation(registry)
    _recovery(registry)
    _oddities(registry)
    return registry


def _desks_and_claims(registry: RegisterBuilder) -> None:
    registry.nominate("XF")
    registry.nominate("XF", version=2, mission="Ministry of XF")
    registry.nominate("XG")
    registry.nominate("XG", version=2, withdrawn=True)
    prefix = bodies.PrefixClaim(prefix="192.0.2.0/24", desk="duty", evidence=Evidence.RPKI)
    domain = bodies.DomainClaim(domain="xc.example", desk="duty", evidence=Evidence.DNS)
    asn = bodies.AsnClaim(asn=64496, desk="duty", evidence=None)
    registry.publish_resources("XC", "XC", "XP", prefixes=(prefix,), asns=(asn,), domains=(domain,))
    registry.publish_desk("XD", "envoy", DeskKind.DIPLOMATIC)
    registry.by_node(bodies.DeskWithdrawn(desk="envoy"), "XD")
    fingerprint = registry.key("XD/roots/1").public.fingerprint
    vouched = bodies.Attested(participant=registry.ids["XD"], fingerprint=fingerprint, channel=Channel.NOTE_VERBALE)
    registry.by_node(vouched, "XC")


def _witnesses(registry: RegisterBuilder) -> None:
    registry.set_policy(2, "XC", "XD", "XE")
    registry.note(registry.checkpoint(times={"XC": NOON, "XD": NOON + 60}))


def _hosting_and_revocation(registry: RegisterBuilder) -> None:
    host = NodeRef(participant=registry.ids["XD"], node="main")
    guest = registry.node_keys("XE", "guest", (DeskKind.LAW_ENFORCEMENT,), host=host)
    registry.set_keys("XE", registry.keys["XE", "main"], guest, extra=["XD/main/entry"])
    registry.revoke("XE/guest/message", "XE", "XE/guest/message")
    registry.revoke("XE/guest/message", "XE", since=len(registry.leaves) - 3)


def _recovery(registry: RegisterBuilder) -> None:
    registry.admit("XC again", replaces=registry.ids["XC"])
    new = ("XC again/roots/1", "XC again/roots/2")
    over = bodies.ParticipantRoots(roots=registry.roots(*new), guardians=())
    registry.add(registry.drafted(over, "XC"), "XC/roots/1", "XC/roots/2", *new)


def _oddities(registry: RegisterBuilder) -> None:
    registry.append(registry.leaves[-1], expected=Void)
    other_kind = registry.drafted(registry.nomination("XH"), REGISTER, "office").replace(
        b"desk.nominated", b"desk.painted"
    )
    registry.append(registry.signed(other_kind, "register/office/entry"), expected=NotUnderstood)


def files() -> dict[str, str]:
    """Name → text of every file of the set."""
    registry = frozen_register()
    view, rows = MemoryView(), []
    for index, leaf in enumerate(registry.leaves):
        outcome = apply_leaf(view, leaf, index)
        view.record(outcome)
        rows.append({"leaf": base64.b64encode(leaf).decode(), "outcome": verdict(outcome)})
    seeds = {name: registry.key(name).seed.hex() for name in NAMES}
    return {
        "log.json": json.dumps(rows, indent=1) + "\n",
        "state.json": encode_fact(view.snapshot()).decode() + "\n",
        "seeds.json": json.dumps(seeds, indent=1) + "\n",
    }


def test_the_frozen_register_is_made_again_byte_for_byte() -> None:
    assert {name: (FOLDER / name).read_text(encoding="utf-8") for name in files()} == files()


def test_the_frozen_leaves_lead_to_the_frozen_state() -> None:
    view = MemoryView()
    for index, row in enumerate(json.loads((FOLDER / "log.json").read_text(encoding="utf-8"))):
        outcome = apply_leaf(view, base64.b64decode(row["leaf"]), index)
        assert verdict(outcome) == row["outcome"]
        view.record(outcome)
    assert encode_fact(view.snapshot()).decode() + "\n" == (FOLDER / "state.json").read_text(encoding="utf-8")


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
