"""What happens in the demonstration, step by step, and did every step hold? `liaison demo`.

    liaison demo --once                  ends by itself; exit 0 only if every step held
    liaison demo --once --story alone    one node, and a desk that has only OpenPGP and a mailbox
    liaison demo                         leaves the nodes up and says where, until Ctrl-C

Everything happens in a rehearsal register on this machine: fictional States, exercise messages, no network.
"""

from __future__ import annotations

import json
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import click

from liaison.cli.demo.places import StepFailed, check_folder
from liaison.cli.demo.rehearsal import Rehearsal
from liaison.cli.demo.stories import STORIES, Story


@click.command()
@click.option("--once", is_flag=True, help="End when the last step is done.")
@click.option("--story", "named", type=click.Choice(list(STORIES)), default="together", show_default=True)
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Where the nodes live; default: a new one."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value at the end instead of text.")
def demo(*, once: bool, named: str, folder: Path | None, as_json: bool) -> int:
    """See it work: four nodes, a real feed, a dead node, forgeries refused; or one node alone."""
    place = folder or Path(tempfile.mkdtemp(prefix="liaison-demo-"))
    check_folder(place)
    story = STORIES[named]
    world = story.begin(place)
    # A plain kill ends the nodes too, not only Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    held = False
    try:
        held = _walk(story, world, as_json=as_json)
        if held and not once:
            _stay(world)
    except KeyboardInterrupt:
        if not held:
            click.echo("Stopped before the end.", err=True)
    finally:
        world.stop()
    if not as_json:
        click.echo(f"Everything is kept in {place}; remove it when you have seen enough.")
    return 0 if held else 1


def _walk(story: Story[Any], world: Rehearsal, *, as_json: bool) -> bool:
    """Do every step; whether all held. What fails is said, and nothing after it is tried."""
    told: list[dict[str, object]] = []
    if not as_json:
        click.echo(f"{story.opening}\nEach of {len(story.steps)} steps says what it shows, and whether it held.")
    for number, (title, step) in enumerate(story.steps, 1):
        began = time.perf_counter()
        try:
            lines, held = step(world), True
        except StepFailed as failed:
            lines, held = str(failed).splitlines(), False
        seconds = time.perf_counter() - began
        told.append({"step": number, "title": title, "held": held, "seconds": round(seconds, 2), "lines": lines})
        if not as_json:
            _tell(f"{number:2}/{len(story.steps)}", title, lines, held=held, seconds=seconds)
        if not held:
            break
    complete = len(told) == len(story.steps) and all(each["held"] for each in told)
    if as_json:
        click.echo(json.dumps({"held": complete, "steps": told}, ensure_ascii=False, indent=2))
    elif complete:
        click.echo(f"All {len(story.steps)} steps held.")
    return complete


def _tell(number: str, title: str, lines: list[str], *, held: bool, seconds: float) -> None:
    mark = "held" if held else "DID NOT HOLD"
    click.echo(f"{number}  {title}  [{mark}, {seconds:.1f} s]")
    for line in lines:
        click.echo(f"       {line}")


def _stay(world: Rehearsal, wait: Callable[[], object] = signal.pause) -> None:
    liaison = shlex.quote(str(Path(sys.executable).with_name("liaison")))
    click.echo("The nodes stay up until Ctrl-C. Open the desk of a State in a browser; each link signs in once:")
    for code, link in sorted(world.links.items()):
        click.echo(f"  {code}  {link}")
    click.echo("  Then make a passkey, or a password with one-time codes if your browser makes none. For another link:")
    click.echo(f"  {liaison} --home {world.places['XC'].home} officer invite duty")
    click.echo("  Or try, in another terminal:")
    asked = world.places.get("XD", world.places["XC"])
    click.echo(f"  {liaison} --home {asked.home} message list")
    click.echo(f"  {liaison} --home {world.places['XC'].home} register search FR")
    for place in {place.home: place for place in world.places.values() if place.port}.values():
        click.echo(f"  {place.name:12} {place.url}/healthz")
    with suppress(KeyboardInterrupt):  # Whoever has seen enough ends it well.
        wait()
