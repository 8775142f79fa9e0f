"""Where does a time zone stand on a map of the world without borders?

    place_of_zone("Africa/Nairobi") == (2168, 913)      on a plane of 3600 by 1800, a tenth of a degree a unit
    coastline()                                          the outline of land, as the `d` of an SVG path

Invariants: plate carrée, so that a degree is a degree everywhere; the place of a zone is the one that the IANA time
zone database names for it (`zone.tab`), never a desk's own; another name of the same zone has its place, and a zone
that lies nowhere (UTC) has none.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib import resources

WIDTH, HEIGHT = 3600, 1800
_PLACE = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


def place_of_zone(zone: str) -> tuple[int, int] | None:
    """Where the zone's representative place lies; None for one without."""
    return _places().get(zone) or _places().get(_other_names().get(zone, ""))


@functools.cache
def coastline() -> str:
    """The outline of land (`web/data/coastline/NOTICE.md` says whose work it is)."""
    return resources.files("liaison.web").joinpath("data/coastline/land.txt").read_text(encoding="ascii")


@functools.cache
def _places() -> Mapping[str, tuple[int, int]]:
    table = resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {zone: place for _, at, zone, *_ in rows if (place := _project(at)) is not None}


@functools.cache
def _other_names() -> Mapping[str, str]:
    """The name in use of a zone by an earlier or other one: Asia/Calcutta is Asia/Kolkata."""
    rules = resources.files("tzdata").joinpath("zoneinfo/tzdata.zi").read_text(encoding="utf-8")
    links = (line.split(" ") for line in rules.splitlines() if line.startswith("L "))
    return {other: zone for _, zone, other in links}


def _project(at: str) -> tuple[int, int] | None:
    """A place as ISO 6709 writes it, `+4230+00131` or with seconds, on the plane."""
    found = _PLACE.fullmatch(at)
    if found is None:
        return None
    north, east = (
        (-1 if sign == "-" else 1) * (int(degrees) + int(minutes) / 60 + int(seconds or 0) / 3600)
        for sign, degrees, minutes, seconds in (found.groups()[:4], found.groups()[4:])
    )
    return round((east + 180) * 10), round((90 - north) * 10)
