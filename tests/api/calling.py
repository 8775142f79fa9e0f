"""A program before the API of one node, in a world of nodes.

    program = call(world, "XC")                              a token with every scope, for an officer of XC's duty desk
    program = call(world, "XC", Scope.LOOK_UP)               with these scopes only
    answer = program.get("/lookup", value="192.0.2.7")       answer.status_code, answer.json()

Invariants: every request goes through the middleware of the pages' process, cookies and all, as when it is served.
"""

from __future__ import annotations

import itertools
from typing import Any

from liaison.api.limits import forget_limits
from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.services.people.officers import Seat, add_officer, grant
from liaison.node.services.programs.tokens import Made, Wanted, make_token
from liaison.officers.permissions import Role
from liaison.officers.tokens import Scope
from tests.web.visiting import Visitor
from tests.world import World

ROOT = "/api/v1"
ROLES = (Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR, Role.DIRECTORY)
_numbers = itertools.count(1)


class Program(Visitor):
    """An HTTP client with a token."""

    def __init__(self, node: Node, token: str) -> None:
        super().__init__(node)
        self.token = token
        self.seat: Seat
        self.made: Made

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer to one request; `headers` as `idempotency_key="…"`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        shown = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        given = {} if body is None else {"data": body, "content_type": "application/json"}
        return self.generic_json(method, ROOT + path, given, shown | named)

    def generic_json(self, method: str, path: str, given: Any, headers: dict[str, str]) -> Any:
        call = getattr(super(), method.lower())
        return call(path, **given, headers=headers)

    def read(self, path: str, status: int = 200, **query: Any) -> Any:
        """The JSON of a GET."""
        answer = self.generic_json("GET", ROOT + path, {"data": query}, {"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == status, (answer.status_code, answer.content)
        return answer.json()

    def write(self, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
        """The JSON of a POST."""
        answer = self.ask("POST", path, {} if body is None else body, **headers)
        assert answer.status_code == status, (answer.status_code, answer.content)
        return answer.json()


def call(world: World, code: str, *scopes: Scope, roles: tuple[Role, ...] = ROLES, desk: str = "duty") -> Program:
    """A program of a desk."""
    return call_desk(world.nodes[code], world.register, world.desk(code, desk), *scopes, roles=roles)


def call_desk(
    node: Node, register: str, desk: DeskRef, *scopes: Scope, roles: tuple[Role, ...] = ROLES, days: int = 30
) -> Program:
    """The same at any desk of any node."""
    forget_limits()
    officer = add_officer(node, login=f"program{next(_numbers)}", name="A Person")
    for role in roles:
        grant(node, officer, register, desk, role)
    seat = Seat(register, desk, frozenset(roles))
    wanted = Wanted("ticket system", officer.pk, frozenset(scopes or Scope), days)
    made = make_token(node, seat, wanted, by=officer.pk)
    program = Program(node, made.text)
    program.officer, program.seat, program.made = officer.pk, seat, made
    return program
