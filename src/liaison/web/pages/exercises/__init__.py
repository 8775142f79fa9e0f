"""How does a desk plan, control and play exercises?"""

from __future__ import annotations

from liaison.web.pages.exercises import board, listing, planning

ROUTES = [*listing.ROUTES, *planning.ROUTES, *board.ROUTES]
