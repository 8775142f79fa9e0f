"""How is the shipped coastline made again, byte for byte, from the npm package world-atlas?

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python tools/pack_coastline.py package/land-110m.json src/liaison/web/data/coastline/land.txt

What comes out is one line a ring, as the moves of an SVG path on a plane of 3600 by 1800: a tenth of a degree a unit, x
from longitude -180, y from latitude 90 down. The file that is read holds land and no borders of anything; `NOTICE.md`
beside the result says whose work it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import msgspec

Place = tuple[int, int]
AROUND, LOWEST = 3600, 1800


class Transform(msgspec.Struct):
    """How the steps of the arcs become degrees."""

    scale: tuple[float, float]
    translate: tuple[float, float]


class Geometry(msgspec.Struct):
    """Polygons: each rings, each arcs by number; a negative one runs backwards."""

    arcs: list[list[list[int]]]


class Land(msgspec.Struct):
    """The one object of the file."""

    geometries: list[Geometry]


class Objects(msgspec.Struct):
    """The objects of the file."""

    land: Land


class Atlas(msgspec.Struct):
    """TopoJSON, as far as it is read."""

    objects: Objects
    arcs: list[list[Place]]
    transform: Transform


def rings(atlas: Atlas) -> Iterator[list[Place]]:
    """The outlines of the land, each in units of the plane; what is smaller than a unit is left out."""
    (scale_x, scale_y), (left, top) = atlas.transform.scale, atlas.transform.translate
    arcs = []
    for arc in atlas.arcs:
        x = y = 0
        line = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            line.append((round((x * scale_x + left + 180) * 10), round((90 - y * scale_y - top) * 10)))
        arcs.append(line)
    for shape in atlas.objects.land.geometries:
        for polygon in shape.arcs:
            for ring in polygon:
                joined = [place for arc in ring for place in (arcs[arc] if arc >= 0 else reversed(arcs[~arc]))]
                kept = [*joined[:1], *(place for before, place in pairwise(joined) if place != before)]
                if len(kept) > 3:
                    yield from on_the_plane(unrolled(kept))


def unrolled(ring: list[Place]) -> list[Place]:
    """A ring without a jump from one edge of the plane to the other: it goes on beyond the edge instead.

    Around a pole it does not come back to where it began; then it is closed along the lower edge.
    """
    out, turn = [ring[0]], 0
    for (before, _), (x, y) in pairwise(ring):
        turn -= AROUND * round((x - before) / AROUND)
        out.append((x + turn, y))
    return [*out, (out[-1][0], LOWEST), (out[0][0], LOWEST)] if turn else out


def on_the_plane(ring: list[Place]) -> Iterator[list[Place]]:
    """The ring, and once more at the other edge where it goes beyond one."""
    left, right = min(x for x, _ in ring), max(x for x, _ in ring)
    for shift in (-AROUND, 0, AROUND):
        if left + shift < AROUND and right + shift > 0:
            yield [(x + shift, y) for x, y in ring]


def moves(ring: list[Place]) -> str:
    """A ring as the moves of a path."""
    steps = " ".join(f"{x - before_x},{y - before_y}" for (before_x, before_y), (x, y) in pairwise(ring))
    return f"M{ring[0][0]},{ring[0][1]}l{steps}z"


def main(atlas_file: str, packed_file: str) -> None:
    """Read the atlas, write the coastline."""
    atlas = msgspec.json.decode(Path(atlas_file).read_bytes(), type=Atlas)
    Path(packed_file).write_text("".join(f"{moves(ring)}\n" for ring in rings(atlas)), encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
