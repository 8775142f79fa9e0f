"""What does an officer set up for themselves? Ways to sign in, language and time zone, and where they are signed in."""

from __future__ import annotations

from liaison.web.pages.account import again, keys, person, provider

ROUTES = [*again.ROUTES, *keys.ROUTES, *person.ROUTES, *provider.ROUTES]
