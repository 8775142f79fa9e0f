"""What is a member of somebody else's JSON, if it is of the type it should be, and nothing if it is not?

    text(told.get("name"))        "" for anything but a text
    objects(told.get("Tag"))      the objects of an array; what else stands in it is passed over

Invariant: what comes out can be compared and looked up; a wrong type never reaches the code that reads a format.
"""

from __future__ import annotations

from typing import Any


def text(value: object) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""


def texts(value: object) -> list[str]:
    """The texts of an array."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def inner(value: object) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of an array."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
