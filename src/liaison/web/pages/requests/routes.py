"""Which pages of requests are there?

Apart from the package, so that the pages of cases can use `naming` and `saying` without loading those of drafts.
"""

from __future__ import annotations

from liaison.web.pages.requests import figures, listing, paper, rulebooks, showing, spoken

ROUTES = [*listing.ROUTES, *figures.ROUTES, *rulebooks.ROUTES, *spoken.ROUTES, *showing.ROUTES, *paper.ROUTES]
