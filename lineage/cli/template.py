"""`lineage template`: the prefix, the stops and the warnings of a model's chat template."""

from typing import TYPE_CHECKING

import click

from lineage.cli import output
from lineage.cli.options import json_option

if TYPE_CHECKING:
    from lineage.generate.describe import TemplateReport
    from lineage.generate.template import SystemMode

MODES = click.Choice(["template-default", "none", "custom"])


@click.command(short_help="Show the prefix and stop tokens of a model's chat template.")
@click.argument("model", metavar="MODEL|FILE")
@click.option("--system", metavar="TEXT", help="System message to put first (implies --system-mode custom).")
@click.option(
    "--system-mode", type=MODES, help="The template's own system text (default), no system block at all, or --system."
)
@json_option
def template(model: str, system: str | None, system_mode: str | None, as_json: bool) -> None:
    """Show what precedes a user's message in a model's chat format, and what ends a turn.

    MODEL is smollm2, a folder, a .gguf file or a hub id; FILE a bare .jinja template, of which only strings are known.

    \b
    Example:
      lineage template smollm2
      lineage template chat_template.jinja --system-mode none --json
    """
    from lineage.generate.describe import describe_template
    from lineage.generate.prompt_options import PromptOptions

    report = describe_template(model, PromptOptions(system_mode=system_choice(system, system_mode), system=system))
    if as_json:
        output.print_json(report.document())
        return
    _print(report)


def system_choice(system: str | None, mode: str | None) -> "SystemMode":
    """Turn the two options on system messages into one mode. Raises UsageError when they contradict."""
    from lineage.errors import UsageError

    if system is not None and mode not in {None, "custom"}:
        raise UsageError(f"--system gives a system message and --system-mode {mode} leaves it out: give one of them")
    if system is None and mode == "custom":
        raise UsageError("--system-mode custom needs the message: give --system TEXT")
    if mode == "none":
        return "none"
    return "template-default" if system is None else "custom"


def _print(report: "TemplateReport") -> None:
    prompt = report.prompt
    rows = [
        ("prefix", visible(prompt.prefix)),
        ("response prefix", visible(prompt.response_prefix)),
        ("stops", "  ".join(visible(stop) for stop in prompt.stop_strings)),
        ("stop ids", "  ".join(map(str, report.ids.stop_ids)) if report.ids else "unknown: no tokenizer"),
        ("system mode", prompt.system_mode),
        ("template", f"sha256 {prompt.template_sha256}"),
        ("prefix", f"sha256 {prompt.prefix_sha256}"),
    ]
    output.print_table(["", report.name], rows)
    for warning in report.warnings:
        output.warn(warning)


def visible(text: str) -> str:
    """Show line breaks and tabs as signs, and break the line after each line break."""
    return text.replace("\t", "⇥").replace("\n", "⏎\n").rstrip("\n") or "(empty)"
