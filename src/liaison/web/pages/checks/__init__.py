"""Does every contact centre answer? The picture of all, the history of one, and asking now."""

from __future__ import annotations

from liaison.web.pages.checks import acting, history, overview

ROUTES = [*overview.ROUTES, *acting.ROUTES, *history.ROUTES]
