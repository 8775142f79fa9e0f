"""May somebody with these roles at a desk do this?

    require(Action.WRITE, {Role.OFFICER})        returns
    require(Action.READ_CASE, {Role.AUDITOR})    raises UsageError("not-permitted")

Invariants:
- What a role may do is one table; nothing else in the program names a role to decide something.
- Administrators and auditors see who wrote to whom and when, never what (docs/operating/people.md).
- Roles hold at one desk; several roles add up; nobody has a role at a desk by having one at another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from liaison.errors import UsageError


class Role(StrEnum):
    """What a person is at a desk."""

    OFFICER = "officer"
    APPROVER = "approver"
    DIRECTORY = "directory-manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Action(StrEnum):
    """What can be done at a desk, as far as roles decide it."""

    READ_CASE = "read-case"
    WRITE = "write"
    ACKNOWLEDGE = "acknowledge"
    CLEAR = "clear"
    PUBLISH = "publish"
    MANAGE_PEOPLE = "manage-people"
    READ_METADATA = "read-metadata"
    READ_AUDIT = "read-audit"
    SET_RULES = "set-rules"
    REPORT = "report"
    """Write the participant's report on an agreed text, and read it while it is written."""


_READING = {Action.READ_CASE, Action.READ_METADATA, Action.ACKNOWLEDGE}
MAY: Mapping[Role, frozenset[Action]] = MappingProxyType(
    {
        Role.OFFICER: frozenset(_READING | {Action.WRITE, Action.REPORT}),
        Role.APPROVER: frozenset(_READING | {Action.WRITE, Action.CLEAR, Action.REPORT}),
        Role.DIRECTORY: frozenset({Action.READ_METADATA, Action.PUBLISH, Action.SET_RULES, Action.REPORT}),
        Role.ADMINISTRATOR: frozenset(
            {Action.READ_METADATA, Action.MANAGE_PEOPLE, Action.READ_AUDIT, Action.SET_RULES}
        ),
        Role.AUDITOR: frozenset({Action.READ_METADATA, Action.READ_AUDIT}),
    }
)


def permitted(roles: Collection[Role]) -> frozenset[Action]:
    """Everything that somebody with these roles may do."""
    return frozenset().union(*(MAY[role] for role in roles))


def require(action: Action, roles: Collection[Role]) -> None:
    """Return if one of the roles allows the action. Raises UsageError."""
    if action not in permitted(roles):
        raise UsageError("not-permitted", action=action.value)
