"""An officer's browser, without a browser: Django's test client inside a world of nodes.

    visitor = visit(world, "XC")                     signed in as an officer of XC's duty desk
    visitor = visit(world, "XC", Role.AUDITOR)       with other roles
    page = visitor.get("message list …")

Invariants: every request goes through the same middleware and context as when it is served; CSRF tokens are checked.
"""

from __future__ import annotations

import itertools
import re
from typing import Any

from django.test import Client
from django.test.client import ClientHandler

from liaison.messages.parties import DeskRef
from liaison.node.models import Officer, OfficerSession
from liaison.node.node import Node
from liaison.node.services.people.officers import add_officer, grant, invite
from liaison.node.unit_of_work import reading, unit_of_work
from liaison.officers.permissions import Role
from liaison.web.site import open_pages
from tests.world import World

_numbers = itertools.count(1)


def plain(page: str) -> str:
    """What a person reads of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


class Visitor(Client):
    """A browser that stands before the pages of one node."""

    def __init__(self, node: Node) -> None:
        super().__init__(enforce_csrf_checks=False)
        self.node = node
        self.base = "/"
        self.officer = 0
        self.handler = _Handler(node)

    def at(self, tail: str = "") -> str:
        """The path of a page of the officer's desk."""
        return f"{self.base}{tail}"

    def see(self, tail: str = "", *, status: int = 200, **given: Any) -> str:
        """The text of a page of the desk."""
        answer = self.get(self.at(tail), given)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
        return str(answer.content.decode())

    def send(self, tail: str, *, status: int = 302, **given: Any) -> Any:
        """Send a form of the desk."""
        answer = self.post(self.at(tail), given)
        assert answer.status_code == status, (answer.status_code, answer.content.decode()[:2000])
        return answer


class _Handler(ClientHandler):
    def __init__(self, node: Node) -> None:
        super().__init__(enforce_csrf_checks=False)
        self._node = node

    def __call__(self, environ: Any) -> Any:
        inner = super().__call__
        found: list[Any] = []

        def site(given: dict[str, Any], start: Any) -> Any:
            found.append(inner(given))
            return []

        open_pages(self._node, site)(environ, None)
        return found[0]


def visit(world: World, code: str, *roles: Role, desk: str = "duty", language: str = "en") -> Visitor:
    """An officer of a desk of `code`, signed in; by default officer, approver, administrator and directory manager."""
    return visit_desk(world.nodes[code], world.register, world.desk(code, desk), *roles, language=language)


def visit_desk(node: Node, register: str, desk: DeskRef, *roles: Role, language: str = "en") -> Visitor:
    """The same at any desk of any node."""
    officer = add_officer(node, login=f"person{next(_numbers)}", name="A Person", language=language)
    for role in roles or (Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR, Role.DIRECTORY):
        grant(node, officer, register, desk, role)
    visitor = Visitor(node)
    visitor.base = f"/d/{desk.participant[:12]}.{desk.desk}/"
    answer = visitor.post(f"/join/{invite(node, officer)}")
    assert answer.status_code == 302, answer.content
    visitor.officer = officer.pk
    let_in(node, officer.pk)
    return visitor


def sign_in_again(visitor: Visitor) -> Visitor:
    """The officer in a session of their own again, as after the one before ran out."""
    with reading(visitor.node):
        officer = Officer.objects.get(pk=visitor.officer)
    visitor.post(f"/join/{invite(visitor.node, officer)}")
    let_in(visitor.node, visitor.officer)
    return visitor


def let_in(node: Node, officer: int) -> None:
    """As if the officer had set up a way to sign in after their invitation."""
    with unit_of_work(node):
        OfficerSession.objects.filter(officer=officer).update(method="passkey")
