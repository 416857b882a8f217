"""One self-contained HTML page from results: verdict, graph, who wrote what, evidence, what was not checked.

Pure: values in, text out. The page asks for nothing outside itself (no script, font, image or style sheet), reads in
light and dark, on a phone and on paper. All text is data and is escaped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import jinja2

from lineage.report.differences import cut, mark_differences
from lineage.report.drawing import draw
from lineage.report.picture import Picture

_LONGEST_TEXT = 900


@dataclass(frozen=True, slots=True)
class ShareBar:
    """How much of one role an author wrote: 95 % bounds in [0, 1]; `truth` is marked where it was planted."""

    author: str
    role: str
    low: float
    mid: float | None
    high: float
    basis: str
    truth: float | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Cell:
    """One row of a dataset in the map of its rows: how it is linked, and what to say about it."""

    kind: str
    title: str
    missed: bool = False


@dataclass(frozen=True, slots=True)
class RowMap:
    """A dataset row by row; `kinds` are (kind, explanation) in the order of the legend, at most eight."""

    caption: str
    cells: tuple[Cell, ...]
    kinds: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class TextPair:
    """Two linked rows side by side: `left` and `right` are (title, prompt, response)."""

    relation: str
    measured: str
    left: tuple[str, str, str]
    right: tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title and a note below it; cells are text."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page shows, in the order it shows it; what is empty is left out.

    verdict: one sentence with its uncertainty. figures: (number, what it is). settings: (name, value).
    unchecked: what a reader must not conclude, one sentence each. commands: as a user would type them.
    """

    title: str
    question: str
    verdict: str
    figures: tuple[tuple[str, str], ...] = ()
    picture: Picture | None = None
    shares: tuple[ShareBar, ...] = ()
    row_map: RowMap | None = None
    tables: tuple[Table, ...] = ()
    pairs: tuple[TextPair, ...] = ()
    commands: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    unchecked: tuple[str, ...] = ()
    footer: str = ""


def render_page(page: Page) -> str:
    """Render a page as one HTML document in UTF-8 text."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("lineage.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    pictures = [draw(page.picture, direction="right"), draw(page.picture, direction="down")] if page.picture else []
    return environment.get_template("page.html").render(
        page=page, pictures=pictures, pairs=[_marked(pair) for pair in page.pairs], kinds=_kinds(page.row_map)
    )


def percent(share: float) -> str:
    """Write a share for people, with a digit more below 10 %.

    >>> percent(0.123), percent(0.0312), percent(0.0)
    ('12 %', '3.1 %', '0 %')
    """
    return f"{share:.0%}".replace("%", " %") if share >= 0.0995 or share == 0 else f"{share:.1%}".replace("%", " %")


def _kinds(row_map: RowMap | None) -> dict[str, int]:
    """Give the kinds of cells the numbers by which the style sheet colours them."""
    return {kind: number for number, (kind, _) in enumerate(row_map.kinds)} if row_map else {}


def _marked(pair: TextPair) -> dict[str, object]:
    sides: list[dict[str, object]] = []
    prompts = mark_differences(cut(pair.left[1], _LONGEST_TEXT), cut(pair.right[1], _LONGEST_TEXT))
    responses = mark_differences(cut(pair.left[2], _LONGEST_TEXT), cut(pair.right[2], _LONGEST_TEXT))
    titles: Sequence[str] = (pair.left[0], pair.right[0])
    for title, prompt, response in zip(titles, prompts, responses, strict=True):
        sides.append({"title": title, "prompt": prompt, "response": response})
    return {"relation": pair.relation, "measured": pair.measured, "sides": sides}
