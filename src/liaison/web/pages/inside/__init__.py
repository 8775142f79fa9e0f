"""What do people of one State's own desks do among themselves? Clearance, sharing, notes, rules and what is kept."""

from __future__ import annotations

from liaison.web.pages.inside import between, clearance, rules, sharing

ROUTES = [*between.ROUTES, *clearance.ROUTES, *sharing.ROUTES, *rules.ROUTES]
