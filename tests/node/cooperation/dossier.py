"""Central authorities of XC and XD that ask each other, each at a node of its own.

dossier = Dossier(tmp_path)
root = dossier.ask()                                  XC asks XD to preserve data; it has arrived
dossier.answer(root, decision="accepted", execution="executed", secured="all", last=True)
dossier.state("XC", root), dossier.state("XD", root)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from liaison.node.models import ContactMethod, RequestClock, RequestFile
from liaison.node.node import Node
from liaison.node.reads.cooperation.listing import RequestRead, Wanted, list_requests
from liaison.node.services.cooperation.acting import Asked, Said, ask, say_step
from liaison.node.services.cooperation.reminding import keep_request_clocks
from liaison.node.services.escalation.sending import send_due
from liaison.node.services.people import officers
from liaison.node.services.people.officers import Seat
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from liaison.register.vocabulary import DeskKind
from tests.register.registry import RegisterBuilder
from tests.world import World

UN = "un-cybercrime-2024"
PRESERVATION: dict[str, Any] = {
    "instrument": UN,
    "clause": "art-42",
    "basis": "courtesy",
    "authority": {"lang": "en", "text": "Prosecution service of XC"},
    "own_reference": "XC-2026-17",
    "offence": {"lang": "en", "text": "Illegal access"},
    "facts": {"lang": "en", "text": "A mail server was broken into."},
    "data": {"lang": "en", "text": "Mail and logs of the account."},
    "data_link": {"lang": "en", "text": "The account sent the stolen files."},
    "necessity": {"lang": "en", "text": "The provider deletes after ten days."},
    "assistance_intended": True,
}
EXTENSION: dict[str, Any] = {
    "instrument": UN,
    "basis": "courtesy",
    "authority": PRESERVATION["authority"],
    "extension_reason": {"lang": "en", "text": "The court has not decided yet."},
    "assistance_intended": True,
}
ASSISTANCE: dict[str, Any] = {
    "instrument": UN,
    "basis": "courtesy",
    "authority": PRESERVATION["authority"],
    "subject": {"lang": "en", "text": "Criminal proceedings"},
    "offence": PRESERVATION["offence"],
    "facts": PRESERVATION["facts"],
    "assistance": {"lang": "en", "text": "Hand over the preserved data."},
    "purpose": {"lang": "en", "text": "Evidence in these proceedings."},
}
DONE: dict[str, Any] = {"decision": "accepted", "execution": "executed", "secured": "all", "last": True}
NOT_BEGUN: dict[str, Any] = {"execution": "not-begun", "last": False}


def central_register(*codes: str) -> RegisterBuilder:
    """A register with these States, each with a central authority at the desk `duty`."""
    registry = RegisterBuilder(rehearsal=False)
    registry.open()
    for who in codes:
        registry.admit(who)
        registry.set_up(who)
        registry.publish_desk(who, "duty", DeskKind.CENTRAL_AUTHORITY)
        registry.publish_node(who, "duty")
        registry.publish_resources(who, who)
    return registry


class Dossier:
    """Requests between the desks `duty` of XC, which asks, and XD, which is asked."""

    def __init__(
        self, folder: Path, codes: tuple[str, ...] = ("XC", "XD"), *, registry: RegisterBuilder | None = None
    ) -> None:
        self.world = World(folder, codes=codes, registry=registry or central_register(*codes))

    def node(self, code: str) -> Node:
        return self.world.nodes[code]

    def seat(self, code: str, *roles: Role) -> Seat:
        return Seat(self.world.register, self.world.desk(code), frozenset(roles or {Role.OFFICER}))

    def ask(self, form: str = "preservation-request", fields: dict[str, Any] | None = None, **given: Any) -> str:
        """XC asks, and it arrives; the root of the request."""
        known = {each.root for each in self.list("XC")}
        if "linked" not in given:
            given.setdefault("to", (self.world.desk("XD"),))
        ask(self.node("XC"), self.seat("XC"), Asked(form=form, fields=fields or PRESERVATION, **given), by=0)
        self.world.work()
        (fresh,) = {each.root for each in self.list("XC")} - known
        return fresh

    def say(self, code: str, root: str, form: str, *, shorter: bool = False, **fields: Any) -> None:
        """One step, which arrives."""
        self.world.advance(minutes=1)
        said = Said(root=root, form=form, fields=fields, shorter=shorter)
        say_step(self.node(code), self.seat(code), said, by=0)
        self.world.work()

    def answer(self, root: str, **fields: Any) -> None:
        """XD answers."""
        self.say("XD", root, "request-answer", **fields)

    def list(self, code: str) -> list[RequestRead]:
        """Every request of a desk."""
        return list_requests(self.node(code), self.world.register, self.world.desk(code), Wanted(live=False))

    def request(self, code: str, root: str) -> RequestRead:
        return next(each for each in self.list(code) if each.root == root)

    def state(self, code: str, root: str) -> str:
        return self.request(code, root).state.value

    def rows(self, code: str) -> list[dict[str, Any]]:
        """Everything that is projected at a node, apart from what each row is called."""
        with reading(self.node(code)):
            tables = (RequestFile.objects.all(), RequestClock.objects.all())
            rows = [{k: v for k, v in row.items() if k != "id"} for table in tables for row in table.values()]
        return sorted(rows, key=repr)

    def hire(self, code: str, login: str, *roles: Role, reached: bool = True) -> int:
        """An officer of a desk who is reached by `sms` under their login."""
        node, desk = self.node(code), self.world.desk(code)
        officer = officers.add_officer(node, login=login, name=login.title())
        for role in roles or (Role.OFFICER,):
            officers.grant(node, officer, self.world.register, desk, role)
        if reached:
            now = node.clock.now()
            with unit_of_work(node):
                ContactMethod.objects.create(
                    officer=officer, channel="sms", address=login, made_at=now, verified_at=now
                )
        return int(officer.pk)

    def tick(self, code: str, **passed: float) -> None:
        """Time passes; the worker of a node looks at the dates and sends what is due."""
        self.world.advance(**passed)
        keep_request_clocks(self.node(code))
        send_due(self.node(code))

    def told(self, code: str, login: str) -> list[str]:
        return self.world.phones[code].heard(login)

    @contextmanager
    def off(self, code: str) -> Iterator[None]:
        """A node that is off: nothing reaches it, and nothing in it runs."""
        self.world.network.down.add(code)
        yield
        self.world.network.down.discard(code)
