"""How long are the cases of this node kept? `liaison case retention --dry-run`.

    archive  2026-01-04  0192f0c1-…  duty
    destroy  2024-03-01  018e0a11-…  duty   not now: hold

Invariants: a dry run changes nothing; without it the same is done that the node does by itself once a day.
"""

from __future__ import annotations

from datetime import timedelta

import click

from liaison.cli.output import json_option, show, table
from liaison.cli.session import open_node
from liaison.errors import UsageError


@click.group()
def group() -> None:
    """Look after the cases of this node's desks."""


@group.command()
@click.option("--dry-run", is_flag=True, help="Say what would be done, and change nothing.")
@click.option("--ahead", type=click.IntRange(0, 3650), default=0, help="With --dry-run: as it will be in so many days.")
@json_option
def retention(*, dry_run: bool, ahead: int, as_json: bool) -> None:
    """Close, archive and destroy what the rules of each desk say."""
    if ahead and not dry_run:
        raise UsageError("retention-ahead")
    node = open_node()
    from liaison.node.services.inside.retention import keep_retention, look_ahead

    done = look_ahead(node, at=node.clock.now() + timedelta(days=ahead)) if dry_run else keep_retention(node)
    value = [
        {
            "step": each.planned.step.value,
            "case": each.planned.case,
            "desk": each.desk.desk,
            "participant": each.desk.participant,
            "last": each.planned.last_at.date().isoformat(),
            "obstacles": [obstacle.value for obstacle in each.planned.obstacles],
        }
        for each in done
    ]
    lines = table(
        (
            each.planned.step.value,
            each.planned.last_at.date().isoformat(),
            each.planned.case,
            each.desk.desk,
            f"not now: {', '.join(each.planned.obstacles)}" if each.planned.obstacles else "",
        )
        for each in done
    )
    show(value, lines or ["Nothing is due under the rules of this node's desks."], as_json=as_json)
