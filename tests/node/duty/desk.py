"""A desk with officers who can be told: the stage of the tests about escalation.

with staffed(tmp_path, "ada", "bo") as stage:
    stage.receive("urgent")                  XC writes to XD, whose worker has not looked yet
    stage.run(minutes=10)                    its worker looks every second for so long
    stage.phones.heard("ada")                the words that reached Ada
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from liaison.messages.message import Urgency
from liaison.node.config import Address, Config, Pages
from liaison.node.models import ContactMethod, Escalation
from liaison.node.node import Node
from liaison.node.services.desk.answering import acknowledge_message
from liaison.node.services.escalation.awaiting import tell_silent
from liaison.node.services.escalation.sending import send_due
from liaison.node.services.escalation.telling import escalate_due
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from tests.register.registry import RegisterBuilder
from tests.telephones import Telephones
from tests.world import World

TICK = 5


@dataclass
class Stage:
    world: World
    officers: dict[str, int] = field(default_factory=dict)

    @property
    def node(self) -> Node:
        return self.world.nodes["XD"]

    @property
    def phones(self) -> Telephones:
        return self.world.phones["XD"]

    @property
    def seat(self) -> Seat:
        return Seat(self.world.register, self.world.desk("XD"), frozenset({Role.OFFICER, Role.ADMINISTRATOR}))

    def hire(self, login: str, *, reached: bool = True, **method: object) -> int:
        officer = add_officer(self.node, login=login, name=login.title())
        grant(self.node, officer, self.world.register, self.world.desk("XD"), Role.OFFICER)
        self.officers[login] = officer.pk
        if reached:
            self.reach(login, "sms", login, **method)
        return int(officer.pk)

    def reach(self, login: str, channel: str, address: str, **given: object) -> int:
        now = self.node.clock.now()
        given = {"made_at": now, "verified_at": now} | given
        with unit_of_work(self.node):
            row = ContactMethod.objects.create(
                officer_id=self.officers[login], channel=channel, address=address, **given
            )
        return int(row.pk)

    def receive(self, urgency: Urgency = "urgent", **changes: object) -> str:
        (sent,) = self.world.send("XC", "XD", urgency=urgency, **changes)
        return sent.message_id

    def acknowledge(self, login: str, message: str) -> bool:
        return acknowledge_message(self.node, self.world.desk("XD"), message, officer=self.officers[login])

    def tick(self) -> None:
        escalate_due(self.node)
        tell_silent(self.node)
        send_due(self.node)

    def run(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Let the worker look now and every few seconds for so long."""
        left = timedelta(minutes=minutes, seconds=seconds)
        self.tick()
        while left > timedelta(0):
            step = min(left, timedelta(seconds=TICK))
            self.world.advance(seconds=step.total_seconds())
            left -= step
            self.tick()

    def escalation(self) -> Escalation:
        with reading(self.node):
            return Escalation.objects.get()

    def told(self) -> list[str]:
        """Who was told, in order."""
        return [each.address for each in self.phones.rung]


@contextmanager
def staffed(folder: Path, *logins: str, registry: RegisterBuilder | None = None) -> Iterator[Stage]:
    pages = Config(address=Address(url="https://xd.example:8443"), pages=Pages(url="https://xd.example:9443"))
    with World(folder, codes=("XC", "XD"), configs={"XD": pages}, registry=registry) as world:
        stage = Stage(world)
        for login in logins:
            stage.hire(login)
        yield stage
