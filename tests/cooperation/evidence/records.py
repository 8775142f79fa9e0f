"""Where do custody records come from? XC collects in the small register, hands over to XD, which hands on to XE.

told = Telling()                       XC's collection of two files
told.add("XC", Event.HANDED_OVER, to=told.desk("XD"), conditions=CONDITIONS)
told.record()                          what would be handed on
told.report()                          by the folded log
"""

from __future__ import annotations

import hashlib
from typing import Any

from liaison.cooperation.evidence.chain import Fault
from liaison.cooperation.evidence.conditions import UseConditions, Words, hash_conditions
from liaison.cooperation.evidence.custody import Event, Line, SignedLine, sign_line
from liaison.cooperation.evidence.manifest import EvidenceFile, Manifest, Measure, hash_manifest
from liaison.cooperation.evidence.record import Record, make_record
from liaison.cooperation.evidence.report import CustodyReport
from liaison.cooperation.evidence.verify import verify_record
from liaison.messages.parties import DeskRef
from tests.messages import cast
from tests.messages.scenes import Scene, scene

CONDITIONS = UseConditions(
    purpose=Words("en", "Proceedings for fraud"),
    proceedings="XD-2026-114",
    onward="ask-first",
    confidentiality="persons-of-the-case",
    ending="destroy",
    ends_by="2027-06-01T00:00:00Z",
    other=None,
)
ACCEPTED = hash_conditions(CONDITIONS)
IMAGE = hashlib.shake_256(b"image").digest(700_000)
FILES = {"disk.img": IMAGE, "notes.txt": b"Taken at 03:02."}


def measured(name: str, data: bytes, step: int = 65_536) -> EvidenceFile:
    measure = Measure()
    list(measure.through(data[start : start + step] for start in range(0, len(data), step)))
    return measure.file(name, "application/octet-stream")


MANIFEST = Manifest(
    manifest=1,
    description=Words("en", "Image of a server's disk"),
    files=tuple(measured(name, data) for name, data in FILES.items()),
)


class Telling:
    """A record as it grows, each line signed by the desk's own node."""

    def __init__(self, at: Scene | None = None) -> None:
        self.scene = at or scene()
        self.lines: list[SignedLine] = []
        self.minutes = 0
        self.first = self.add("XC", Event.COLLECTED, manifest=hash_manifest(MANIFEST), evidence=None)

    def desk(self, who: str) -> DeskRef:
        return self.scene.desk(who)

    def add(self, who: str, event: Event, *, signer: str = "", **said: Any) -> SignedLine:
        """The next line of that desk."""
        mine = [each for each in self.lines if each.line.by == self.desk(who)]
        epoch = said.get("epoch", cast.EPOCH)
        same = [each for each in mine if each.line.epoch == epoch]
        self.minutes += 1
        given: dict[str, Any] = {
            "register": self.scene.registry.entries[0].leaf,
            "evidence": self.lines[0].line_hash if self.lines else None,
            "case": cast.CASE,
            "by": self.desk(who),
            "epoch": epoch,
            "n": len(same),
            "prev": mine[-1].line_hash if mine else None,
            "event": event,
            "at": f"2026-11-26T09:{self.minutes:02}:00Z",
            "under": self.scene.under(),
            "exercise": True,
        }
        signed = sign_line(Line(**(given | said)), self.scene.key(signer or who))
        self.lines.append(signed)
        return signed

    def give(self, who: str, to: str, conditions: UseConditions | None = CONDITIONS, **said: Any) -> SignedLine:
        return self.add(who, Event.HANDED_OVER, to=self.desk(to), conditions=conditions, **said)

    def take(self, who: str, given: SignedLine, **said: Any) -> SignedLine:
        return self.add(who, Event.TAKEN, takes=given.line_hash, **said)

    def record(self, stamps: dict[str, bytes] | None = None) -> Record:
        return make_record(MANIFEST, self.lines, stamps or {})

    def report(self, **given: Any) -> CustodyReport:
        return verify_record(self.record(given.pop("stamps", None)), self.scene.folded(), **given)

    def faults(self) -> set[Fault]:
        return {each.fault for each in self.record().fold().broken}


def whole_story() -> Telling:
    """XC hands over to XD, which opens, copies and asks; XC consents, XD hands on to XE; XD and XE destroy."""
    told = Telling()
    taken = told.take("XD", told.give("XC", "XD"))
    assert taken.line.n == 0
    told.add("XD", Event.OPENED, accepted=ACCEPTED)
    told.add("XD", Event.COPIED, remark="Working copy in the laboratory")
    consent = told.add("XC", Event.CONSENTED, to=told.desk("XE"))
    told.take("XE", told.give("XD", "XE", consent=consent.line_hash))
    told.add("XE", Event.OPENED, accepted=ACCEPTED)
    for who in ("XE", "XD"):
        told.add(who, Event.DESTROYED, means="erased")
    return told
