import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lineage.errors import CardError, UsageError
from lineage.fingerprint.card import Card, CardParams, check_comparable, read_card, write_card
from lineage.fingerprint.fingerprint import fingerprint
from tests.fingerprint.cards import same_card
from tests.fingerprint.samples import batch, pairs


def make_card(rows: int = 100, **params: object) -> Card:
    samples = [batch(pairs(rows))]
    return fingerprint(
        samples, name="ünï/things", params=CardParams(**params), licence="MIT", date="2023-03", sources=["a.jsonl"]
    )  # fmt: skip


@pytest.mark.parametrize("rows", [0, 1, 100, 70_000])
def test_a_card_comes_back_as_it_was_written(rows: int, tmp_path: Path) -> None:
    card = make_card(rows, num_perm=8)

    write_card(card, tmp_path / "a.card")

    assert same_card(read_card(tmp_path / "a.card"), card)
    assert [path.name for path in tmp_path.iterdir()] == ["a.card"]


def test_the_same_card_is_the_same_bytes(tmp_path: Path) -> None:
    write_card(make_card(), tmp_path / "a.card")
    write_card(make_card(), tmp_path / "b.card")

    assert (tmp_path / "a.card").read_bytes() == (tmp_path / "b.card").read_bytes()


def test_a_card_holds_no_text(tmp_path: Path) -> None:
    secret = "xylophone zeppelin quagmire"
    write_card(fingerprint([batch([(secret, secret)] * 50)], name="d"), tmp_path / "a.card")

    table = pq.read_table(tmp_path / "a.card")

    assert not any(pa.types.is_string(kind) or pa.types.is_large_string(kind) for kind in table.schema.types)
    assert not any(word.encode() in (tmp_path / "a.card").read_bytes() for word in secret.split())


def test_other_tools_can_read_a_card_as_the_page_on_formats_says(tmp_path: Path) -> None:
    card = make_card()
    write_card(card, tmp_path / "a.card")

    table = pq.read_table(tmp_path / "a.card")
    meta = json.loads(table.schema.metadata[b"lineage.card"])

    assert (meta["format"], meta["rows"], meta["params"]["num_perm"]) == (1, 100, 64)
    minima = np.frombuffer(table["response_minima"][5].as_py(), "<u4")
    assert np.array_equal(minima, card.response.minima[5])
    assert np.array_equal(np.frombuffer(table["prompt_key"][5].as_py(), "<u8"), card.prompt.keys[5])
    lo, hi = card.response_winnows.offsets[5:7]
    assert table["response_winnows"][5].as_py() == card.response_winnows.hashes[lo:hi].tolist()


def test_a_missing_card_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lineage fingerprint"):
        read_card(tmp_path / "none.card")


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not a card at all" * 100])
def test_a_file_that_is_no_card_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.card").write_bytes(content)

    with pytest.raises(CardError, match=r"a\.card is not a readable card"):
        read_card(tmp_path / "a.card")


def test_a_parquet_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.card")

    with pytest.raises(CardError, match="another kind"):
        read_card(tmp_path / "a.card")


def test_a_truncated_card_is_refused(tmp_path: Path) -> None:
    write_card(make_card(), tmp_path / "a.card")
    content = (tmp_path / "a.card").read_bytes()
    (tmp_path / "a.card").write_bytes(content[: len(content) // 2])

    with pytest.raises(CardError):
        read_card(tmp_path / "a.card")


def test_a_flipped_bit_in_the_numbers_is_noticed(tmp_path: Path) -> None:
    write_card(make_card(), tmp_path / "a.card")
    content = bytearray((tmp_path / "a.card").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "a.card").write_bytes(content)

    with pytest.raises(CardError):
        read_card(tmp_path / "a.card")


def rewrite_meta(path: Path, **changes: object) -> None:
    table = pq.read_table(path)
    meta = json.loads(table.schema.metadata[b"lineage.card"]) | changes
    pq.write_table(table.replace_schema_metadata({b"lineage.card": json.dumps(meta)}), path)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"format": 3}, "card format 3.*upgrade"),
        ({"format": "x"}, "metadata"),
        ({"rows": 7}, "holds 100 rows and says 7"),
        ({"params": {"num_perm": 32}}, "prompt_minima, response_minima"),
        ({"params": {"colour": "red"}}, "metadata"),
        ({"params": {"num_perm": "many"}}, "metadata"),
        ({"surprise": 1}, "metadata"),
    ],
)
def test_metadata_that_does_not_fit_is_refused(changes: dict[str, object], says: str, tmp_path: Path) -> None:
    write_card(make_card(), tmp_path / "a.card")
    rewrite_meta(tmp_path / "a.card", **changes)

    with pytest.raises(CardError, match=says):
        read_card(tmp_path / "a.card")


def test_a_place_that_cannot_be_written_is_named_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(CardError, match="cannot be written"):
        write_card(make_card(), tmp_path / "file" / "a.card")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("params", "named"),
    [({"num_perm": 32}, "num_perm"), ({"seed": 2}, "seed"), ({"prompt_model": "w3/1"}, "prompt_model")],
)
def test_cards_of_other_parameters_are_not_compared(params: dict[str, object], named: str) -> None:
    with pytest.raises(CardError, match=named):
        check_comparable(make_card(), make_card(**params))


def test_cards_of_the_same_parameters_are_compared() -> None:
    check_comparable(make_card(), make_card(5))
