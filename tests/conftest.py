"""How does every test run here? Soak tests only when asked for, skips named in the last line or refused."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tests import parts
from tests.order import turn_of
from tools.postgres import postgres

# Two busy cores make single examples slow now and then; slowness is measured by the benchmarks, not here.
settings.register_profile("liaison", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("liaison")

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)
# The fixtures and the classes whose nodes keep their tables where `tests/engines.py` says.
STORIES = {"story", "terminal", "World", "TwoNodes", "Processes"}
# What a page or a program is shown is the same on every engine: of these tests those run on both whose module says so
# itself, because behind them stand queries of their own.
PAGES = ("tests/web/", "tests/browser/", "tests/translations/", "tests/api/")
LAST_WORDS = 2_000  # characters of a failure that are said at once; the whole stands at the end
REASONS = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """A PostgreSQL server beside the files that the nodes of a session on SQLite are on, for tests marked `sqlite`."""
    with postgres() as url:
        yield url or parts.needs("postgresql")


@pytest.fixture(autouse=True)
def closed_databases() -> Iterator[None]:
    """What a test opened is closed when it ends; what its module shares stays open as long as that does."""
    engines = sys.modules.get("tests.engines")  # Django is not set up here for a test that needs none.
    with engines.closing_databases() if engines else nullcontext():
        yield


def pytest_configure(config: pytest.Config) -> None:
    for name in ("DATABASE_URL", "LIAISON_HOME"):  # A developer's own node must not be touched by a test.
        os.environ.pop(name, None)
    config.stash[REASONS] = []
    config.pluginmanager.register(Skips(config), "liaison-skips")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Failures(config), "liaison-failures")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the stories of nodes for every engine; begin with the long modules; leave the soak tests out unless the
    marker expression names them."""
    items.sort(key=lambda item: turn_of(item.nodeid))
    for item in items:
        if item.get_closest_marker("soak"):
            item.add_marker(pytest.mark.timeout(0))
        told = {*getattr(item, "fixturenames", ()), *vars(getattr(item, "module", object))}
        drawn = item.nodeid.startswith(PAGES)
        if STORIES & told and not drawn and item.get_closest_marker("sqlite") is None:
            item.add_marker("engine")
    if "soak" in config.getoption("markexpr"):
        return
    kept = [item for item in items if item.get_closest_marker("soak") is None]
    if len(kept) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("soak")])
        items[:] = kept


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end, so that the garbage collector need not walk it each time."""
    gc.freeze()


class Skips:
    """Collects why tests were skipped; under `LIAISON_REQUIRE=all` makes failures of them."""

    def __init__(self, config: pytest.Config) -> None:
        self.reasons = config.stash[REASONS]
        self.required = os.environ.get("LIAISON_REQUIRE") == "all"

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        return self._refused(report) if self.required and not hasattr(report, "wasxfail") else report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        return self._refused(report) if self.required else report

    def _refused(self, report: Report) -> Report:
        if report.skipped:
            report.outcome = "failed"
            report.longrepr = f"a skip is a failure here: {report.longrepr}"
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and isinstance(report.longrepr, tuple):
            self.reasons.append(report.longrepr[2])


class Failures:
    """Says each failure when it happens, so that a run which is ended from outside has told what it found."""

    def __init__(self, config: pytest.Config) -> None:
        self.plugins = config.pluginmanager

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            terminal: pytest.TerminalReporter = self.plugins.getplugin("terminalreporter")
            terminal.ensure_newline()
            terminal.write_line(f"FAILED {report.nodeid} ({report.when})\n{report.longreprtext[-LAST_WORDS:]}")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say in the last line which parts were missing; hand them on when a run of several sessions asks for them."""
    missing = parts.missing_from(config.stash.get(REASONS, []))
    if not missing or hasattr(config, "workerinput"):
        return
    collected = os.environ.get("LIAISON_PARTS_FILE")
    if collected is None:
        print(parts.closing_line(missing))
        return
    with Path(collected).open("a", encoding="utf-8") as file:
        file.writelines(f"{name}\n" for name in missing)
