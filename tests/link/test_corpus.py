import json
from pathlib import Path

import pytest

from lineage.errors import CardError, UsageError
from lineage.fingerprint.card import CardParams, write_card
from lineage.fingerprint.fingerprint import fingerprint
from lineage.link.corpus import Corpus, is_card, load_corpus, tell_apart
from lineage.link.link import link, link_pair
from lineage.link.options import LinkOptions
from lineage.records.read import open_records
from tests.link.corpora import corpus

ROWS = [{"instruction": f"Name the number {n} in words", "input": "", "output": f"It is {n}"} for n in range(30)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.json"
    path.write_text(json.dumps(ROWS))
    return path


def test_a_data_source_is_loaded_with_its_texts(data: Path) -> None:
    loaded = load_corpus(data, date="2024-01")
    assert (loaded.name, len(loaded), loaded.date) == ("numbers", 30, "2024-01")
    assert loaded.prompts is not None
    assert loaded.prompts[3].as_py() == "Name the number 3 in words"


@pytest.mark.parametrize("name", ["numbers.card", "numbers.parquet"])
def test_a_card_is_recognised_by_its_content_and_links_as_its_data(data: Path, tmp_path: Path, name: str) -> None:
    card = load_corpus(data).card
    write_card(card, tmp_path / name)
    assert is_card(tmp_path / name)
    loaded = load_corpus(tmp_path / name, name="card")
    assert loaded.prompts is None
    assert link_pair(loaded, load_corpus(data)).relation == "copy"


def test_a_file_of_data_is_no_card(data: Path, tmp_path: Path) -> None:
    assert not is_card(data)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 but nothing else")
    assert not is_card(tmp_path / "broken.parquet")


def test_rows_left_out_are_kept_in_a_list(tmp_path: Path) -> None:
    lines = [json.dumps(row) for row in ROWS]
    lines[4] = "{not json"
    (tmp_path / "bad.jsonl").write_text("\n".join(lines))
    loaded = load_corpus(tmp_path / "bad.jsonl", on_bad="skip")
    assert (len(loaded), len(loaded.bad)) == (29, 1)


def test_names_are_told_apart_by_folders_or_by_number() -> None:
    assert tell_apart(["a", "b"], ["x/a.json", "x/b.json"]) == ["a", "b"]
    assert tell_apart(["s", "s", "t"], ["x/s.json", "y/s.json", "y/t.json"]) == ["x/s", "y/s", "t"]
    assert tell_apart(["s", "s"], ["p/x/s.json", "q/x/s.json"]) == ["p/x/s", "q/x/s"]
    assert tell_apart(["s", "s"], ["p/x/s.json", "p/x/s.json"]) == ["s#1", "s#2"]
    assert len(set(tell_apart(["s", "s", "s"], ["x/s.json", "x/s.json", "x/s.csv"]))) == 3


def test_linking_asks_for_two_corpora_of_different_names(data: Path) -> None:
    one = load_corpus(data)
    with pytest.raises(UsageError, match="two datasets or more"):
        link([one])
    with pytest.raises(UsageError, match="both called 'numbers'"):
        link([one, one])


def test_cards_of_different_parameters_are_refused(data: Path) -> None:
    card = fingerprint(open_records(data).batches(), name="other", params=CardParams(num_perm=128))
    with pytest.raises(CardError, match="num_perm"):
        link_pair(load_corpus(data), Corpus("other", card))


@pytest.mark.parametrize("options", [{"threshold": 0.0}, {"threshold": 1.5}, {"recall": 1.0}, {"memory": 0}])
def test_options_out_of_range_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        LinkOptions(**options)  # type: ignore[arg-type]


def test_an_empty_corpus_is_unrelated_to_all() -> None:
    pair = link_pair(corpus("none", []), corpus("some", [("one two three", "four five six seven eight")]))
    assert (pair.relation, pair.linked_a.share) == ("unrelated", 0.0)
