"""What leaves linking: the JSON contract, the file of pairs, the command."""

import json
from pathlib import Path

import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.errors import UsageError
from lineage.link.corpus import load_corpus
from lineage.link.link import link
from lineage.link.write import write_links

PROMPTS = [f"Explain in short how the thing called {name} is made by hand at home" for name in "abcdefghijklmnop"]


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    whole = [
        {"instruction": p, "input": "", "output": f"First you take {p.split()[7]} and then you boil it"}
        for p in PROMPTS
    ]
    new = [{"prompt": p, "response": "Nothing is known about that, so ask me something else please"} for p in PROMPTS]
    paths = [tmp_path / "whole.json", tmp_path / "part.jsonl", tmp_path / "new.jsonl"]
    paths[0].write_text(json.dumps(whole))
    paths[1].write_text("\n".join(json.dumps(row) for row in whole[:8]))
    paths[2].write_text("\n".join(json.dumps(row) for row in new))
    return paths


def run(*words: object) -> str:
    result = CliRunner().invoke(cli, ["link", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_json_contract(files: list[Path]) -> None:
    document = json.loads(run(*files, "--json"))
    assert document["schema"] == "lineage.link/1"
    assert document["datasets"] == [
        {"name": "whole", "rows": 16},
        {"name": "part", "rows": 8},
        {"name": "new", "rows": 16},
    ]
    assert [(pair["a"], pair["b"]) for pair in document["pairs"]] == [
        ("whole", "part"), ("whole", "new"), ("part", "new")
    ]  # fmt: skip
    first = document["pairs"][0]
    assert (first["relation"], first["direction"]) == ("superset", "b_from_a")
    assert (first["rows_linked_a"], first["rows_linked_b"]) == (8, 8)
    assert first["by_relation"] == {"identical": {"rows_a": 8, "rows_b": 8, "pairs": 8}}
    assert first["coverage_b"]["low"] < first["coverage_b"]["share"] == 1.0
    assert document["pairs"][1]["relation"] == "reanswered"


def test_the_table_names_the_relation_and_says_why(files: list[Path]) -> None:
    text = run(files[1], files[0], "--show", 1)
    assert "subset" in text
    assert "part is contained in whole" in text
    assert "identical: row 0 and row 0" in text


def test_dates_decide_the_direction(files: list[Path]) -> None:
    document = json.loads(run(files[0], files[2], "--date", "2023", "--date", "2024", "--json"))
    assert document["pairs"][0]["direction"] == "b_from_a"


def test_a_date_for_each_dataset_or_none(files: list[Path]) -> None:
    result = CliRunner().invoke(cli, ["link", str(files[0]), str(files[1]), "--date", "2023"])
    assert result.exit_code == 2
    assert "1 dates for 2 datasets" in result.output


def test_inputs_of_one_name_are_told_apart(files: list[Path], tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "whole.json").write_bytes(files[0].read_bytes())
    document = json.loads(run(files[0], tmp_path / "other" / "whole.json", "--json"))
    names = [one["name"] for one in document["datasets"]]
    assert names[1] == "other/whole"
    assert len(set(names)) == 2


@pytest.mark.parametrize("name", ["links.parquet", "links.jsonl", "links.csv"])
def test_every_pair_is_written_with_its_evidence(files: list[Path], tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    run(*files, "-o", out)
    if out.suffix == ".parquet":
        table = pq.read_table(out)
        assert table.schema.metadata[b"schema"] == b"lineage.link/1"
        rows = table.to_pylist()
    elif out.suffix == ".csv":
        rows = pa_csv.read_csv(out).to_pylist()
    else:
        rows = [json.loads(line) for line in out.read_text().splitlines()]
    corpora = [load_corpus(path) for path in files]
    assert len(rows) == sum(pair.table.num_rows for pair in link(corpora).pairs)
    first = rows[0]
    assert (first["dataset_a"], first["dataset_b"], first["relation"]) == ("whole", "part", "identical")
    assert first["sample_id_a"] == first["sample_id_b"] == corpora[0].card.sample_id[0].tobytes().hex()
    assert (first["prompt_equal"], first["prompt_jaccard"], first["prompt_exact"]) == (True, 1.0, True)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_place_that_cannot_be_written_to_is_said(files: list[Path], tmp_path: Path) -> None:
    corpora = [load_corpus(path) for path in files]
    with pytest.raises(UsageError, match="choose another place"):
        write_links(link(corpora), corpora, tmp_path / "no" / "such" / "links.parquet")


def test_three_datasets_are_drawn_as_a_tree(files: list[Path], tmp_path: Path) -> None:
    piece = tmp_path / "piece.jsonl"
    piece.write_text("\n".join(files[1].read_text().splitlines()[:4]))
    lines = run(files[0], files[1], piece).splitlines()
    at = lines.index("whole (16 rows)")
    assert lines[at + 1 : at + 3] == [
        "└─ part: subset, 8 rows, by containment",
        "   └─ piece: subset, 4 rows, by containment",
    ]
    document = json.loads(run(files[0], files[1], piece, "--json"))
    assert document["family"]["edges"][1] == {
        "child": "piece",
        "parent": "part",
        "relation": "subset",
        "direction_ground": "containment",
        "rows": 4,
        "explained_otherwise": 0,
    }


def test_a_link_says_what_it_is_worth(files: list[Path], tmp_path: Path) -> None:
    assert "bits (copy)" in run(files[1], files[0], "--show", 1)
    out = tmp_path / "links.parquet"
    run(files[1], files[0], "-o", out)
    assert min(pq.read_table(out)["prompt_bits"].to_pylist()) > 0


def test_a_template_is_printed(files: list[Path], tmp_path: Path) -> None:
    rows = [json.loads(line) for line in files[1].read_text().splitlines()]
    wrapped = [{"prompt": f"Read this first and then do it: {r['instruction']}", "response": r["output"]} for r in rows]
    (tmp_path / "wrapped.jsonl").write_text("\n".join(json.dumps(row) for row in wrapped))
    text = run(files[1], tmp_path / "wrapped.jsonl")
    assert "stand in a template: Read this first and then do it: …" in text


def test_how_many_pairs_are_found_is_printed(files: list[Path]) -> None:
    assert "found, of pairs of texts at J 0.3" in run(files[0], files[1])
    assert "found, of pairs" not in run(files[0], files[1], "--exact")


def test_memory_is_given_as_a_size(files: list[Path]) -> None:
    assert json.loads(run(files[0], files[1], "--memory", "64MiB", "--json"))["pairs"][0]["relation"] == "superset"
    result = CliRunner().invoke(cli, ["link", str(files[0]), str(files[1]), "--memory", "much"])
    assert result.exit_code == 2
    assert "'much' is not a size" in result.output
