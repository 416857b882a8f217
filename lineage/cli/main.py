"""The `lineage` command: a table of commands, each imported when it is used, and errors turned into exit codes.

Exit codes: 0 done, 1 findings above policy, 2 usage, 3 could not complete.
"""

import importlib
import os
import sys
from typing import NamedTuple

import click

from lineage import __version__
from lineage.errors import LineageError


class _Entry(NamedTuple):
    module: str
    summary: str


# Each module holds a click command of the same name as its key (`lineage.cli.link:link`).
COMMANDS = {
    "demo": _Entry("lineage.cli.demo", "Show the whole story offline on a small real model."),
    "generate": _Entry("lineage.cli.generate", "Let an aligned model write instructions and answer them."),
    "template": _Entry("lineage.cli.template", "Show the prefix and stop tokens of a model's chat template."),
    "filter": _Entry("lineage.cli.filter", "Check a dataset's prompts and responses; keep the good rows."),
    "add": _Entry("lineage.cli.add", "Register a dataset and link it to all registered ones."),
    "fingerprint": _Entry("lineage.cli.fingerprint", "Write a dataset's fingerprints to a card."),
    "link": _Entry("lineage.cli.link", "Find the samples that two or more datasets share."),
    "trace": _Entry("lineage.cli.trace", "Say where a text comes from, and who wrote it."),
    "graph": _Entry("lineage.cli.graph", "Ask the provenance graph: who, up, down."),
    "run": _Entry("lineage.cli.run", "Run a declared pipeline."),
    "db": _Entry("lineage.cli.db", "Upgrade or check the graph's database."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported on first use, so that help stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order a newcomer meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return it; None when there is no such command."""
        del ctx
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(entry.module), cmd_name)
        assert isinstance(command, click.Command)  # noqa: S101 (a wrong table entry is our bug, not the user's)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table of commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Start with: lineage demo",
)
@click.version_option(__version__, prog_name="lineage")
def cli() -> None:
    """Trace which model wrote training data, and where its writing has spread."""


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        code = cli.main(prog_name="lineage", standalone_mode=False)
    except LineageError as error:
        _fail(str(error), error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        _fail("interrupted; nothing is half-written, run the same command again", 3)
    except BrokenPipeError:
        # The reader of our output went away (`| head`); point stdout elsewhere so that closing it stays silent.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(message: str, code: int) -> None:
    click.echo(f"lineage: {message}", err=True)
    sys.exit(code)
