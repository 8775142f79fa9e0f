"""What does a desk see and do about codes of conduct: what they ask, who stands how, what was reported and measured?"""

from __future__ import annotations

from liaison.web.pages.conduct import measured, measuring, stands, texts

ROUTES = [*measured.ROUTES, *measuring.ROUTES, *texts.ROUTES, *stands.ROUTES]
OUTSIDE = [*measured.OUTSIDE]
"""Open to everybody."""
