"""What does a desk see of agreed texts, and how does its participant declare what it did about them?"""

from __future__ import annotations

from liaison.web.pages.instruments import stands, texts

ROUTES = [*stands.ROUTES, *texts.ROUTES]
