"""What do officers see and decide of who is told: their own ways, the one button, the plans of a desk?"""

from __future__ import annotations

from liaison.web.pages.escalation import handing, planned, plans, reached, tap, told

OWN_ROUTES = [*reached.ROUTES, *tap.ROUTES, *told.ROUTES]
"""Of no desk: an officer's own ways, the link of a notification, and the list it opens."""
ROUTES = [*handing.ROUTES, *plans.ROUTES, *planned.ROUTES]
