"""How does an officer of a test get into a real browser? By an invitation, as anybody does."""

from __future__ import annotations

import itertools
from typing import Any

from liaison.messages.parties import DeskRef
from liaison.node.node import Node
from liaison.node.services.people.officers import add_officer, grant, invite
from liaison.officers.permissions import Role
from tests.web.visiting import let_in
from tests.world import World

_numbers = itertools.count(1)
ALL = (Role.OFFICER, Role.APPROVER, Role.ADMINISTRATOR, Role.DIRECTORY)


def enter(
    world: World,
    code: str,
    page: Any,
    address: str,
    *roles: Role,
    language: str = "en",
    name: str = "A Person",
    desk: str = "duty",
) -> str:
    """Sign an officer of a desk of `code` in; the address of their desk."""
    at = world.desk(code, desk)
    return enter_desk(world.nodes[code], world.register, at, page, address, *roles, language=language, name=name)


def enter_desk(
    node: Node,
    register: str,
    at: DeskRef,
    page: Any,
    address: str,
    *roles: Role,
    language: str = "en",
    name: str = "A Person",
) -> str:
    """The same at any desk of any node."""
    officer = add_officer(node, login=f"browser{next(_numbers)}", name=name, language=language)
    for role in roles or ALL:
        grant(node, officer, register, at, role)
    page.goto(f"{address}/join/{invite(node, officer)}")
    page.click("main button")
    page.wait_for_url("**/account/first")
    let_in(node, officer.pk)
    page.goto(f"{address}/")
    page.wait_for_url("**/d/**")
    return f"{address}/d/{at.participant[:12]}.{at.desk}/"
