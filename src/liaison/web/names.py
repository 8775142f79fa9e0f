"""What is a desk called on a page? The participant by its name, the code beside it, and who hosts it.

names.of(register, desk)      DeskName(code="XD", name="State XD (fictional)", desk="duty", host="")
"""

from __future__ import annotations

from dataclasses import dataclass

from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.reads.caution.parties import host_of, warnings_in
from liaison.node.reads.facts import register_facts
from liaison.node.reads.mail.targets import contact_name, is_mailbox
from liaison.node.reads.register import directory
from liaison.register.lookup import Directory


@dataclass(frozen=True, slots=True)
class DeskName:
    """A desk in words; `host` is the name of the participant whose node keeps it, empty where its owner does."""

    participant: str
    code: str
    name: str
    desk: str
    host: str = ""
    by_mail: bool = False
    """Whether it has a mailbox and no node: an officer keeps it, it is not in the register."""

    def __str__(self) -> str:
        return f"{self.name} / {self.desk}"


class DeskNames:
    """Names of desks, each looked up once a page."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._known: dict[tuple[str, DeskRef], DeskName] = {}
        self._directories: dict[str, Directory] = {}

    def of(self, register: str, desk: DeskRef) -> DeskName:
        """The desk in words."""
        place = (register, desk)
        if place not in self._known:
            self._known[place] = self._look_up(*place)
        return self._known[place]

    def participant(self, register: str, participant: str) -> str:
        """The name of a participant."""
        return self._participant(register, participant)[1]

    def warnings(self, register: str, participant: str) -> tuple[str, ...]:
        """The codes of what is odd about a participant's name."""
        return warnings_in(self.directory(register), participant)

    def directory(self, register: str) -> Directory:
        """All desks of a register, looked up once a page. Raises UsageError where the node does not follow it."""
        if register not in self._directories:
            self._directories[register] = directory(self._node, register)
        return self._directories[register]

    def _look_up(self, register: str, desk: DeskRef) -> DeskName:
        code, name = self._participant(register, desk.participant)
        host = host_of(register_facts(self._node, register), desk)
        hosted = self._participant(register, host.participant)[1] if host is not None else ""
        return DeskName(desk.participant, code, name, desk.desk, hosted, is_mailbox(desk))

    def _participant(self, register: str, participant: str) -> tuple[str, str]:
        state = register_facts(self._node, register).participant(participant)
        if state is None:
            name = contact_name(self._node, participant)
            return ("", name) if name else (participant[:8], participant[:8])
        code = state.labels.codes[0] if state.labels.codes else ""
        return code, state.labels.name
