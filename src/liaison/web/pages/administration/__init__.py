"""What does an administrator see and do? People and roles, leaving, the audit trail, settings and health.

Invariants: metadata only, never what a case says; everything is asked for with the participant of the seat, so that the
administrator of one participant on a shared node learns nothing of another (docs/operating/people.md).
"""

from __future__ import annotations

from liaison.web.pages.administration import audit, leaving, machine, people, tokens, webhooks

ROUTES = [*people.ROUTES, *leaving.ROUTES, *audit.ROUTES, *machine.ROUTES, *tokens.ROUTES, *webhooks.ROUTES]
