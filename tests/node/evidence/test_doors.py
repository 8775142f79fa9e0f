"""Is there any door by which the files of a hand-over come out without a line in the record?"""

from __future__ import annotations

import ast

from tests import house

DOORS = ("web", "api", "cli", "peer")
# What it opens was sent to a desk without a node, to which no evidence is handed over.
OTHERWISE = {"web/pages/guests/door.py"}


def test_doors_open_the_files_of_messages_by_the_function_that_refuses_evidence() -> None:
    opening = {
        str(path.relative_to(house.SOURCES))
        for path, tree in house.modules(house.SOURCES)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "open_attachment" for alias in node.names)
    }
    assert {name for name in opening if name.startswith(DOORS)} == OTHERWISE
