"""How is told what was verified? As one JSON value, and as lines made from that value alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from liaison.cli.conduct.words import judged_value_lines
from liaison.cli.instrument.words import stand_cells, stand_value
from liaison.cli.message.screen import plain
from liaison.cli.output import table
from liaison.register.vocabulary import REGISTER

if TYPE_CHECKING:
    from liaison.register.anchor import Anchor
    from liaison.register.checking.proof import JudgedProof
    from liaison.register.export import OfflineRegister, VerifiedRegister
    from liaison.register.facts import ParticipantState
    from liaison.register.memory import Oddity

NOT_UNDERSTOOD = {
    "kind": "Its kind is not known to this version of the program.",
    "version": "Its version is newer than this version of the program.",
    "rules": "It asks for newer rules: update the program; nothing after it was judged.",
}


def register_value(given: OfflineRegister, verified: VerifiedRegister, known: Anchor | None) -> dict[str, Any]:
    """What `liaison verify register --json` prints."""
    from liaison.tlog.checkpoint import parse_checkpoint

    view, head, facts = verified.view, verified.head, verified.view.globals()
    noted = parse_checkpoint(known.checkpoint.text).size if known is not None and known.checkpoint is not None else 0
    people = [state for state in view.participants() if state.type is not None]
    return {
        "register": given.anchor.register,
        "origin": facts.origin if facts else given.anchor.origin,
        "title": facts.title if facts else "",
        "rehearsal": facts.rehearsal if facts else False,
        "anchored": known is not None,
        "older_than_anchor": head.size < noted,
        "size": len(given.leaves),
        "root": head.root.hex(),
        "trusted_size": head.size,
        "witnessed": head.witnessed,
        "cosigned_at": _instant(head.time),
        "log_time": _instant(facts.log_time if facts else None),
        "participants": [_participant(state) for state in people],
        "nominations": sum(1 for each in view.nominations() if not each.withdrawn),
        "instruments": _instruments(view.participant(REGISTER)),
        "stands": sum(len(made) for state in people for made in state.stands.values()),
        "reports": [each for state in people for each in _reports(state)],
        "declared": [each for state in people for each in _declared(state)],
        "records": len(verified.records),
        "void": [_void(each, given.leaves[each.index]) for each in view.changed.oddities if each.rule is not None],
        "not_understood": [_odd(each) for each in view.changed.oddities if each.rule is None],
    }


def register_lines(value: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"Register {value['register']}"
    yield f"  {value['title']} ({value['origin']}){', a rehearsal' if value['rehearsal'] else ''}"
    yield f"  {value['size']} entries: the tree, every signature and every rule were checked"
    if value["witnessed"]:
        yield f"  {value['trusted_size']} entries trusted, cosigned by the witnesses at {value['cosigned_at']}"
    else:
        yield f"  {value['trusted_size']} entries trusted on the log's own signature: not yet witnessed"
    if value["older_than_anchor"]:
        yield "  This copy is older than the checkpoint in your anchor file."
    yield f"  {value['records']} record parts fit their digests; {value['nominations']} desks nominated by letter"
    if value["instruments"]:
        carried = ", ".join(each["instrument"] for each in value["instruments"])
        yield f"  Instruments: {carried}; {value['stands']} stands declared"
    if value["reports"]:
        gone = sum(1 for each in value["reports"] if each["withdrawn"])
        yield f"  {len(value['reports'])} implementation reports, {gone} of them withdrawn"
    yield from (f"  {line}" for line in judged_value_lines(value.get("judged", ())))
    yield from table(_stand_row(each) for each in value["declared"])
    people = value["participants"]
    yield f"Participants: {len(people)}"
    yield from table(_row(each) for each in people)
    yield f"Void entries: {len(value['void'])}"
    yield from (f"  {each['index']}  {each['rule']}: {each['what']}{_in_name(each)}" for each in value["void"])
    if value["not_understood"]:
        yield f"Not understood: {len(value['not_understood'])}"
        yield from (f"  {each['index']}  {each['what']}" for each in value["not_understood"])


def _instruments(secretariat: ParticipantState | None) -> list[dict[str, Any]]:
    published = secretariat.instruments if secretariat is not None else {}
    return [
        {"instrument": name, "version": each.body.version, "text": each.body.text, "index": each.index}
        for name, each in sorted(published.items())
        if not each.body.withdrawn
    ]


def _reports(state: ParticipantState) -> list[dict[str, Any]]:
    return [
        {
            "participant": state.id,
            "instrument": made[-1].body.instrument,
            "period": made[-1].body.period,
            "version": made[-1].body.version,
            "withdrawn": made[-1].body.withdrawn,
            "parts": len(made[-1].body.parts),
            "index": made[-1].index,
        }
        for _, made in sorted(state.reports.items())
    ]


def _declared(state: ParticipantState) -> Iterator[dict[str, Any]]:
    from liaison.conduct.stands import history

    for each in history(state):
        yield {"participant": state.id, "name": state.labels.name, **stand_value(each)}


def _stand_row(each: dict[str, Any]) -> tuple[str, ...]:
    index, *rest = stand_cells(each)
    return f"  {index}", plain(each["name"]), *rest


def _in_name(each: dict[str, Any]) -> str:
    """In whose name a void entry speaks: it is no word of theirs."""
    if not each["kind"]:
        return ""
    who = f" in the name of {each['participant'][:16]}" if each["participant"] else ""
    return f" ({each['kind']}{who})"


def proof_value(judged: JudgedProof, leaf: bytes) -> dict[str, Any]:
    """What `liaison verify proof --json` prints."""
    oddity = judged.oddity
    void = oddity is not None and oddity.rule is not None
    return {
        "origin": judged.checkpoint.origin,
        "index": judged.index,
        "size": judged.checkpoint.size,
        "root": judged.checkpoint.root.hex(),
        "by": "register" if judged.judged else "anchor",
        "witnessed": judged.witnessed,
        "entry": _entry(leaf),
        "void": _void(oddity, leaf) if oddity is not None and void else None,
        "not_understood": _odd(oddity) if oddity is not None and not void else None,
    }


def proof_lines(value: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    entry = value["entry"]
    words = f"{entry['kind']} of {entry['participant'] or 'nobody yet'}" if entry else "something that is no entry"
    yield f"Entry {value['index']} of {value['size']} in {value['origin']}: {words}"
    if value["by"] == "anchor":
        yield "  It stands in the tree of the checkpoint in your anchor file."
        yield "  Signatures and rules were not judged; --register FILE does that."
    else:
        seen = "the log and its witnesses" if value["witnessed"] else "the log alone (not yet witnessed)"
        yield f"  Signed by {seen}; leaf and tree are those of the register."
    for odd in (value["void"], value["not_understood"]):
        if odd:
            yield f"  It changed nothing. {odd.get('rule', 'Not understood')}: {odd['what']}"


def _entry(leaf: bytes) -> dict[str, Any] | None:
    from liaison.errors import MalformedError
    from liaison.register.entries import decode_entry

    try:
        payload = decode_entry(leaf).payload
    except MalformedError:
        return None
    return {"kind": payload.kind, "participant": payload.participant, "node": payload.node, "issued": payload.issued}


def _participant(state: ParticipantState) -> dict[str, Any]:
    live = [node for node in state.nodes.values() if node.retired_index is None]
    return {
        "id": state.id,
        "type": state.type.value if state.type else "",
        "name": state.labels.name,
        "codes": list(state.labels.codes),
        "nodes": len(live),
        "desks": sum(1 for node in live for desk in node.desks.values() if desk.withdrawn_index is None),
        "disputed": state.disputed,
    }


def _row(each: dict[str, Any]) -> tuple[str, ...]:
    mark = "disputed keys" if each["disputed"] else ""
    counts = f"nodes {each['nodes']}", f"desks {each['desks']}"
    return "  " + " ".join(each["codes"]), each["type"], each["name"], *counts, each["id"][:16], mark


def _void(oddity: Oddity, leaf: bytes) -> dict[str, Any]:
    from liaison.register.rules import explain_rule

    rule = oddity.rule or ""
    entry = _entry(leaf) or {"kind": None, "participant": None}
    told = {"kind": entry["kind"], "participant": entry["participant"]}
    return {"index": oddity.index, "rule": rule, "what": explain_rule(rule).what} | told


def _odd(oddity: Oddity) -> dict[str, Any]:
    return {
        "index": oddity.index,
        "reason": oddity.reason,
        "what": NOT_UNDERSTOOD.get(oddity.reason or "", NOT_UNDERSTOOD["kind"]),
    }


def _instant(seconds: int | None) -> str | None:
    from liaison.wire.identifiers import format_instant

    return None if seconds is None else format_instant(datetime.fromtimestamp(seconds, UTC))
