"""What do measurements of networks look like to a program?

Invariants: counts with their source and days and nothing made of them; what is shown has no rows, no dispute and no
state (docs/spec/measured.md).
"""

from __future__ import annotations

from liaison.api.shapes.base import Desk, Hash, Instant, Told, Uuid
from liaison.api.shapes.help import Norm
from liaison.conduct.measured.evidence import INSTRUMENT
from liaison.conduct.measured.evidence import Evidence as EvidenceFound
from liaison.node.reads.conduct.measured import MeasuredRead, StepRead
from liaison.node.reads.conduct.measured import Shown as ShownFound


class NetworkEvidence(Told):
    """What was counted of one network; each `measure` has its own names of counts, all of them there."""

    asn: int
    measure: str
    norm: Norm
    source: str
    since: Instant
    until: Instant
    counts: dict[str, int]

    @staticmethod
    def of(found: EvidenceFound) -> NetworkEvidence:
        """The shape of evidence, without its rows."""
        norm = Norm(instrument=INSTRUMENT, clause=found.action)
        return NetworkEvidence.copied(found, norm=norm, counts=dict(found.counts))


class ShownMeasurement(Told):
    """What a provider agreed to have shown, and who measured."""

    provider: Desk
    measurer: Desk
    evidence: NetworkEvidence
    corrected: bool
    exercise: bool

    @staticmethod
    def of(found: ShownFound) -> ShownMeasurement:
        """The shape of what is shown."""
        return ShownMeasurement.copied(found, evidence=NetworkEvidence.of(found.evidence))


class ShownMeasurements(Told):
    """A page of what is shown, in the order of AS numbers; no network is parted between two pages."""

    measured: list[ShownMeasurement]
    next: str | None


class Measurement(Told):
    """One measurement as it stands; `side` is that of this desk, measurer or provider, `other` has the other one.

    `case` and `answer_until` are null before the notice; `agreed_to` is participants, public, or null.
    """

    number: int
    side: str
    other: Desk
    state: str
    agreed_to: str | None
    evidence: NetworkEvidence
    case: Uuid | None
    made_at: Instant
    answer_until: Instant | None
    exercise: bool

    @staticmethod
    def of(found: MeasuredRead) -> Measurement:
        """The shape of a measurement."""
        agreed = found.standing.agreed_to
        return Measurement.copied(
            found,
            state=found.standing.state.value,
            agreed_to=agreed.value if agreed else None,
            evidence=NetworkEvidence.of(found.evidence),
            case=found.case or None,
        )


class Measurements(Told):
    """A page of measurements, the last made first."""

    measurements: list[Measurement]
    next: str | None


class MeasuredFile(Told):
    """A file that was counted from."""

    name: str
    sha256: Hash


class MeasurementStep(Told):
    """One thing that either side said: `ground` is that of a dispute, `counts` those of a correction, `shown_to` that
    of a consent; `counted` says whether it changed anything."""

    event: str
    by: str
    at: Instant
    message: Uuid
    ground: str | None
    counts: dict[str, int]
    shown_to: str | None
    counted: bool

    @staticmethod
    def of(found: StepRead) -> MeasurementStep:
        """The shape of a step."""
        return MeasurementStep.copied(
            found,
            message=found.message_id,
            ground=found.code or None,
            counts=dict(found.counts),
            shown_to=found.shown_to or None,
        )


class WholeMeasurement(Told):
    """A measurement with the rows to look at and what was said of it.

    `told` are the counts before a correction; `may` says what this desk may do now, `follows` which message its step
    replies to, null before the notice.
    """

    measurement: Measurement
    told: dict[str, int]
    rows: list[str]
    files: list[MeasuredFile]
    steps: list[MeasurementStep]
    may: list[str]
    follows: Uuid | None

    @staticmethod
    def of(found: MeasuredRead) -> WholeMeasurement:
        """The shape of all of a measurement."""
        return WholeMeasurement(
            measurement=Measurement.of(found),
            told=dict(found.told),
            rows=list(found.evidence.rows),
            files=[MeasuredFile(name=name, sha256=digest) for name, digest in found.evidence.files],
            steps=[MeasurementStep.of(each) for each in found.steps],
            may=[event.value for event in found.may],
            follows=found.last or None,
        )
