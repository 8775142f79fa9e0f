"""What do people of one State's own desks do among themselves? Clearance, sharing, notes, rules and what is kept."""

from __future__ import annotations

from liaison.web.pages.inside import clearance, rules, sharing

ROUTES = [*clearance.ROUTES, *sharing.ROUTES, *rules.ROUTES]
