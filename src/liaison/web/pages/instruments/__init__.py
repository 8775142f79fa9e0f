"""What does a desk see of agreed texts?"""

from __future__ import annotations

from liaison.web.pages.instruments import texts

ROUTES = [*texts.ROUTES]
