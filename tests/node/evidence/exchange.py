"""Two or three nodes and a piece of evidence: XC collects it, hands it over, and everybody's worker does what is due.

with Exchange(tmp_path) as between:
    evidence = between.collect()
    between.hand_over(evidence)             XC to XD, arrived and in custody when it returns
    between.open("XD", evidence)            the bytes, after accepting the conditions
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from liaison.cooperation.evidence.conditions import Words
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.cooperation.evidence import EvidenceRead, list_evidence, show_evidence
from liaison.node.services.evidence.adding import Source, add_evidence
from liaison.node.services.evidence.giving import HandOver, hand_over
from liaison.node.services.evidence.opening import open_evidence
from liaison.node.services.evidence.taking import take_evidence
from liaison.node.services.people.officers import Seat
from liaison.officers.permissions import Role
from tests.cooperation.evidence.records import CONDITIONS, FILES
from tests.world import World

OFFICER = 7
WHAT = Words("en", "Image of a server's disk")


class Exchange(World):
    """A world in which XC and XD have a case."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        super().__init__(folder, **settings)
        (self.sent,) = self.send("XC", "XD")
        self.case = self.sent.case

    def seat(self, code: str, *roles: Role) -> Seat:
        return Seat(self.register, self.desk(code), frozenset(roles or (Role.OFFICER,)))

    def collect(self, files: dict[str, bytes] = FILES, **given: Any) -> str:
        sources = [Source(name, "application/octet-stream", [data]) for name, data in files.items()]
        return add_evidence(self.nodes["XC"], self.seat("XC"), self.case, sources, WHAT, by=OFFICER, **given)

    def hand_over(self, evidence: str, sender: str = "XC", to: str = "XD", **given: Any) -> str:
        wish = HandOver(to=self.desk(to), **({"conditions": CONDITIONS} | given))
        (sent,) = hand_over(self.nodes[sender], self.seat(sender), evidence, wish, by=OFFICER).sent
        self.settle()
        return sent.message_id

    def settle(self) -> None:
        """Everything that is due at every node, custody included."""
        while self.work():
            pass  # What one node sends in its turn, another fetches in the next.
        for node in self.nodes.values():
            take_evidence(node)

    def read(self, code: str, evidence: str) -> EvidenceRead:
        return show_evidence(self.nodes[code], self.register, self.desk(code), evidence)[0]

    def has(self, code: str) -> list[str]:
        return [each.evidence for each in list_evidence(self.nodes[code], self.register, self.desk(code))]

    def events(self, code: str, evidence: str) -> list[tuple[str, DeskRef]]:
        report = show_evidence(self.nodes[code], self.register, self.desk(code), evidence)[1]
        assert report.proven, report.findings
        return [(each.line.event.value, each.line.by) for each in report.lines]

    def open(self, code: str, evidence: str, **given: Any) -> dict[str, bytes]:
        accepted = given.pop("accepted", None)
        accepted = self.read(code, evidence).accept if accepted is None else accepted
        opened = open_evidence(self.nodes[code], self.seat(code), evidence, by=OFFICER, accepted=accepted, **given)
        return {each.file.name: b"".join(each.chunks) for each in opened}

    def node(self, code: str) -> Node:
        return self.nodes[code]
