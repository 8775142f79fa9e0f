"""How does the other side of one case read and answer it in a browser when it asked to, and what does the desk see?"""

from __future__ import annotations

from liaison.web.pages.guests import case, door

ROUTES = case.ROUTES
DOOR = door.ROUTES
