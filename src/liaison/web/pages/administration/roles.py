"""How are roles, and what they may do, said in words? One table for every page that names them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext_lazy

from liaison.officers.permissions import MAY, Action, Role

ROLE_NAMES: Mapping[Role, Any] = MappingProxyType(
    {
        Role.OFFICER: gettext_lazy("Officer"),
        Role.APPROVER: gettext_lazy("Approver"),
        Role.DIRECTORY: gettext_lazy("Directory manager"),
        Role.ADMINISTRATOR: gettext_lazy("Administrator"),
        Role.AUDITOR: gettext_lazy("Auditor"),
    }
)
ACTION_NAMES: Mapping[Action, Any] = MappingProxyType(
    {
        Action.READ_METADATA: gettext_lazy("See who wrote to whom and when"),
        Action.READ_CASE: gettext_lazy("Read what cases say"),
        Action.ACKNOWLEDGE: gettext_lazy("Acknowledge what came in"),
        Action.WRITE: gettext_lazy("Write and send messages"),
        Action.CLEAR: gettext_lazy("Clear what a colleague wants to send"),
        Action.REPORT: gettext_lazy("Write the participant's report on agreed texts"),
        Action.PUBLISH: gettext_lazy("Change the desk's own entry and keys"),
        Action.MANAGE_PEOPLE: gettext_lazy("Add officers, give roles, end access"),
        Action.SET_RULES: gettext_lazy("Make the rules of clearance and retention"),
        Action.READ_AUDIT: gettext_lazy("Read the audit trail"),
    }
)


def role_table() -> list[tuple[Any, list[bool]]]:
    """One row an action: its words, and for each role in order whether it may."""
    return [(words, [action in MAY[role] for role in ROLE_NAMES]) for action, words in ACTION_NAMES.items()]
