"""What does a desk see of its cases, and what does it do from there?"""

from __future__ import annotations

from liaison.web.pages.cases import answering, exporting, files, following, indicators, listing, thread, transcript

ROUTES = [
    *listing.ROUTES,
    *answering.ROUTES,
    *following.ROUTES,
    *files.ROUTES,
    *indicators.ROUTES,
    *transcript.ROUTES,
    *exporting.ROUTES,
    *thread.ROUTES,
]
