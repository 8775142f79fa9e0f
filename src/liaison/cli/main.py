"""Which commands are there, and how does a failure leave the process?

    liaison NOUN VERB [--json]     exit 0 good · 1 verification failed · 2 usage · 3 cannot reach

Invariants: every failure that is ours ends in one place, as three sentences on stderr and one exit code.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from liaison.cli.lazy import LazyGroup
from liaison.cli.output import USAGE, report_error
from liaison.cli.session import HOME_KEY
from liaison.errors import LiaisonError

NOUNS = {
    "node": "liaison.cli.node.group:group",
    "register": "liaison.cli.register.group:group",
    "key": "liaison.cli.key:group",
    "message": "liaison.cli.message:group",
    "mail": "liaison.cli.mail.command:group",
    "book": "liaison.cli.book:group",
    "case": "liaison.cli.case:group",
    "evidence": "liaison.cli.evidence.group:group",
    "duty": "liaison.cli.duty.command:group",
    "escalation": "liaison.cli.escalation.command:group",
    "report": "liaison.cli.route.report:group",
    "officer": "liaison.cli.officer:group",
    "check": "liaison.cli.check.command:group",
    "exercise": "liaison.cli.exercise:group",
    "instrument": "liaison.cli.instrument.command:group",
    "conduct": "liaison.cli.conduct.group:group",
    "request": "liaison.cli.request:group",
    "token": "liaison.cli.programs.token:group",
    "webhook": "liaison.cli.programs.webhook:group",
    "route": "liaison.cli.route.command:route",
    "resources": "liaison.cli.resources:group",
    "verify": "liaison.cli.verify:group",
    "demo": "liaison.cli.demo.command:demo",
}


class Program(LazyGroup):
    """The whole program: every failure that is ours ends here."""

    def main(  # type: ignore[override]
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: object
    ) -> NoReturn:
        """Run one command and leave with its exit code."""
        sys.exit(self.run_command(list(sys.argv[1:] if args is None else args), prog_name or "liaison"))

    def run_command(self, args: list[str], prog_name: str = "liaison") -> int:
        """Run one command and return its exit code."""
        try:
            code = super().main(args=args, prog_name=prog_name, standalone_mode=False)
        except LiaisonError as error:
            return report_error(error, as_json="--json" in args)
        except click.ClickException as error:
            error.show()
            return USAGE
        except click.Abort:
            click.echo("Stopped; what was finished before is kept.", err=True)
            return USAGE
        return code if isinstance(code, int) else 0


@click.group(cls=Program, commands_in=NOUNS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--home", type=click.Path(path_type=Path), help="The node's folder (default: LIAISON_HOME).")
@click.version_option(package_name="liaison")
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """A verifiable register of contact centres and the direct line between them."""
    if home is not None:
        ctx.meta[HOME_KEY] = home


if __name__ == "__main__":
    main()
