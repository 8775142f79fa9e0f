"""Who answers at this desk, and how is that arranged? Who is on duty, the weeks ahead, changes, the rota, calendars."""

from __future__ import annotations

from liaison.web.pages.duty import calendars, changing, overview, rota

ROUTES = [*overview.ROUTES, *changing.ROUTES, *rota.ROUTES, *calendars.ROUTES]
OUTSIDE = calendars.OUTSIDE
"""What a calendar program fetches with a token, outside of any desk."""
