"""Does the map show where it is day, at the zones that desks state, and no more than the table beneath says?"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from liaison.register import bodies
from liaison.register.vocabulary import DeskKind
from liaison.web.figures.world import HEIGHT, WIDTH, coastline, place_of_zone
from tests.register.registry import RegisterBuilder, small_register
from tests.web.visiting import Visitor, visit
from tests.world import World


def with_map(world: World) -> Visitor:
    """An officer of XC, whose operator switched the map on."""
    node = world.nodes["XC"]
    pages = structs.replace(node.config.pages, map=True)
    world.nodes["XC"] = replace(node, config=structs.replace(node.config, pages=pages))
    return visit(world, "XC")


def test_there_is_no_map_until_the_operator_wants_one(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        visitor = visit(world, "XC")
        visitor.see("register/map/", status=404)
        assert "register/map/" not in visitor.see("register/")
        wanted = with_map(world)
        assert "register/map/" in wanted.see("register/")


def in_zones(**zones: str) -> RegisterBuilder:
    """Desks of these States state these zones."""
    registry = small_register()
    for who, zone in zones.items():
        part = bodies.Part(audience="participants", digest=registry.contact("duty", zone))
        registry.by_node(registry.desk_body("duty", DeskKind.TECHNICAL, parts=(part,)), who, "main")
    return registry


def test_the_map_says_in_its_table_all_that_it_shows_and_that_a_zone_is_no_position(tmp_path: Path) -> None:
    registry = in_zones(XC="Africa/Nairobi", XD="America/Lima", XE="Africa/Nairobi")
    with World(tmp_path, registry=registry) as world:
        page = with_map(world).see("register/map/")
        assert "at the place of the time zone that a contact centre states, not at its position" in page
        assert "It shows no borders" in page
        rows = re.findall(r"<tr[^>]*><th scope=.row.>.*?</tr>", page, re.DOTALL)
        assert len(rows) == len(world.registry.ids) - ("register" in world.registry.ids)
        dots = dict(re.findall(r'<a href="([^"]+)" aria-label="([^"]+)"><title>', page))
        assert dots["#zone-Africa-Nairobi"] == "2 contact centres, 06:02, night"
        assert page.count('id="zone-Africa-Nairobi"') == 1
        (lima,) = (told for path, told in dots.items() if "/centres/" in path)
        assert lima.endswith("duty, 22:02, night")
        assert page.count("<circle") == len(dots) == 2
        assert page.count("Night</td>") == 3
        assert "style=" not in page
        names = re.findall(r"State X[A-Z]", "".join(rows))
        assert names == sorted(names), "by name, so that nobody is ranked"


def test_the_map_says_how_many_have_no_dot_because_their_zone_lies_nowhere(tmp_path: Path) -> None:
    registry = in_zones(XC="Africa/Nairobi", XD="UTC", XE="Etc/UTC")
    with World(tmp_path, registry=registry) as world:
        page = with_map(world).see("register/map/")
        rows = page.count("<tr") - 1
        assert page.count("<circle") == 1
        assert f"{rows - 1} contact centres have no dot" in page


def test_zones_lie_where_the_zone_database_puts_them_and_the_outline_is_on_the_plane() -> None:
    assert place_of_zone("Africa/Nairobi") == (2168, 913)
    assert place_of_zone("America/Argentina/Buenos_Aires") == (1216, 1246)
    assert place_of_zone("Asia/Calcutta") == place_of_zone("Asia/Kolkata") is not None, "by its earlier name as well"
    assert place_of_zone("Etc/UTC") is place_of_zone("UTC") is None
    begins = re.findall(r"M(-?\d+),(\d+)l", coastline())
    assert len(begins) > 100
    assert all(abs(int(x)) <= 2 * WIDTH and int(y) <= HEIGHT for x, y in begins)
    assert len(coastline()) <= 60_000
