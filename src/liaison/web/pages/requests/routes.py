"""Which pages of requests are there?

Apart from the package, so that the pages of cases can use `naming` and `saying` without loading those of drafts.
"""

from __future__ import annotations

from liaison.web.pages.requests import listing, paper, showing, spoken

ROUTES = [*listing.ROUTES, *spoken.ROUTES, *showing.ROUTES, *paper.ROUTES]
