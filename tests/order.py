"""In which order do the modules run? Those first that take more than twenty seconds, the longest before all others.

Most of their time is waiting for processes and browsers: begun last, they would hold up the end of the run while
nothing is left to do beside them.
"""

from __future__ import annotations

LONG = (
    "tests/scenarios/test_demo.py",
    "tests/browser/test_every_page.py",
    "tests/scenarios/test_large_attachments.py",
    "tests/crash/test_random_times.py",
    "tests/browser/test_requests.py",
    "tests/lines/test_faults.py",
    "tests/browser/test_conduct_story.py",
    "tests/node/duty/test_workers.py",
    "tests/scenarios/test_false_clocks.py",
    "tests/lines/test_partitions.py",
    "tests/hostile/test_parsers.py",
    "tests/web/test_injection.py",
    "tests/scenarios/test_several_processes.py",
    "tests/browser/test_two_nodes.py",
    "tests/browser/test_own_report.py",
    "tests/crash/test_routed_feeds.py",
    "tests/hostile/test_slow_peers.py",
    "tests/web/test_walls.py",
)


def turn_of(nodeid: str) -> int:
    """The place of the module of a test, `tests/web/test_desk.py::test_a_claim`; all others come after those named."""
    module = nodeid.partition("::")[0]
    return LONG.index(module) if module in LONG else len(LONG)
