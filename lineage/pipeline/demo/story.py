"""The demo's page: its results put into the words, pictures and pairs that a stranger needs to follow them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lineage import __version__
from lineage.link.relation import RELATIONS
from lineage.pipeline.demo.results import Results
from lineage.pipeline.demo.score import Pair, Score, strongest
from lineage.pipeline.demo.settings import commands, settings
from lineage.pipeline.demo.truth import Planted
from lineage.records.sample import Sample
from lineage.report.page import Cell, Page, RowMap, ShareBar, Table, TextPair, percent
from lineage.report.picture import Edge, Node, Picture
from lineage.store.facts import Share

_WORDS = {
    "identical": "the same words",
    "near_duplicate": "nearly the same words",
    "extended": "one text inside the other",
    "revised": "part of the text kept",
    "same_response": "the same response only",
    "same_prompt": "the same prompt, another response",
}
_PAIRS_SHOWN = 6


def tell(results: Results) -> Page:
    """Make the page of a demo."""
    found = results.score()
    lab, model = results.truth.name, _model(found)
    return Page(
        title=f"lineage: who wrote {lab}?",
        question=f"Another lab published “{lab}”. Who wrote it?",
        verdict=verdict(results, found),
        figures=_figures(results, found),
        picture=_picture(results, model),
        shares=tuple(_bars(results, found)),
        row_map=_row_map(results),
        tables=(_planted_table(found), _relation_table(results)),
        pairs=tuple(_pairs(results)),
        commands=commands(results.records),
        settings=settings(results),
        unchecked=_unchecked(results, found),
        footer=f"Written by lineage {__version__}. This page is one file, without scripts, and loads nothing.",
    )


def verdict(results: Results, found: Score) -> str:
    """Say in one sentence who wrote the lab's set, with the uncertainty of it."""
    parts = [
        f"{percent(share.mid or 0.0)} of its {share.role}s (95 % bounds {percent(share.low)} to {percent(share.high)})"
        for share in found.shares
    ]
    leaked = sum(kind.found for kind in found.kinds if kind.how == "leaked")
    total = len(results.texts[results.truth.benchmark])
    wrote = f"{_model(found)} wrote {' and '.join(parts)}" if parts else "No model's writing was found in it"
    return f"{wrote}; {leaked} of {total} {results.truth.benchmark} items are inside it; the rest has no known author."


def _model(found: Score) -> str:
    return found.shares[0].model if found.shares else "a model"


def _figures(results: Results, found: Score) -> tuple[tuple[str, str], ...]:
    figures = [(f"{found.found} of {found.planted}", f"planted rows found{_bounds(found.recall)}")]
    if found.precision:
        meaning = f"rows linked that were not planted; precision {percent(found.precision.mid or 0.0)}"
        figures.append((str(found.extra), meaning + _bounds(found.precision)))
    leaked = next((kind for kind in found.kinds if kind.how == "leaked"), None)
    if leaked:
        figures.append((f"{leaked.found} of {leaked.planted}", f"leaked {leaked.origin} items found"))
    return (*figures, (str(results.truth.rows), f"rows in {results.truth.name}, {found.planted} of them planted"))


def _bounds(share: Share | None) -> str:
    return f" (95 % bounds {percent(share.low)} to {percent(share.high)})" if share else ""


def _picture(results: Results, model: str) -> Picture:
    truth, pairs = results.truth, results.pairs()
    nodes = [
        Node(model, "model", "writes prompts and answers"),
        Node(truth.corpus, "dataset", f"{len(results.texts[truth.corpus])} rows, generated"),
        Node(truth.benchmark, "benchmark", f"{len(results.texts[truth.benchmark])} items"),
        Node(truth.name, "dataset", f"{truth.rows} rows"),
    ]
    edges = [Edge(model, truth.corpus, "all of it", 1.0)]
    for origin in (truth.corpus, truth.benchmark):
        rows = len({pair.row for pair in pairs if pair.origin == origin})
        if rows:
            edges.append(Edge(origin, truth.name, f"{rows} rows", rows / truth.rows))
    unknown = next((one for one in results.shares() if one["model"] is None and one["role"] == "prompt"), None)
    if unknown:
        nodes.append(Node("unknown authors", "unknown", "no shared text"))
        edges.append(Edge("unknown authors", truth.name, percent(unknown["mid"]), unknown["mid"], known=False))
    given = ", ".join(f"{edge.source} gave {edge.label}" for edge in edges[1:])
    summary = f"{model} wrote {truth.corpus}; to {truth.name}, {given}"
    return Picture(tuple(nodes), tuple(edges), summary)


def _bars(results: Results, found: Score) -> Iterator[ShareBar]:
    truths = {(share.model, share.role): share.truth for share in found.shares}
    basis = {"row_column": "its rows say so", "overlap": "shares text with rows that say so", "unknown": "no evidence"}
    for share in results.shares():
        yield ShareBar(
            author=share["model"] or "nobody knows",
            role=share["role"],
            low=share["low"],
            mid=share["mid"],
            high=share["high"],
            basis=", ".join(basis.get(one, one) for one in share["basis"].split("+")),
            truth=truths.get((share["model"], share["role"])),
            known=share["model"] is not None,
        )


def _by_row(pairs: Sequence[Pair]) -> dict[int, list[Pair]]:
    rows: dict[int, list[Pair]] = {}
    for pair in pairs:
        rows.setdefault(pair.row, []).append(pair)
    return rows


def _row_map(results: Results) -> RowMap:
    truth, rows = results.truth, _by_row(results.pairs())
    planted = {one.row: one for one in truth.planted}
    best = {row: strongest(pairs) for row, pairs in rows.items()}
    kinds = {row: "benchmark" if one.origin == truth.benchmark else one.relation for row, one in best.items()}
    missed = set(planted) - set(best)
    cells = [
        Cell(kinds.get(row, "own"), _cell_title(row, best.get(row), planted.get(row)), row in missed)
        for row in range(truth.rows)
    ]
    legend = [("own", "no shared text: written by the lab, as far as can be seen")]
    legend += [(name, f"{_WORDS[name]} as in {truth.corpus}") for name in RELATIONS if name in kinds.values()]
    legend += [("benchmark", f"a {truth.benchmark} item")] if "benchmark" in kinds.values() else []
    note = f", {len(missed)} planted but not found (dashed)" if missed else ""
    return RowMap(f"The {truth.rows} rows of {truth.name}, one square each{note}", tuple(cells), tuple(legend))


def _cell_title(row: int, link: Pair | None, planted: Planted | None) -> str:
    told = f"{_WORDS[link.relation]} as {link.origin} row {link.origin_row}" if link else "no link found"
    truth = f"{planted.how} from {planted.origin} row {planted.origin_row}" if planted else "written by the lab"
    return f"row {row}: {told}; truth: {truth}"


def _planted_table(found: Score) -> Table:
    rows = [
        (
            f"{kind.how} from {kind.origin}",
            str(kind.planted),
            str(kind.found),
            str(kind.at_row),
            ", ".join(f"{_WORDS[name]}: {count}" for name, count in kind.relations.items()) or "none",
        )
        for kind in found.kinds
    ]
    columns = ("planted", "rows", "found", "at the very row", "found as")
    note = f"Rows linked that were not planted: {found.extra}. For so few rows the bounds, given above, are wide."
    return Table("What was planted, and what was found", columns, tuple(rows), note)


def _relation_table(results: Results) -> Table:
    pairs: Any = results.linking["pairs"]
    rows = tuple(
        (pair["a"], pair["b"], pair["relation"], pair["direction"].replace("_", " "), pair["why"]) for pair in pairs
    )
    columns = ("a", "b", "a is … of b", "direction", "what that rests on")
    return Table("What the datasets are to each other", columns, rows)


def _pairs(results: Results) -> Iterator[TextPair]:
    """Choose pairs to show: those of every way of planting that changed something first, then of the others."""
    into = _by_row(results.pairs())
    shown = 0
    for how, most in (("edited", 2), ("reanswered", 2), ("leaked", 1), ("copied", 1)):
        ones = [one for one in results.truth.planted if one.how == how and one.row in into]
        for one in sorted(ones, key=lambda one: _length(results, one))[:most]:
            if shown < _PAIRS_SHOWN:
                shown += 1
                yield _text_pair(results, strongest(into[one.row]), how)


def _length(results: Results, planted: Planted) -> int:
    """Order pairs so that short ones, which are read, come first; very short ones say little and come last."""
    sample = results.texts[results.truth.name][planted.row]
    length = len(sample.prompt or "") + len(sample.response or "")
    return length if length > 160 else 10_000


def _text_pair(results: Results, pair: Pair, how: str) -> TextPair:
    truth = results.truth
    left, right = results.texts[pair.origin][pair.origin_row], results.texts[truth.name][pair.row]
    return TextPair(
        relation=_WORDS[pair.relation],
        measured=f"{_measured(results, pair)}; planted as {how}",
        left=_side(f"{pair.origin}, row {pair.origin_row}", left),
        right=_side(f"{truth.name}, row {pair.row}", right),
    )


def _side(title: str, sample: Sample) -> tuple[str, str, str]:
    return (title, (sample.prompt or "").strip(), (sample.response or "").strip())


def _measured(results: Results, pair: Pair) -> str:
    wanted = {(pair.origin, pair.origin_row), (results.truth.name, pair.row)}
    for link in results.links:
        if {(link["dataset_a"], link["row_a"]), (link["dataset_b"], link["row_b"])} == wanted:
            parts = [_channel(link, channel) for channel in ("prompt", "response")]
            return ", ".join(part for part in parts if part)
    return ""


def _channel(link: Mapping[str, Any], channel: str) -> str:
    jaccard = link[f"{channel}_jaccard"]
    if jaccard is None:
        return ""
    how = "counted" if link[f"{channel}_exact"] else f"estimated, ±{link[f'{channel}_standard_error']:.2f}"
    return f"{channel} Jaccard {jaccard:.2f} ({how})"


def _unchecked(results: Results, found: Score) -> tuple[str, ...]:
    truth = results.truth
    reanswered = sum(one.how == "reanswered" for one in truth.planted)
    outside = " and ".join(f"{share.role}s" for share in found.shares if not share.inside)
    missed = f"The bounds of the share of {outside} miss the planted truth in this run."
    alone = f"only {truth.corpus} and {truth.benchmark} were there to compare with"
    return (
        f"Who wrote the rows without shared text. A model can have written them; {alone}.",
        f"Who answered the {reanswered} re-answered rows: shared text shows that their prompts were taken, no more.",
        "Translations and full paraphrases, which keep what a row means and none of its words.",
        "Whether a row was copied or both sides took it from a third place. The direction rests on the dates given.",
        "Other kinds of doubt than that of counting rows, which is all that the bounds hold.",
        f"How this does elsewhere: {truth.rows} rows and one small model are an illustration, not a benchmark.",
        *([missed] if outside else []),
    )
