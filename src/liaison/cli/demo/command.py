"""What happens in the demonstration, step by step, and did every step hold? `liaison demo`.

    liaison demo --once          ends by itself; exit 0 only if every step held
    liaison demo                 leaves the nodes up and says where, until Ctrl-C

Everything happens in a rehearsal register on this machine: fictional States, exercise messages, no network.
"""

from __future__ import annotations

import json
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click

from liaison.cli.demo import attacks, feeds, notice, rehearsal
from liaison.cli.demo.places import StepFailed, check_folder
from liaison.cli.demo.rehearsal import Rehearsal

Step = Callable[[Rehearsal], list[str]]
STEPS: tuple[tuple[str, Step], ...] = (
    ("Four nodes, each with its own keys and database", rehearsal.make_places),
    ("The secretariat opens a register: leaf 0, signed by three roots", rehearsal.open_register),
    ("Three fictional States are admitted", rehearsal.admit_states),
    ("Each publishes its keys, a desk and what it answers for", rehearsal.publish_desks),
    ("The States become the log's witnesses", rehearsal.appoint_witnesses),
    ("An officer of each State is invited to its pages", rehearsal.invite_officers),
    ("A directory is nominated by letter, one desk a country code", rehearsal.nominate_desks),
    ("A real feed is routed to the nominated desks", feeds.route_real_feed),
    ("Rows of the fictional States become sealed reports", feeds.send_reports),
    ("A notice with an attachment, while one node is dead", notice.send_notice),
    ("The dead node comes back; officers acknowledge", notice.acknowledge),
    ("A forged entry is refused", attacks.forge_entry),
    ("A swapped key is found out", attacks.swap_key),
    ("A replayed message changes nothing", attacks.replay_message),
    ("The whole case, checked offline by somebody who was not there", notice.verify_transcript),
    ("The whole register, checked offline against its anchor", attacks.verify_register),
)


@click.command()
@click.option("--once", is_flag=True, help="End when the last step is done.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Where the nodes live; default: a new one."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON value at the end instead of text.")
def demo(*, once: bool, folder: Path | None, as_json: bool) -> int:
    """See it work: four nodes, a real feed, a dead node, forgeries refused."""
    place = folder or Path(tempfile.mkdtemp(prefix="liaison-demo-"))
    check_folder(place)
    world = Rehearsal(place)
    # A plain kill ends the nodes too, not only Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        held = _walk(world, as_json=as_json)
        if held and not once:
            _stay(world)
    except KeyboardInterrupt:
        held = False
    finally:
        world.stop()
    if not as_json:
        click.echo(f"Everything is kept in {place}; remove it when you have seen enough.")
    return 0 if held else 1


def _walk(world: Rehearsal, *, as_json: bool) -> bool:
    """Do every step; whether all held. What fails is said, and nothing after it is tried."""
    told: list[dict[str, object]] = []
    for number, (title, step) in enumerate(STEPS, 1):
        began = time.perf_counter()
        try:
            lines, held = step(world), True
        except StepFailed as failed:
            lines, held = str(failed).splitlines(), False
        seconds = time.perf_counter() - began
        told.append({"step": number, "title": title, "held": held, "seconds": round(seconds, 2), "lines": lines})
        if not as_json:
            _tell(number, title, lines, held=held, seconds=seconds)
        if not held:
            break
    complete = len(told) == len(STEPS) and all(each["held"] for each in told)
    if as_json:
        click.echo(json.dumps({"held": complete, "steps": told}, ensure_ascii=False, indent=2))
    elif complete:
        click.echo(f"All {len(STEPS)} steps held.")
    return complete


def _tell(number: int, title: str, lines: list[str], *, held: bool, seconds: float) -> None:
    mark = "held" if held else "DID NOT HOLD"
    click.echo(f"{number:2}/{len(STEPS)}  {title}  [{mark}, {seconds:.1f} s]")
    for line in lines:
        click.echo(f"       {line}")


def _stay(world: Rehearsal) -> None:
    click.echo("The nodes stay up until Ctrl-C. Open the desk of a State in a browser; each link signs in once:")
    for code, link in world.links.items():
        click.echo(f"  {code}  {link}")
    click.echo("  For another link: liaison --home HOME officer invite duty. Or try, in another terminal:")
    click.echo(f"  liaison --home {world.places['XD'].home} message list")
    click.echo(f"  liaison --home {world.places['XC'].home} register search FR")
    for place in world.places.values():
        click.echo(f"  {place.name:12} {place.url}/healthz")
    signal.pause()
