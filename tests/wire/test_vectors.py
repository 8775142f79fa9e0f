"""Canonical JSON on the published examples of RFC 8785 (tests/vectors/canonical/README.md)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from liaison.errors import MalformedError
from liaison.wire import canonical

CASES = json.loads((Path(__file__).parent.parent / "vectors" / "canonical" / "jcs.json").read_text())


@pytest.mark.parametrize("case", [case for case in CASES if case["refused"] is None], ids=lambda case: case["name"])
def test_an_example_inside_our_subset_has_the_published_bytes(case: dict[str, str]) -> None:
    assert canonical.encode(json.loads(case["input"])) == case["output"].encode()
    assert canonical.decode(case["output"].encode(), limit=1000) == json.loads(case["input"])


@pytest.mark.parametrize("case", [case for case in CASES if case["refused"]], ids=lambda case: case["name"])
def test_an_example_outside_our_subset_is_refused(case: dict[str, str]) -> None:
    with pytest.raises(MalformedError, match=case["refused"]):
        canonical.decode(case["output"].encode(), limit=1000)
