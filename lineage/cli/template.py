"""`lineage template`: the prefix, the stops and the warnings of a model's chat template."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from lineage.cli import output
from lineage.cli.options import json_option
from lineage.cli.prompting import prompt_choices, prompt_options, visible

if TYPE_CHECKING:
    from lineage.generate.describe import TemplateReport
    from lineage.generate.template import PromptFormat

_SHOWN_CHARS = 1200
_SHOWN_IDS = 16


@click.command(short_help="Show the prefix and stop tokens of a model's chat template.")
@click.argument("model", metavar="MODEL|FILE")
@click.option("--turns", type=click.IntRange(1), default=1, show_default=True, help="Show a chat of N user turns.")
@prompt_options
@json_option
def template(model: str, turns: int, as_json: bool, **chosen: Any) -> None:
    """Show what precedes a user's message in a model's chat format, and what ends a turn.

    MODEL is smollm2, a folder, a .gguf file or a hub id; FILE a bare .jinja template, of which only strings are known.

    \b
    Example:
      lineage template smollm2 --turns 2
      lineage template chat_template.jinja --system-mode none --thinking off --json
    """
    from lineage.generate.describe import describe_template

    report = describe_template(model, prompt_choices(chosen))
    if as_json:
        output.print_json(report.document(turns))
        return
    _print(report, turns)


def _print(report: "TemplateReport", turns: int) -> None:
    click.echo(f"{report.name}: the first message comes after the prefix, up to «message 1»\n")
    click.echo(visible(_chat(report.prompt.pieces(turns))) + "\n")
    if report.answering is not report.prompt:
        click.echo("before answers:\n")
        click.echo(visible(_chat(report.answering.pieces(turns))) + "\n")
    output.print_table(["", report.name], list(_rows(report)))
    for warning in report.warnings:
        output.warn(warning)


def _chat(pieces: tuple[str, ...]) -> str:
    names = [f"«{who} {turn}»" for turn in range(1, len(pieces) // 2 + 1) for who in ("message", "answer")]
    return "".join(_shortened(piece) + name for piece, name in zip(pieces, names, strict=True))


def _shortened(piece: str) -> str:
    if len(piece) <= _SHOWN_CHARS:
        return piece
    half = _SHOWN_CHARS // 2
    return f"{piece[:half]}\n… {len(piece) - 2 * half:,} characters more, all with --json …\n{piece[-half:]}"


def _rows(report: "TemplateReport") -> Iterator[tuple[str, str]]:
    prompt, answering = report.prompt, report.answering
    yield "a message ends at", "  ".join(map(visible, prompt.stop_strings))
    yield "an answer ends at", "  ".join(map(visible, answering.response_stops))
    if report.ids and report.answering_ids:
        yield "prefix ids", _listed(report.ids.prefix_ids)
        yield "stop ids of messages", _listed(report.ids.stop_ids)
        yield "stop ids of answers", _listed(report.answering_ids.response_stop_ids)
        yield "beginning of text", report.ids.bos
    else:
        yield "stop ids", "unknown: no tokenizer"
    yield "system text", prompt.system_mode + ("" if prompt.system_supported else "; takes no system message")
    yield "thinking", _thinking(answering)
    if prompt.arguments or answering.arguments:
        yield "variables", ", ".join(f"{name}={value!r}" for name, value in {**answering.arguments}.items())
    yield "content", "as a list of parts" if prompt.dialect and prompt.dialect.parts else "as a string"
    if prompt.template_name:
        yield "template", f"{prompt.template_name}, sha256 {prompt.template_sha256}"
    yield "prefix", f"sha256 {prompt.prefix_sha256}"


def _listed(ids: tuple[int, ...]) -> str:
    shown = "  ".join(map(str, ids[:_SHOWN_IDS]))
    return shown if len(ids) <= _SHOWN_IDS else f"{shown} … {len(ids):,} in all"


def _thinking(prompt: "PromptFormat") -> str:
    answer, switch = prompt.answer, prompt.thinking_switch
    states = {
        "none": "the template shows none", "free": "as the model likes",
        "open": "begun by the response prefix", "closed": "closed by the response prefix",
    }  # fmt: skip
    marks = f", between {answer.opens!r} and {answer.closes!r}" if answer.closes else ""
    turn = "; --thinking on|off" if switch else ""
    return states[answer.state] + marks + turn
