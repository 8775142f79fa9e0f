"""What does a text say that somebody wrote as HTML alone? Its words, in order, and nothing of its markup.

    plain_of("<p>Blocked.<br>Thank you</p><script>…</script>")      "Blocked.\nThank you"

Invariants: nothing is rendered, run or fetched: a link is its words, a picture is nothing; the HTML itself stays beside
the text as a file, because only that was signed.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

LARGEST = 256 << 10
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr"})
_UNSEEN = frozenset({"script", "style", "head", "title", "template"})


class _Words(HTMLParser):
    """Gathers what a reader would see."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._unseen += tag in _UNSEEN
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in _UNSEEN))
        if tag in _BREAKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.pieces.append(re.sub(r"\s+", " ", data))


def plain_of(html: str) -> str:
    """The words of an HTML text; empty for one too large to be read. Nothing is raised."""
    if len(html) > LARGEST:
        return ""
    reader = _Words()
    try:
        reader.feed(html)
        reader.close()
    except (AssertionError, ValueError):  # The parser of the standard library gives some odd declarations up so.
        return ""
    lines = (line.strip() for line in "".join(reader.pieces).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
