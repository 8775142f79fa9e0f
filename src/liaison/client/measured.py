"""What does a program ask about measured networks: what is shown, and what its desk measured or was told?

next(node.measured.of_desk(side="provider")).evidence.counts
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec

from liaison.client.asking import Asker
from liaison.client.help import Norm
from liaison.client.shapes import Desk


class NetworkEvidence(msgspec.Struct, frozen=True):
    """What was counted of one network, from which source, between which days."""

    asn: int
    measure: str
    norm: Norm
    source: str
    since: str
    until: str
    counts: dict[str, int]


class ShownMeasurement(msgspec.Struct, frozen=True):
    """What a provider agreed to have shown, and who measured."""

    provider: Desk
    measurer: Desk
    evidence: NetworkEvidence
    corrected: bool
    exercise: bool


class Measurement(msgspec.Struct, frozen=True):
    """One measurement as it stands; `side` is that of this desk, measurer or provider, `other` has the other one."""

    number: int
    side: str
    other: Desk
    state: str
    agreed_to: str | None
    evidence: NetworkEvidence
    case: str | None
    made_at: str
    answer_until: str | None
    exercise: bool


class MeasuredFile(msgspec.Struct, frozen=True):
    """A file that was counted from."""

    name: str
    sha256: str


class MeasurementStep(msgspec.Struct, frozen=True):
    """One thing that either side said, and whether it changed anything (`counted`)."""

    event: str
    by: str
    at: str
    message: str
    ground: str | None
    counts: dict[str, int]
    shown_to: str | None
    counted: bool


class WholeMeasurement(msgspec.Struct, frozen=True):
    """A measurement with the rows to look at and what was said of it; `follows` is the message that a step of this desk
    replies to, `may` what that step may do now, `told` the counts before a correction."""

    measurement: Measurement
    told: dict[str, int]
    rows: list[str]
    files: list[MeasuredFile]
    steps: list[MeasurementStep]
    may: list[str]
    follows: str | None


class _Shown(msgspec.Struct, frozen=True):
    measured: list[ShownMeasurement]
    next: str | None


class _Measurements(msgspec.Struct, frozen=True):
    measurements: list[Measurement]
    next: str | None


class MeasuredReader:
    """Measured networks through one node."""

    def __init__(self, node: Asker) -> None:
        self._node = node

    def shown(self) -> Iterator[ShownMeasurement]:
        """What providers agreed to have shown to the participants of the register, in the order of AS numbers."""
        for page in self._node.pages("/conduct/measured", _Shown):
            yield from page.measured

    def of_desk(self, side: Literal["measurer", "provider"] = "measurer") -> Iterator[Measurement]:
        """What the desk measured, or was told of its own networks, the last made first."""
        for page in self._node.pages("/conduct/measurements", _Measurements, {"side": side}):
            yield from page.measurements

    def one(self, number: int) -> WholeMeasurement:
        """One measurement with its rows and what was said of it."""
        return self._node.read(f"/conduct/measurements/{number}", WholeMeasurement)
