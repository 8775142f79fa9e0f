"""What do officers see and decide of who is told: their own ways, the one button, the plans of a desk?"""

from __future__ import annotations

from liaison.web.pages.escalation import plans, reached, tap

OWN_ROUTES = [*reached.ROUTES, *tap.ROUTES]
"""Of no desk: an officer's own ways, and the link of a notification."""
ROUTES = [*plans.ROUTES]
