"""What does a command print of an instrument, a standing, a basis? Lines for people, plain values for `--json`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING, Any

from liaison.cli.message.screen import plain
from liaison.cli.output import table
from liaison.instruments.lineage import relatives

if TYPE_CHECKING:
    from liaison.conduct.stands import Declared
    from liaison.instruments.legal_basis import Basis
    from liaison.instruments.lineage import Relative
    from liaison.instruments.positions import Statement
    from liaison.instruments.texts import Instrument
    from liaison.node.reads.instruments.known import ImportedFile
    from liaison.node.reads.instruments.status import BasisShown, Between, InstrumentStatus, PartyStanding

OFFICIAL = "Paraphrases of our own: the official text decides."
NOT_CHECKED = "Not yet compared with the official text, which decides."


def row_of(each: InstrumentStatus) -> tuple[str, ...]:
    """One instrument as a line of a list."""
    carried = "carried" if each.published is not None and not each.published.withdrawn else "-"
    counted = "" if each.conduct else f"{each.parties} parties"
    return each.instrument, force_of(each), counted, carried, plain(each.title)


def force_of(each: InstrumentStatus) -> str:
    """Whether it is in force on its day."""
    if each.text is None:
        return "no data here"
    if each.text.kind.value != "treaty":
        return each.text.kind.value
    if each.entry is None:
        needed = each.text.entry.deposits if each.text.entry else 0
        return f"not in force ({each.consents} of {needed})"
    return f"in force since {each.entry}" if each.in_force else f"in force from {each.entry}"


def value_of(each: InstrumentStatus) -> dict[str, Any]:
    """The same as plain values."""
    text = each.text
    return {
        "instrument": each.instrument,
        "title": each.title,
        "on": each.on.isoformat(),
        "kind": text.kind.value if text else None,
        "addressed": [who.value for who in each.addressed],
        "acts": [act.value for act in each.acts],
        "symbol": text.symbol if text else "",
        "address": text.address if text else "",
        "source": text.source if text else "",
        "checked": text.checked if text else False,
        "carried": each.published is not None and not each.published.withdrawn,
        "named_at_opening": each.at_opening,
        "differs": each.differs,
        "entry_into_force": each.entry.isoformat() if each.entry else None,
        "in_force": each.in_force,
        "consents": each.consents,
        "needed": text.entry.deposits if text and text.entry else None,
        "parties": each.parties,
    }


def clause_values(each: InstrumentStatus, known: Mapping[str, Instrument]) -> list[dict[str, Any]]:
    """The clauses of an instrument, with the clauses of other texts that are related to each."""
    text = each.text
    if text is None:
        return [{"id": name} for name in (each.published.clauses if each.published else ())]
    return [
        {"id": name, "article": clause.article, "role": clause.role.value, "title": clause.en, "text": clause.text,
         "demands": list(clause.demands), "part_of": clause.part_of,
         "addressed": [who.value for who in text.addressees(name)],
         "lineage": [_relative(found) for found in relatives(known, each.instrument, name)]}
        for name, clause in text.clauses.items()
    ]  # fmt: skip


def _relative(found: Relative) -> dict[str, str]:
    return {"kin": found.kin.value, "instrument": found.instrument, "clause": found.clause}


def text_lines(each: InstrumentStatus, known: Mapping[str, Instrument]) -> list[str]:
    """An instrument for people."""
    if each.text is None:
        clauses = ", ".join(each.published.clauses if each.published else ())
        return [plain(each.title), "This node has no data of this text.", f"Clauses: {clauses}"]
    return [*_head(each.text), *_differs(each), "", *_clauses(each.text, known)]


def _head(text: Instrument) -> list[str]:
    rows = [f"{plain(text.en)} ({text.symbol})" if text.symbol else plain(text.en), f"Source: {plain(text.source)}"]
    rows += [f"Official text: {text.address}"] if text.address else []
    if text.kind.value == "conduct":
        rows.append(f"Speaks to: {', '.join(who.value for who in text.addressees())}")
        rows.append(
            f"Open to: {', '.join(act.value for act in text.acts) or 'no stands; its implementation is reported'}"
        )
    return [*rows, OFFICIAL if text.checked else NOT_CHECKED]


def _differs(each: InstrumentStatus) -> list[str]:
    return ["The secretariat published other data under this id than this node has."] if each.differs else []


def _clauses(text: Instrument, known: Mapping[str, Instrument]) -> list[str]:
    lines = []
    for name, clause in text.clauses.items():
        lines += [f"{name}  Art. {clause.article}  {clause.en} [{clause.role.value}]", f"    {clause.text}"]
        for found in relatives(known, text.id, name):
            there = known[found.instrument].clauses[found.clause]
            lines.append(f"    {found.kin.value}: {found.instrument} {found.clause}, {there.en}")
    return lines


def status_lines(each: InstrumentStatus) -> list[str]:
    """How it stands on a day, for people."""
    rows = [_standing_row(found) for found in each.standings]
    counted = f", {each.parties} parties known here" if not each.conduct else ""
    head = [f"{plain(each.title)}, on {each.on}: {force_of(each)}{counted}"]
    notes = [NOT_CHECKED] if each.text is not None and not each.text.checked else []
    return [*head, *_differs(each), *table(rows), *notes]


def _standing_row(found: PartyStanding) -> tuple[str, ...]:
    stand = found.standing
    since = f"since {stand.since}" if stand.since else ""
    ends = f"until {stand.ends}" if stand.ends else ""
    made = ", ".join(
        f"{count} {what}"
        for count, what in (
            (len(stand.reservations), "reservations"),
            (len(stand.declarations), "declarations"),
            (len(stand.objections), "objections"),
        )
        if count
    )
    networks = ", ".join(f"AS{one.number}{'' if one.claimed else ' (unclaimed)'}" for one in found.networks)
    return plain(found.name), stand.status.value, since, ends, made, networks, "; ".join(map(plain, found.sources))


def standing_value(found: PartyStanding) -> dict[str, Any]:
    """A standing as plain values."""
    stand = found.standing
    told: dict[str, Any] = {"party": stand.party, "name": found.name, "codes": list(found.codes)}
    told |= {"status": stand.status.value, "consent": stand.consent.value if stand.consent else None}
    for name in ("signed", "consented", "since", "provisional", "notified", "ends"):
        day = getattr(stand, name)
        told[name] = day.isoformat() if day else None
    for name in ("reservations", "declarations", "objections"):
        told[name] = [_statement(each) for each in getattr(stand, name)]
    told["networks"] = [{"asn": one.number, "claimed": one.claimed} for one in found.networks]
    return told | {"sources": list(found.sources)}


def _statement(each: Statement) -> dict[str, Any]:
    return {name: _plain(value) for name, value in dataclasses.asdict(each).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, str | int | None) else value.isoformat()


def stand_value(each: Declared) -> dict[str, Any]:
    """A statement and what became of it, as plain values."""
    body = each.body
    networks = [{"asn": network.number, "claimed": network.claimed} for network in each.networks]
    told = {"index": each.index, "payload": each.hash, "instrument": body.instrument, "act": body.act.value}
    return told | {"on": body.on, "clauses": list(body.clauses), "state": each.state.value, "networks": networks}


def stand_row(each: Declared) -> tuple[str, ...]:
    """The same for people."""
    return stand_cells(stand_value(each))


def stand_cells(value: dict[str, Any]) -> tuple[str, ...]:
    """A line of the plain values of a statement."""
    said = f"{value['instrument']}: {value['act']}, {value['on']}"
    networks = ", ".join(f"AS{one['asn']}{'' if one['claimed'] else ' (unclaimed)'}" for one in value["networks"])
    return str(value["index"]), said, value["state"], networks


def between_value(found: Between) -> dict[str, Any]:
    """What a request can rest on, as plain values."""
    bases = [_basis(each.basis) for each in found.found]
    return {"from": found.ours, "to": found.theirs, "on": found.on.isoformat(), "bases": bases}


def _basis(basis: Basis) -> dict[str, Any]:
    return {
        "instrument": basis.instrument,
        "kind": basis.kind.value,
        "reason": basis.reason.value if basis.reason else None,
        "since": basis.since.isoformat() if basis.since else None,
        "ends": basis.ends.isoformat() if basis.ends else None,
        "clauses": list(basis.clauses),
        "excluded": [dataclasses.asdict(each) for each in basis.excluded],
        "demands": [dataclasses.asdict(each) for each in basis.demands],
    }


def between_lines(found: Between) -> list[str]:
    """What a request can rest on, for people."""
    from liaison.messages.forms.codes import read_code_lists

    lists = read_code_lists(resources.files("liaison.instruments").joinpath("data/codes"))
    reasons, demands = lists["basis-reason"], lists["instrument-demand"]
    lines = [f"On {found.on}, a request from {found.ours[:16]} to {found.theirs[:16]} can rest on:"]
    for each in found.found:
        basis = each.basis
        why = f": {reasons[basis.reason.value].en}" if basis.reason else ""
        since = f", since {basis.since}" if basis.since else ""
        lines += ["", f"{plain(each.text.short)} [{basis.kind.value}{why}{since}]"]
        lines += [f"  {_place(each.text, name)}{each.text.clauses[name].en}" for name in basis.clauses]
        for gone in basis.excluded:
            lines.append(f"  not {_place(each.text, gone.clause).strip() or gone.clause}: reserved by {gone.by[:16]}")
        for (code, by), articles in _demanded(each).items():
            lines.append(f"  - {demands[code].en}{f' ({by[:16]})' if by else ''}{articles}")
    return [*lines, "", OFFICIAL]


def _place(text: Instrument, clause: str) -> str:
    """Where a clause stands; nothing in what has no articles."""
    article = text.clauses[clause].article
    return f"Art. {article}  " if article[:1].isdigit() else ""


def _demanded(each: BasisShown) -> dict[tuple[str, str], str]:
    """What is demanded, once, with the articles that do."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for wanted in each.basis.demands:
        places = found.setdefault((wanted.code, wanted.by), {})
        clause = each.text.clauses.get(wanted.clause)
        if clause is not None and clause.article[:1].isdigit():
            places[clause.article] = None
    return {key: f" [{', '.join(places)}]" if places else "" for key, places in found.items()}


def file_value(each: ImportedFile) -> dict[str, Any]:
    """An imported file as plain values."""
    return dataclasses.asdict(each) | {"imported_at": each.imported_at.isoformat()}


def file_line(each: ImportedFile) -> str:
    """An imported file for people."""
    what = "clauses" if each.kind == "instrument" else "positions"
    return f"{each.name}: {each.kind}, {plain(each.source)}, {each.as_of or 'no day'}, {each.count} {what}"
