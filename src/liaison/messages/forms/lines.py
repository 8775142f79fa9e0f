"""Is this text one line that any screen shows as it is written?"""

from __future__ import annotations

import re

_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def fits_line(text: object, most: int) -> bool:
    """Whether it is 1 to `most` characters without space around them, controls or what re-orders a line."""
    if not isinstance(text, str) or not 1 <= len(text) <= most:
        return False
    return text == text.strip() and _UNFIT.search(text) is None
