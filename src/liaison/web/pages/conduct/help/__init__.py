"""What does a desk see of help with norms, of practices, and of its own cases with a norm?"""

from __future__ import annotations

from liaison.web.pages.conduct.help import board, own_cases

ROUTES = [*board.ROUTES, *own_cases.ROUTES]
