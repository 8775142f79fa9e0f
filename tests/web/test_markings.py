"""Does a page of a draft keep to the national markings that the node may hold?"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from liaison.node.config import Config, Markings
from liaison.node.models import Draft
from tests.web.test_write import HOW, begin, fill
from tests.web.visiting import visit
from tests.world import World

pytestmark = pytest.mark.engine


def limit(world: World, highest: str) -> None:
    """XC may hold what is marked up to this step of its ladder."""
    limits, node = Markings(ladder=("XC RESTRICTED", "XC SECRET"), highest=highest), world.nodes["XC"]
    object.__setattr__(node, "config", msgspec.structs.replace(node.config, markings=limits))


def test_a_marking_above_the_limit_is_not_offered_and_a_draft_that_has_it_loses_it_by_a_choice_alone(
    tmp_path: Path,
) -> None:
    with World(tmp_path) as world:
        limit(world, "XC RESTRICTED")
        visitor = visit(world, "XC")
        number = begin(visitor)
        page = visitor.see(f"write/{number}/how")
        assert 'value="XC RESTRICTED"' in page
        assert "XC SECRET" not in page
        limit(world, "XC SECRET")
        assert 'value="XC SECRET"' in visitor.see(f"write/{number}/how")
        fill(visitor, number, "how", **(HOW | {"marking": "XC SECRET"}))
        limit(world, "XC RESTRICTED")
        assert 'value="XC SECRET" checked' in visitor.see(f"write/{number}/how")
        fill(visitor, number, "how", status=400, **(HOW | {"marking": "XC SECRET"}))
        fill(visitor, number, "how", **(HOW | {"marking": "XC RESTRICTED"}))
        assert "XC SECRET" not in visitor.see(f"write/{number}/how")


def test_a_marking_above_the_limit_is_refused_before_anything_is_kept(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        limit(world, "XC RESTRICTED")
        visitor = visit(world, "XC")
        number = begin(visitor)
        answer = fill(visitor, number, "how", status=400, **(HOW | {"marking": "XC SECRET", "urgency": "emergency"}))
        page = answer.content.decode()
        assert "is above what this node may hold" in page
        assert "Do not type it here" in page
        with world.at("XC"):
            assert Draft.objects.get().typed == {}
        fill(visitor, number, "how", **(HOW | {"marking": "XC RESTRICTED"}))


def test_a_ladder_of_markings_names_its_highest_step() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"markings": {"ladder": ["A"], "highest": "B"}}, Config)
