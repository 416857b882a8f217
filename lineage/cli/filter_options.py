"""The options of the checks on texts, for every command that runs them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lineage.cli.options import Command, home_option
from lineage.generate.filters.verdict import CHECK_NAMES

if TYPE_CHECKING:
    from lineage.generate.filters.options import FilterOptions

_ALL = "all"


def filter_options(command: Command) -> Command:
    """Add the options that `filters_chosen` reads, and `--home`."""
    for option in (
        home_option,
        click.option("--max-words", type=click.IntRange(1), default=4096, show_default=True, metavar="N",
                     help="Most words of an instruction; a CJK character is one."),
        click.option("--min-words", type=click.IntRange(1), default=2, show_default=True, metavar="N",
                     help="Fewest words of an instruction."),
        click.option("--against-registered", is_flag=True, help="No instruction may copy any registered dataset."),
        click.option("--against", multiple=True, metavar="DATA",
                     help="No instruction may copy this benchmark file or registered dataset; may be repeated."),
        click.option("--max-similarity", type=float, default=0.7, show_default=True, metavar="J",
                     help="Largest Jaccard of the pairs of words of two instructions."),
        click.option("--language", "languages", metavar="CODES", help="Languages of instructions: en or en,fr,zh."),
        click.option("--no-filter", "no_filters", multiple=True, type=click.Choice([*CHECK_NAMES, _ALL]),
                     metavar="NAME", help="Leave out a check (`lineage filter --list` names them), or all."),
    ):  # fmt: skip
        command = option(command)
    return command


def filters_chosen(
    no_filters: tuple[str, ...], languages: str | None, max_similarity: float, against: tuple[str, ...],
    against_registered: bool, min_words: int, max_words: int, home: Path | None,
) -> "FilterOptions":  # fmt: skip
    """Turn the values of `filter_options` into options of the library; UsageError where they mean nothing."""
    from lineage.generate.filters.options import FilterOptions

    return FilterOptions(
        off=frozenset(CHECK_NAMES if _ALL in no_filters else no_filters),
        languages=tuple(one.strip().lower() for one in (languages or "").split(",") if one.strip()),
        max_similarity=max_similarity,
        min_words=min_words,
        max_words=max_words,
        against=against,
        against_registered=against_registered,
        home=home,
    )
