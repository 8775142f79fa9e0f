"""Is a file name or media type that a stranger chose fit to be shown?

    "access-log.csv", "text/csv"

Invariants (docs/spec/message.md):
- a name is for display only: files are kept by hash, so a name never becomes a path;
- no control characters, no separators of paths, nothing that re-orders the text around it.
"""

from __future__ import annotations

import re

from liaison.errors import MalformedError

LONGEST_NAME = 200

# C0, DEL, C1, line and paragraph separators, and the controls that override or isolate the direction of text.
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069/\\\\]")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")


def check_file_name(name: str) -> None:
    """Raises MalformedError for a name that is empty, long, a path, or not fit to be shown."""
    if not 1 <= len(name) <= LONGEST_NAME or name in {".", ".."} or name != name.strip() or _UNFIT.search(name):
        raise MalformedError("file-name-unfit")


def check_media_type(text: str) -> None:
    """Raises MalformedError for anything but a lower-case type/subtype without parameters."""
    if not _MEDIA_TYPE.fullmatch(text):
        raise MalformedError("media-type-unfit")
