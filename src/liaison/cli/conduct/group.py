"""How is the code of conduct kept at a terminal? The verbs of the noun `conduct`, each imported when it is named.

liaison conduct measure seen.csv --roas export.json --source "Collector of XC"
liaison conduct measured                            liaison conduct notify 7 8 --days 14
liaison conduct dispute 7 --ground data-old --say "…"
liaison conduct review 7 --result corrected --say "…" --count valid=12 --count invalid=0 --count not_found=0
liaison conduct consent 7 --to public               liaison conduct shown --to public
"""

from __future__ import annotations

import click

from liaison.cli.lazy import LazyGroup

VERBS = {
    "draft": "liaison.cli.conduct.draft:group",
    "report": "liaison.cli.conduct.report:group",
    "help": "liaison.cli.conduct.help:group",
    "measure": "liaison.cli.conduct.measuring:measure",
    "measured": "liaison.cli.conduct.measuring:measured",
    "notify": "liaison.cli.conduct.speaking:notify",
    "drop": "liaison.cli.conduct.speaking:drop",
    "dispute": "liaison.cli.conduct.speaking:dispute",
    "review": "liaison.cli.conduct.speaking:review",
    "consent": "liaison.cli.conduct.speaking:consent",
    "shown": "liaison.cli.conduct.measuring:shown",
}


@click.group(cls=LazyGroup, commands_in=VERBS)
def group() -> None:
    """The code of conduct: what was done about agreed norms, who needs help, and what is measured and shown."""
