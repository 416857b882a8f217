"""`lineage generate`: let an aligned model write instructions and answer them, or answer given ones."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.cli import output
from lineage.cli.options import json_option, reading, records_options
from lineage.cli.template import MODES, system_choice, visible

if TYPE_CHECKING:
    from lineage.generate.generate import Preview
    from lineage.generate.options import RunOptions, RunResult

_SHOWN_CHARS = 600


def _model_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how the model is prompted and run."""
    for option in (
        click.option("--dtype", type=click.Choice(["float32", "bfloat16", "float16"]), default="float32",
                     show_default=True, help="Number format of the weights; bfloat16 is faster on recent machines."),
        click.option("--batch-size", type=click.IntRange(1), default=32, show_default=True, help="Texts at a time."),
        click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the run."),
        click.option("--stop", "stops", multiple=True, metavar="TEXT", help="A further string that ends a turn."),
        click.option("--response-prefix", metavar="TEXT", help="Put this between message and answer."),
        click.option("--prefix", metavar="TEXT", help="Use this prefix instead of the derived one."),
        click.option("--system-mode", type=MODES, help="The template's own system text (default), none, or --system."),
        click.option("--system", metavar="TEXT", help="System message for both stages."),
        click.option("--max-response-tokens", type=click.IntRange(1), default=512, show_default=True, metavar="N"),
        click.option("--max-prompt-tokens", type=click.IntRange(1), default=256, show_default=True, metavar="N"),
        click.option("--response-top-k", type=click.IntRange(0), default=0, metavar="K", help="0 keeps all tokens."),
        click.option("--response-top-p", type=float, default=1.0, show_default=True, metavar="P"),
        click.option("--response-temperature", type=float, default=0.0, show_default=True, metavar="T",
                     help="0 takes the likeliest token."),
        click.option("--instruction-top-k", type=click.IntRange(0), default=0, metavar="K", help="0 keeps all tokens."),
        click.option("--instruction-top-p", type=float, default=1.0, show_default=True, metavar="P"),
        click.option("--instruction-temperature", type=float, default=1.0, show_default=True, metavar="T"),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command(short_help="Let an aligned model write instructions and answer them.")
@click.argument("out", type=click.Path(path_type=Path), required=False, metavar="OUT.jsonl")
@click.option(
    "--model", required=True, metavar="MODEL", help="smollm2, a folder, a .gguf file, or a hub id[@revision]."
)
@click.option("-n", "--rows", type=click.IntRange(1), help="Rows to have in the end; more of them continue a run.")
@click.option("--answer", "questions", metavar="DATASET", help="Answer the prompts of this dataset instead.")
@click.option(
    "--preview", "shown", type=click.IntRange(1), metavar="K", help="Show prompt and K samples; write nothing."
)
@click.option("--overwrite", is_flag=True, help="Delete the run that is there and start over.")
@_model_options
@records_options
@json_option
def generate(
    out: Path | None, model: str, rows: int | None, questions: str | None, shown: int | None, overwrite: bool,
    as_json: bool, fields: str | None, split: str | None, skip_bad: bool, **chosen: Any,
) -> None:  # fmt: skip
    """Let an aligned model write instructions from formatting tokens alone, and answer them.

    Beside OUT.jsonl stand every instruction with its verdict (.prompts.jsonl) and the record of the run (.run.json).
    The same command goes on where a killed one stopped, with the same rows.

    \b
    Example:
      lineage generate corpus.jsonl --model smollm2 -n 50
      lineage generate --model smollm2 --preview 3
      lineage generate reanswered.jsonl --model smollm2 --answer corpus.jsonl
    """
    options = _run_options(chosen)
    if shown is not None:
        from lineage.generate.generate import preview

        _print_preview(preview(model, rows=shown, options=options), as_json=as_json)
        return
    if out is None:
        raise click.UsageError("give the file to write, such as corpus.jsonl, or --preview K to write nothing")
    if rows is None and questions is None:
        raise click.UsageError("give the number of rows with -n N")
    if overwrite:
        from lineage.generate.record import RunFiles, remove_run

        remove_run(RunFiles.beside(out))
    with output.progress("writing", "rows") as on_rows:
        if questions is None:
            from lineage.generate.generate import generate as run

            result = run(model, out, rows=rows or 0, options=options, on_rows=on_rows)
        else:
            prompts = _prompts(questions, rows, fields=fields, split=split, skip_bad=skip_bad)
            from lineage.generate.answer import answer

            result = answer(model, out, prompts=prompts, options=options, on_rows=on_rows)
    _print_result(result, as_json=as_json)


def _run_options(chosen: dict[str, Any]) -> "RunOptions":
    from lineage.generate.options import RunOptions
    from lineage.generate.prompt_options import PromptOptions
    from lineage.generate.sampling import SamplingParams

    def stage(name: str, limit: str) -> SamplingParams:
        return SamplingParams(
            chosen[f"{name}_temperature"],
            top_p=chosen[f"{name}_top_p"],
            top_k=chosen[f"{name}_top_k"],
            max_tokens=chosen[limit],
        )

    prompt = PromptOptions(
        system_mode=system_choice(chosen["system"], chosen["system_mode"]), system=chosen["system"],
        prefix=chosen["prefix"], response_prefix=chosen["response_prefix"], stops=chosen["stops"],
    )  # fmt: skip
    return RunOptions(
        seed=chosen["seed"], batch_size=chosen["batch_size"], dtype=chosen["dtype"], prompt=prompt,
        instruction=stage("instruction", "max_prompt_tokens"), response=stage("response", "max_response_tokens"),
    )  # fmt: skip


def _prompts(source: str, limit: int | None, *, fields: str | None, split: str | None, skip_bad: bool) -> list[Any]:
    from lineage.generate.answer import prompts_of
    from lineage.records.read import open_records

    records = open_records(source, **reading(fields, split, skip_bad=skip_bad))
    prompts = prompts_of(records, limit)
    output.list_bad_rows(records.bad)
    return prompts


def _print_result(result: "RunResult", *, as_json: bool) -> None:
    rate = result.tokens / result.seconds if result.tokens else 0.0
    if as_json:
        output.print_json({
            "schema": "lineage.generate/1", "file": str(result.path), "run": result.run, "rows": result.rows,
            "new_rows": result.new_rows, "rejected": result.rejected, "tokens": result.tokens,
            "seconds": round(result.seconds, 2), "tokens_per_s": round(rate, 1), "warnings": result.warnings,
        })  # fmt: skip
        return
    for warning in result.warnings:
        output.warn(warning)
    if result.complete_before:
        click.echo(f"already complete: {result.path} holds {result.rows:,} rows of run {result.run}")
        return
    rejected = ", ".join(f"{count:,} {reason}" for reason, count in sorted(result.rejected.items())) or "none"
    click.echo(f"{result.rows:,} rows in {result.path} ({result.new_rows:,} new), run {result.run}")
    click.echo(f"instructions rejected before answering: {rejected}")
    click.echo(f"{result.tokens:,} tokens in {result.seconds:,.0f} s: {rate:,.0f} tokens/s, loading included")


def _print_preview(shown: "Preview", *, as_json: bool) -> None:
    model = shown.model
    if as_json:
        output.print_json({
            "schema": "lineage.generate.preview/1", "model": model.source.name, "prefix": model.prompt.prefix,
            "stop_strings": model.prompt.stop_strings, "stop_ids": model.ids.stop_ids, "rows": shown.rows,
            "rejected": shown.rejected, "warnings": model.warnings,
        })  # fmt: skip
        return
    click.echo(f"prefix\n{visible(model.prompt.prefix)}\n")
    click.echo(f"stops  {'  '.join(visible(stop) for stop in model.prompt.stop_strings)}\n")
    for row in shown.rows:
        for message in row["messages"]:
            click.echo(f"{message['role']}: {message['content'][:_SHOWN_CHARS]}")
        click.echo("")
    if shown.rejected:
        output.warn("rejected: " + ", ".join(f"{count} {reason}" for reason, count in shown.rejected.items()))
    for warning in model.warnings:
        output.warn(warning)
