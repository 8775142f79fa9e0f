"""What does a desk see of requests for cooperation?"""

from __future__ import annotations

from liaison.web.pages.requests import paper

ROUTES = [*paper.ROUTES]
