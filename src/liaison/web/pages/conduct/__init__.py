"""What does a desk see of codes of conduct: what they ask, who stands how, what was reported?"""

from __future__ import annotations

from liaison.web.pages.conduct import stands, texts

ROUTES = [*texts.ROUTES, *stands.ROUTES]
