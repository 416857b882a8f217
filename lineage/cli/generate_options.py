"""The options of `lineage generate`, and what the library makes of them."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lineage.cli.filter_options import filter_options, filters_chosen
from lineage.cli.prompting import prompt_choices, prompt_options

if TYPE_CHECKING:
    from lineage.generate.options import RunOptions
    from lineage.generate.run.span import Span
    from lineage.generate.sampling import SamplingParams

_FILTERS = (
    "no_filters", "languages", "max_similarity", "against", "against_registered", "min_words", "max_words", "home",
)  # fmt: skip


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say how the model is prompted and run, and what its rows consist of."""
    for option in (
        click.option("--licence", "--license", metavar="NAME",
                     help="Terms of what the model writes, where its files do not say."),
        click.option("--scorer", metavar="NAME",
                     help="How answers are ranked: length (tokens), logprob (mean per token), or module:function."),
        click.option("--pairs", type=click.IntRange(2), metavar="K",
                     help="Write K answers; the best is chosen, the worst rejected."),
        click.option("--best-of", type=click.IntRange(2), metavar="K", help="Write K answers and keep the best."),
        click.option("--systems", type=click.Path(path_type=Path), metavar="FILE.toml",
                     help="A weighted mix of system messages that steer what is written about."),
        click.option("--answer-model", metavar="MODEL", help="Let another model answer."),
        click.option("--turns", type=click.IntRange(1), default=1, show_default=True, metavar="N",
                     help="User messages of a row, all written by the model."),
        click.option("--attempts", type=click.IntRange(1), default=20, show_default=True, metavar="N",
                     help="Instructions to try for one message before the row is given up."),
        click.option("--dtype", type=click.Choice(["float32", "bfloat16", "float16"]), default="float32",
                     show_default=True, help="Number format of the weights; bfloat16 is faster on recent machines."),
        click.option("--batch-size", type=click.IntRange(1), default=32, show_default=True,
                     help="Texts at a time; changes no row."),
        click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the run."),
        click.option("--max-response-tokens", type=click.IntRange(1), default=512, show_default=True, metavar="N"),
        click.option("--max-prompt-tokens", type=click.IntRange(1), default=256, show_default=True, metavar="N"),
        click.option("--response-top-k", default="0", metavar="K", help="0 keeps all tokens."),
        click.option("--response-top-p", default="1.0", show_default=True, metavar="P"),
        click.option("--response-temperature", default="0.0", show_default=True, metavar="T",
                     help="0 takes the likeliest token."),
        click.option("--instruction-top-k", default="0", metavar="K", help="0 keeps all tokens."),
        click.option("--instruction-top-p", default="1.0", show_default=True, metavar="P"),
        click.option("--instruction-temperature", default="1.0", show_default=True, metavar="T,…",
                     help="Several values (0.8,1.0,1.2) are swept over the rows; so are those of top-p and top-k."),
    ):  # fmt: skip
        command = option(command)
    return prompt_options(filter_options(command))


def options_chosen(chosen: dict[str, Any]) -> "RunOptions":
    """Turn the values of `run_options` into options of the library; UsageError where they mean nothing."""
    from lineage.errors import UsageError
    from lineage.generate.options import RunOptions
    from lineage.generate.run.systems import read_systems

    if chosen["best_of"] and chosen["pairs"]:
        raise UsageError("--best-of keeps one answer, --pairs two: give one of them")
    choices = chosen["best_of"] or chosen["pairs"] or 1
    if chosen["scorer"] and choices == 1:
        raise UsageError("--scorer ranks answers, and there is one: give --best-of K or --pairs K, too")
    if choices > 1 and not chosen["scorer"]:
        raise UsageError("say how answers are ranked: --scorer length, logprob, or module:function")
    return RunOptions(
        seed=chosen["seed"], batch_size=chosen["batch_size"], dtype=chosen["dtype"],
        prompt=prompt_choices(chosen),
        instruction=_sweep(chosen, "instruction", chosen["max_prompt_tokens"]),
        response=_sweep(chosen, "response", chosen["max_response_tokens"]),
        filters=filters_chosen(**{name: chosen[name] for name in _FILTERS}),
        turns=chosen["turns"], attempts=chosen["attempts"], answer_model=chosen["answer_model"],
        systems=read_systems(chosen["systems"]) if chosen["systems"] else (),
        choices=choices, pick="best" if chosen["best_of"] else "pair" if chosen["pairs"] else "first",
        scorer=chosen["scorer"] or "length", licence=chosen["licence"],
    )  # fmt: skip


def span_chosen(rows: int | None, part: str | None, span: str | None, *, given: int | None) -> "Span":
    """Turn `-n`, `--shard` and `--range` into indices; `given` is the number of prompts where they are given."""
    from lineage.generate.run.span import Span, parse_range, shard

    if part and span:
        raise click.UsageError("--shard and --range both name indices: give one of them")
    if span:
        return parse_range(span)
    total = min(rows or given, given) if given else rows
    if part:
        if total is None:
            raise click.UsageError("--shard K/N is a part of the rows of the whole: give their number with -n")
        return shard(part, total)
    if total is None:
        raise click.UsageError("give the number of rows with -n N, or indices with --range A:B")
    return Span(stop=total) if given else Span(rows=total)


def _sweep(chosen: dict[str, Any], stage: str, limit: int) -> "tuple[SamplingParams, ...]":
    from lineage.generate.sampling import SamplingParams

    values = [_numbers(chosen, f"{stage}_{name}") for name in ("temperature", "top_p", "top_k")]
    return tuple(
        SamplingParams(temperature, top_p=top_p, top_k=int(top_k), max_tokens=limit)
        for temperature, top_p, top_k in itertools.product(*values)
    )


def _numbers(chosen: dict[str, Any], name: str) -> list[float]:
    text = str(chosen[name])
    try:
        found = [float(one) for one in text.split(",") if one.strip()]
    except ValueError:
        found = []
    if not found or (name.endswith("top_k") and any(one != int(one) for one in found)):
        raise click.UsageError(f"--{name.replace('_', '-')} {text!r}: give a number, or several with commas")
    return found
