"""Which pages are there? Those a person finds who follows every link from a desk, one of each kind.

    for address, status in walk(page, base): …        the window stands on that page

Invariants: a page is known by its path with numbers, hashes and names of texts left out, so that hundreds of entries of
a log are one kind; links that leave the site, download files or change anything (none should) are not followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

_VARIES = re.compile(r"[0-9a-f]{64}|[0-9a-f]{8}-[0-9a-f-]{27}|\b\d+\b|(?<=/texts/)[^/]+|(?<=/norms/)[^/]+")
FILES = re.compile(r"/(proof|letter|export|download|files/[^/]+/\d+|join/[^/]+)$|\.(csv|pdf|json|jsonl|vcf|ics)$")


def kind_of(address: str) -> str:
    """The path of a page with what varies left out."""
    return _VARIES.sub("*", urlsplit(address).path)


def walk(page: Any, base: str, *, limit: int = 100) -> Iterator[tuple[str, int]]:
    """Visit one page of each kind, beginning at `base`."""
    site, seen, waiting = urlsplit(base).netloc, {kind_of(base)}, [base]
    while waiting:
        address = waiting.pop(0)
        answer = page.goto(address)
        if not (answer.headers.get("content-type") or "").startswith("text/html"):
            continue
        yield address, answer.status
        for link in page.eval_on_selector_all("a[href]:not([download])", "all => all.map(each => each.href)"):
            parts = urlsplit(link)
            if parts.netloc != site or FILES.search(parts.path) or kind_of(link) in seen:
                continue
            seen.add(kind_of(link))
            waiting.append(link)
        assert len(seen) <= limit, sorted(seen)
