"""What does a desk see and do about the code of conduct?"""

from __future__ import annotations

from liaison.web.pages.conduct import measured, measuring

ROUTES = [*measured.ROUTES, *measuring.ROUTES]
OUTSIDE = [*measured.OUTSIDE]
"""Open to everybody."""
