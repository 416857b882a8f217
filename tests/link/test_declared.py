"""What is declared: it decides where nothing measured does, and is said where it is contradicted."""

import datetime as dt
import json
import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from lineage.cli.main import cli
from lineage.errors import UsageError
from lineage.graph.claims import record_claims
from lineage.link.add import add
from lineage.link.declared import Declaration, declare, declare_all, read_declarations
from lineage.link.link import link, link_pair
from lineage.link.result import DatasetPair
from lineage.store import queries
from lineage.store.database import writing
from lineage.store.facts import Claim, Ingest
from lineage.store.workspace import find_workspace
from tests.link.corpora import Row, corpus, own_rows

ROWS = own_rows(random.Random(1), 60)
AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def declared(
    a: list[Row], b: list[Row], *said: tuple[str, str], dates: tuple[str | None, str | None] = (None, None)
) -> DatasetPair:
    pair = link_pair(corpus("a", a, date=dates[0]), corpus("b", b, date=dates[1]))
    return declare(pair, [Declaration(child, parent, "by its card") for child, parent in said])


def test_a_declaration_decides_between_equal_copies() -> None:
    pair = declared(ROWS, ROWS, ("b", "a"))
    assert (pair.relation, pair.direction, pair.ground) == ("copy", "b_from_a", "declared")
    assert pair.why.endswith("b is declared to come from a (by its card), and nothing measured contradicts that.")
    assert pair.to_dict()["declared"] == {"direction": "b_from_a", "by": "by its card"}


def test_without_a_declaration_nothing_is_said() -> None:
    pair = declared(ROWS, ROWS, ("c", "a"))
    assert (pair.direction, pair.declared) == ("unknown", None)
    assert "declared" not in pair.why


def test_what_is_measured_outweighs_a_declaration_and_says_so() -> None:
    pair = declared(ROWS[:20], ROWS, ("b", "a"))
    assert (pair.direction, pair.ground) == ("a_from_b", "containment")
    assert pair.why.endswith("But b is declared to come from a (by its card), which the containment contradicts.")


def test_dates_outweigh_a_declaration_and_agreement_is_said() -> None:
    pair = declared(ROWS, ROWS, ("a", "b"), dates=("2024", "2020"))
    assert (pair.direction, pair.ground) == ("a_from_b", "dates")
    assert pair.why.endswith("a is declared to come from b (by its card), too.")


def test_declared_both_ways_tells_nothing() -> None:
    pair = declared(ROWS, ROWS, ("a", "b"), ("b", "a"))
    assert (pair.direction, pair.ground) == ("unknown", "unknown")
    assert "declared both ways" in pair.why


def test_a_declaration_alone_makes_no_relation() -> None:
    pair = declared(ROWS, own_rows(random.Random(2), 60), ("a", "b"))
    assert (pair.relation, pair.direction, pair.ground) == ("unrelated", "unknown", "unknown")
    assert pair.why.endswith("but the texts show nothing of it.")


def test_the_family_follows_what_is_declared() -> None:
    result = link([corpus(name, ROWS) for name in ("one", "two")])
    (edge,) = declare_all(result, [Declaration("one", "two", "as given")]).family.edges
    assert (edge.child, edge.parent, edge.ground) == ("one", "two", "declared")


def test_declarations_name_datasets_or_what_they_were_read_from() -> None:
    names, sources = ["a", "b:c"], ["x/a.json", "C:\\b.json"]
    for said in ("a:b:c", "x/a.json:C:\\b.json", "a:C:\\b.json"):
        (one,) = read_declarations([said], names, sources)
        assert (one.child, one.parent) == ("a", "b:c")
    for wrong in ("a", "a:a", "a:d", "a:x/a.json"):
        with pytest.raises(UsageError, match="CHILD:PARENT; they are a, b:c"):
            read_declarations([wrong], names, sources)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.delenv("LINEAGE_HOME", raising=False)
    monkeypatch.delenv("LINEAGE_DB", raising=False)
    monkeypatch.chdir(tmp_path)
    paths = [tmp_path / "old.jsonl", tmp_path / "new.jsonl"]
    for path, rows in zip(paths, (ROWS, ROWS[::-1]), strict=True):
        path.write_text("\n".join(json.dumps({"prompt": prompt, "response": response}) for prompt, response in rows))
    return paths


def run(*words: object) -> str:
    result = CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("where", [(), ("--engine", "local")])
def test_the_command_takes_declarations(files: list[Path], where: tuple[str, ...]) -> None:
    document = json.loads(run("link", *files, "--declared", f"{files[1]}:old", "--json", *where))
    (pair,) = document["pairs"]
    assert (pair["relation"], pair["direction"], pair["direction_ground"]) == ("copy", "b_from_a", "declared")
    assert document["family"]["edges"][0]["direction_ground"] == "declared"
    assert "declared" in run("link", *files, "--declared", "new:old")


def test_files_of_registered_datasets_are_linked_by_what_their_graph_declares(files: list[Path]) -> None:
    workspace = find_workspace()
    old, new = (add(path, workspace, at=AT).dataset for path in files)
    said = {"method": "dataset card", "method_version": "1", "collector": "test"}
    with writing(workspace) as session:
        assert not queries.claims_of_relation(session, "derived_from")
        claim = Claim(subj=new.id, pred="derived_from", obj=old.id, family="declared_card", locator="card.md", **said)
        record_claims(session, [claim], Ingest("test", "1", "digest", AT, {}))
    (pair,) = json.loads(run("link", *files, "--json"))["pairs"]
    assert (pair["direction"], pair["direction_ground"]) == ("b_from_a", "declared")
    assert pair["declared"] == {"direction": "b_from_a", "by": "declared card: card.md"}
