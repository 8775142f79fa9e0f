"""How does an officer ask for cooperation, answer requests and watch their dates at the terminal?

liaison request draft preservation-request > request.json
liaison request send preservation-request --to XD --fields request.json
liaison request list                                what is due first stands first
liaison request decide 019ac1 --accept --executed --secured all --last
liaison request draft preservation-extension --after 019ac1 > more.json
"""

from __future__ import annotations

import click

from liaison.cli.lazy import LazyGroup

VERBS = {
    "draft": "liaison.cli.request.asking:draft",
    "send": "liaison.cli.request.asking:send",
    "oral": "liaison.cli.request.asking:oral",
    "list": "liaison.cli.request.showing:list_",
    "show": "liaison.cli.request.showing:show_one",
    "calendar": "liaison.cli.request.showing:calendar",
    "figures": "liaison.cli.request.showing:figures",
    "seen": "liaison.cli.request.answering:seen",
    "decide": "liaison.cli.request.answering:decide",
    "answer": "liaison.cli.request.answering:answer",
    "say": "liaison.cli.request.answering:say",
    "extend": "liaison.cli.request.answering:extend",
    "withdraw": "liaison.cli.request.answering:withdraw",
    "status": "liaison.cli.request.answering:status",
    "close": "liaison.cli.request.answering:close",
    "step": "liaison.cli.request.answering:step",
}


@click.group(cls=LazyGroup, commands_in=VERBS)
def group() -> None:
    """Requests for cooperation: ask, answer, and keep their dates."""
