"""What do instruments, standings and legal bases look like to a program?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from liaison.api.shapes.base import Told
from liaison.conduct.stands import Declared
from liaison.instruments.catalogue import demands
from liaison.instruments.legal_basis import Demand as WantedDemand
from liaison.instruments.legal_basis import Excluded as TakenOut
from liaison.instruments.lineage import relatives
from liaison.instruments.positions import Statement as Said
from liaison.instruments.texts import Instrument as Text
from liaison.node.reads.instruments.proposed import StandsOf
from liaison.node.reads.instruments.status import BasisShown, Between, InstrumentStatus, PartyStanding


class Instrument(Told):
    """An instrument on a day. `checked` is false as long as nobody compared our words with the official text."""

    instrument: str
    on: date
    title: str
    kind: str | None
    symbol: str
    address: str
    source: str
    checked: bool
    addressed: list[str]
    """The types of participant it speaks to."""
    acts: list[str]
    """What participants can declare about it; none where only its implementation is reported."""
    carried: bool
    """The register carries it."""
    at_opening: bool
    differs: bool
    """The secretariat published other data under this id than this node has."""
    entry: date | None
    in_force: bool
    consents: int
    needed: int | None
    parties: int

    @staticmethod
    def of(found: InstrumentStatus) -> Instrument:
        """The shape of an instrument."""
        return Instrument.copied(found, **_about(found))


class Instruments(Told):
    """Every instrument the register carries, then those this node knows besides."""

    instruments: list[Instrument]


class Relative(Told):
    """A clause of another text, and how its duty compares: `same`, `narrower`, `wider` or `overlapping`."""

    kin: str
    instrument: str
    clause: str


class Network(Told):
    """A network a provider stands for, and whether it claims it in the register."""

    number: int
    claimed: bool


class Clause(Told):
    """A clause in our own words; a reservation or declaration is a part of another."""

    id: str
    article: str
    role: str
    title: str
    text: str
    part_of: str | None
    demands: list[str]
    addressed: list[str]
    lineage: list[Relative]

    @staticmethod
    def of(text: Text, name: str, known: Mapping[str, Text]) -> Clause:
        """The shape of a clause."""
        clause = text.clauses[name]
        lineage = [Relative.copied(each) for each in relatives(known, text.id, name)]
        addressed = [who.value for who in text.addressees(name)]
        return Clause.copied(clause, id=name, title=clause.en, addressed=addressed, lineage=lineage)


class Statement(Told):
    """What a party did; `source` says whose word it is."""

    act: str
    on: date
    clauses: list[str]
    about: str | None
    note: str
    lang: str
    evidence: str
    source: str


class Standing(Told):
    """How a party stands to an instrument on the day asked for."""

    party: str
    name: str
    codes: list[str]
    status: str
    consent: str | None
    signed: date | None
    consented: date | None
    since: date | None
    provisional: date | None
    notified: date | None
    ends: date | None
    reservations: list[Statement]
    declarations: list[Statement]
    objections: list[Statement]
    sources: list[str]
    networks: list[Network]

    @staticmethod
    def of(found: PartyStanding) -> Standing:
        """The shape of a standing."""
        stand = found.standing
        made = {name: _statements(getattr(stand, name)) for name in ("reservations", "declarations", "objections")}
        own: dict[str, object] = {"name": found.name, "codes": list(found.codes), "sources": list(found.sources)}
        own["networks"] = [Network.copied(each) for each in found.networks]
        return Standing.copied(stand, **own, **made)


class Stand(Told):
    """One signed statement; `state` is `stands`, `superseded`, `withdrawn`, `replaced` or `retracted`."""

    entry: int
    payload: str
    instrument: str
    act: str
    on: date
    clauses: list[str]
    about: str | None
    note: str
    lang: str
    evidence: str
    state: str
    networks: list[Network]

    @staticmethod
    def of(made: Declared) -> Stand:
        """The shape of a statement."""
        body = made.body
        said = {"note": body.said.text if body.said else "", "lang": body.said.lang if body.said else ""}
        place: dict[str, object] = {"entry": made.index, "payload": made.hash, "state": made.state.value}
        place["networks"] = [Network.copied(each) for each in made.networks]
        return Stand.copied(body, **said, **place, evidence=body.evidence or "", clauses=list(body.clauses))


class Stands(Told):
    """Everything a participant declared, in the order of the log."""

    participant: str
    name: str
    type: str
    stands: list[Stand]

    @staticmethod
    def of(found: StandsOf) -> Stands:
        """The shape of it."""
        return Stands.copied(found, stands=[Stand.of(each) for each in found.declared])


class WholeInstrument(Told):
    """An instrument with its clauses and the standing of every party that said anything about it."""

    instrument: Instrument
    clauses: list[Clause]
    standings: list[Standing]

    @staticmethod
    def of(found: InstrumentStatus, known: Mapping[str, Text]) -> WholeInstrument:
        """The shape of a whole instrument; `known` are the texts that its clauses are compared with."""
        text = found.text
        return WholeInstrument(
            instrument=Instrument.of(found),
            clauses=[Clause.of(text, name, known) for name in text.clauses] if text is not None else [],
            standings=[Standing.of(each) for each in found.standings],
        )


class Demand(Told):
    """What a request must heed; `by` names the side that demands it and is empty where the text does."""

    code: str
    clause: str
    by: str
    text: str

    @staticmethod
    def of(wanted: WantedDemand) -> Demand:
        """The shape of a demand."""
        return Demand.copied(wanted, text=demands()[wanted.code].en)


class Excluded(Told):
    """A clause that does not apply between the two, and by whose reservation."""

    clause: str
    by: str
    through: str

    @staticmethod
    def of(taken: TakenOut) -> Excluded:
        """The shape of an excluded clause."""
        return Excluded.copied(taken)


class Basis(Told):
    """One instrument between two sides: `binding`, `provisional`, or `courtesy` with the reason why no more."""

    instrument: str
    title: str
    kind: str
    reason: str | None
    since: date | None
    ends: date | None
    clauses: list[str]
    excluded: list[Excluded]
    demands: list[Demand]

    @staticmethod
    def of(found: BasisShown) -> Basis:
        """The shape of a basis."""
        basis = found.basis
        excluded = [Excluded.of(each) for each in basis.excluded]
        wanted = [Demand.of(each) for each in basis.demands]
        return Basis.copied(basis, title=found.text.en, excluded=excluded, demands=wanted)


class LegalBasis(Told):
    """What can carry a request from one side to another on a day, what binds first."""

    ours: str
    theirs: str
    on: date
    bases: list[Basis]

    @staticmethod
    def of(found: Between) -> LegalBasis:
        """The shape of all of it."""
        return LegalBasis.copied(found, bases=[Basis.of(each) for each in found.found])


def _about(found: InstrumentStatus) -> dict[str, object]:
    text: Text | None = found.text
    names = ("symbol", "address", "source")
    told: dict[str, object] = {name: getattr(text, name) if text is not None else "" for name in names}
    told["acts"] = [act.value for act in found.acts]
    told["addressed"] = [who.value for who in found.addressed]
    told["kind"] = text.kind.value if text is not None else None
    told["checked"] = text.checked if text is not None else False
    told["carried"] = found.published is not None and not found.published.withdrawn
    told["needed"] = text.entry.deposits if text is not None and text.entry is not None else None
    return told


def _statements(made: tuple[Said, ...]) -> list[Statement]:
    return [Statement.copied(each) for each in made]
