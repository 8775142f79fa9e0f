"""Is the fold total, and the same whatever the batches?"""

from __future__ import annotations

from liaison.register.lookup import Directory
from liaison.register.vocabulary import DeskKind
from tests.register.registry import small_register

REGISTRY = small_register()


def test_a_small_register_has_three_live_desks() -> None:
    desks = Directory(REGISTRY.view).desks(kind=DeskKind.TECHNICAL)
    assert sorted((desk.name, desk.desk) for desk in desks) == [
        ("State XC", "duty"),
        ("State XD", "duty"),
        ("State XE", "duty"),
    ]
