"""Where do the pages of evidence stand?"""

from __future__ import annotations

from liaison.web.pages.evidence import adding, custody, giving, onward

ROUTES = [*onward.ROUTES, *adding.ROUTES, *giving.ROUTES, *custody.ROUTES]
