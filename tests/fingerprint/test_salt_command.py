"""Two parties, each with a key file, from the commands they run."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lineage.cli.main import cli
from lineage.errors import CardError, UsageError
from lineage.fingerprint.card import read_card

SECRET = "4f1b2c3d5e6f708192a3b4c5d6e7f809"
ROWS = [
    {"instruction": f"Say what thing number {i} is for", "output": f"It is good for {i} uses, of which {i + 1} matter"}
    for i in range(60)
]


@pytest.fixture(autouse=True)
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LINEAGE_SALT", raising=False)
    for name, rows in {"ours.jsonl": ROWS, "theirs.jsonl": ROWS[:30]}.items():
        Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    Path("key").write_text(SECRET + "\n")
    Path("other").write_text(SECRET[::-1] + "\n")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def linked(*arguments: str) -> dict[str, object]:
    done = run("link", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    pair: dict[str, object] = json.loads(done.stdout)["pairs"][0]
    return pair


def test_cards_of_one_salt_give_the_relation_that_the_texts_give() -> None:
    for name in ("ours", "theirs"):
        assert run("fingerprint", f"{name}.jsonl", "-o", f"{name}.card", "--salt", "key").exit_code == 0

    texts, cards = linked("theirs.jsonl", "ours.jsonl"), linked("theirs.card", "ours.card")

    assert (texts["relation"], texts["direction"]) == (cards["relation"], cards["direction"]) == ("subset", "a_from_b")
    assert texts["rows_linked_a"] == cards["rows_linked_a"] == 30


def test_a_salted_card_is_compared_with_texts_that_are_fingerprinted_with_the_same_salt() -> None:
    run("fingerprint", "theirs.jsonl", "-o", "theirs.card", "--salt", "key")

    assert linked("theirs.card", "ours.jsonl", "--salt", "key")["relation"] == "subset"
    for salt in ([], ["--salt", "other"]):
        refused = run("link", "theirs.card", "ours.jsonl", *salt).exception
        assert isinstance(refused, CardError)
        assert "cannot be compared" in str(refused)
        assert "salt" in str(refused)


def test_the_secret_may_stand_in_the_environment_and_the_file_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    run("fingerprint", "ours.jsonl", "-o", "file.card", "--salt", "key")
    monkeypatch.setenv("LINEAGE_SALT", SECRET)
    run("fingerprint", "ours.jsonl", "-o", "environment.card")
    run("fingerprint", "ours.jsonl", "-o", "both.card", "--salt", "other")

    salts = [read_card(f"{name}.card").meta.params.salt for name in ("file", "environment", "both")]
    assert salts[0] == salts[1] != salts[2]
    assert None not in salts


def test_the_report_says_whether_the_card_is_salted_and_never_the_secret() -> None:
    for salt, expected in ((["--salt", "key"], True), ([], False)):
        done = run("fingerprint", "ours.jsonl", "-o", "a.card", "--json", *salt)
        assert json.loads(done.stdout)["salted"] is expected
        assert SECRET not in done.output
        assert SECRET.encode() not in Path("a.card").read_bytes()


@pytest.mark.parametrize("content", ["", "hunter2", "passwordpassword"])
def test_a_key_file_that_could_be_guessed_stops_before_anything_is_written(content: str) -> None:
    Path("weak").write_text(content)

    refused = run("fingerprint", "ours.jsonl", "-o", "a.card", "--salt", "weak")

    assert isinstance(refused.exception, UsageError)
    assert "head -c 32 /dev/urandom" in str(refused.exception)
    assert not Path("a.card").exists()
