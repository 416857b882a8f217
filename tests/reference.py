"""Writes docs/reference/cli.md from the commands' own help: `python tests/reference.py`."""

from collections.abc import Iterator
from pathlib import Path

import click

from lineage.cli.main import cli

PAGE = Path(__file__).parent.parent / "docs" / "reference" / "cli.md"
INTRODUCTION = """# Commands

Generated from the commands' own help. Results go to stdout, progress and warnings to stderr.
Exit codes: 0 done, 1 findings above policy, 2 usage, 3 could not complete.
"""


def commands(command: click.Command, context: click.Context) -> Iterator[tuple[str, str]]:
    """The path and the help text of a command and of all below it."""
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, click.Context(below, info_name=name, parent=context, terminal_width=100))


def page() -> str:
    """The whole page."""
    root = click.Context(cli, info_name="lineage", terminal_width=100, **cli.context_settings)
    return INTRODUCTION + "".join(f"\n## {path}\n\n```text\n{text}\n```\n" for path, text in commands(cli, root))


if __name__ == "__main__":
    PAGE.write_text(page())
