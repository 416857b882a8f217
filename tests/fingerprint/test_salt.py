"""A salted card can only be made by who has the key, says which key it was, and gives the same links."""

import dataclasses
import json
import secrets
from pathlib import Path

import numba
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.errors import CardError, UsageError
from lineage.fingerprint import kernels
from lineage.fingerprint.card import Card, CardParams, check_comparable, read_card, write_card
from lineage.fingerprint.fingerprint import fingerprint
from lineage.fingerprint.minhash import sign_and_winnow
from lineage.fingerprint.permutations import draw_permutations
from lineage.fingerprint.salt import Salt, make_salt, read_salt
from lineage.text.models import RESPONSE_MODEL
from lineage.text.shingles import shingle_sets
from tests.fingerprint.cards import same_card
from tests.fingerprint.samples import batch, pairs
from tests.fingerprint.siphash import siphash
from tests.text import twin

SALT = make_salt(b"a secret of a test, 0123456789")
OTHER = make_salt(b"another secret of a test, 9876543210")
U64 = st.integers(0, 2**64 - 1)


@numba.njit
def sip_8(low: np.uint64, high: np.uint64, value: np.uint64) -> np.uint64:
    return kernels.sip_8(low, high, value)


@numba.njit
def sip_16(low: np.uint64, high: np.uint64, first: np.uint64, second: np.uint64) -> np.uint64:
    return kernels.sip_16(low, high, first, second)


def little(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(8, "little") for number in numbers)


# Key 00 01 … 0f, message 00 01 …: the first from the paper (appendix A), the others from the authors' test vectors.
@pytest.mark.parametrize(
    ("length", "expected"),
    [(15, 0xA129CA6149BE45E5), (0, 0x726FDB47DD0E0E31), (8, 0x93F5F5799A932462), (16, 0x3F2ACC7F57C29BDB)],
)
def test_the_twin_gives_the_published_vectors(length: int, expected: int) -> None:
    assert siphash(bytes(range(16)), bytes(range(length))) == expected


@given(U64, U64, U64, U64)
def test_compiled_siphash_is_its_twin(low: int, high: int, first: int, second: int) -> None:
    numbers = [np.uint64(number) for number in (low, high, first, second)]

    assert int(sip_8(*numbers[:3])) == siphash(little(low, high), little(first))
    assert int(sip_16(*numbers)) == siphash(little(low, high), little(first, second))


def test_every_number_of_a_salted_card_is_the_keyed_one_of_the_plain_twin() -> None:
    text = " ".join(f"word{i}" for i in range(40))
    words = twin.words_of(text)
    keys = [little(*pair) for pair in SALT.keys("w5/1", 3).reshape(3, 2).tolist()]
    shingles = [siphash(keys[0], little(one)) for one in twin.shingle_hashes(words, 5)]
    permutations = draw_permutations(8, 1)

    prints, winnows = sign_and_winnow(
        pa.array([text, "", None], pa.large_string()), RESPONSE_MODEL, permutations, salt=SALT
    )

    assert prints.minima[0].tolist() == twin.minima(shingles, permutations.a.tolist(), permutations.b.tolist())
    assert winnows.hashes.tolist() == twin.winnow(shingles)
    assert prints.keys[0].tolist() == [siphash(key, little(*twin.key(words))) for key in keys[1:]]
    assert prints.keys[1:].tolist() == [[0, 0], [0, 0]]  # nothing to compare stays what it was


def cards(rows: int = 200) -> tuple[Card, Card, Card]:
    samples = [batch(pairs(rows))]
    return (
        fingerprint(samples, name="d"),
        fingerprint(samples, name="d", salt=SALT),
        fingerprint(samples, name="d", salt=OTHER),
    )


def test_nothing_that_names_content_is_the_same_without_the_salt() -> None:
    plain, salted, other = cards()

    for a, b in ((plain, salted), (salted, other)):
        assert a.meta.digest != b.meta.digest
        assert not set(map(bytes, a.sample_id)) & set(map(bytes, b.sample_id))
        for view in ("prompt", "response"):
            ours, theirs = getattr(a, view), getattr(b, view)
            present = ours.counts > 0
            assert not np.isin(ours.keys[present], theirs.keys[present]).any()
            assert (ours.minima[present] == theirs.minima[present]).mean() < 0.01
            winnows = (getattr(one, f"{view}_winnows").hashes for one in (a, b))
            assert not np.isin(*winnows).any()


def test_a_salted_card_does_not_hold_the_shingle_hashes_of_a_known_text() -> None:
    plain, salted, _ = cards()
    known = shingle_sets(batch(pairs(200)).column("response"), RESPONSE_MODEL).hashes

    assert np.isin(plain.response_winnows.hashes, known).all()
    assert not np.isin(salted.response_winnows.hashes, known).any()


def test_samples_are_as_equal_and_as_alike_under_a_salt_as_without() -> None:
    plain, salted, _ = cards()

    for a, b in ((plain.sample_id, salted.sample_id), (plain.prompt.keys, salted.prompt.keys)):
        classes = [np.unique(one, axis=0, return_inverse=True)[1].ravel() for one in (a, b)]
        assert len(set(zip(*(one.tolist() for one in classes), strict=True))) == len(set(classes[0].tolist()))
    assert np.array_equal(plain.prompt.counts, salted.prompt.counts)


def test_the_same_salt_gives_the_same_card_whatever_the_batches_and_threads() -> None:
    rows = pairs(300)
    whole = fingerprint([batch(rows)], name="d", salt=SALT, threads=1)
    parts = (batch(rows[i : i + 37], first_row=i) for i in range(0, 300, 37))

    assert same_card(
        whole, fingerprint(parts, name="d", salt=make_salt(b" a secret of a test, 0123456789\n"), threads=4)
    )


def test_a_salted_card_comes_back_and_an_older_reader_would_refuse_it(tmp_path: Path) -> None:
    card = cards()[1]
    write_card(card, tmp_path / "a.card")

    meta = json.loads(pq.read_schema(tmp_path / "a.card").metadata[b"lineage.card"])

    assert same_card(read_card(tmp_path / "a.card"), card)
    assert (meta["format"], meta["params"]["salt"]) == (2, SALT.check)


def test_a_card_without_salt_is_of_the_format_it_always_was(tmp_path: Path) -> None:
    write_card(cards()[0], tmp_path / "a.card")

    meta = json.loads(pq.read_schema(tmp_path / "a.card").metadata[b"lineage.card"])

    assert meta["format"] == 1
    assert set(meta["params"]) == {"num_perm", "seed", "scheme", "prompt_model", "response_model"}


def test_cards_compare_only_under_one_salt() -> None:
    plain, salted, other = cards(5)
    renamed = dataclasses.replace(plain, meta=dataclasses.replace(plain.meta, name="plain"))

    check_comparable(salted, salted)
    with pytest.raises(CardError, match=r"'d' is salted and 'plain' is not.*fingerprint 'plain' with --salt"):
        check_comparable(salted, renamed)
    with pytest.raises(CardError, match="'d' is salted and 'plain' is not"):
        check_comparable(renamed, salted)
    with pytest.raises(CardError, match="different salts"):
        check_comparable(salted, other)


def test_the_parameters_of_a_salted_card_are_not_used_without_its_salt() -> None:
    params = CardParams(salt=SALT.check)

    assert fingerprint([], name="d", params=params, salt=SALT).meta.params == params
    for salt in (None, OTHER):
        with pytest.raises(UsageError, match="salted card"):
            fingerprint([], name="d", params=params, salt=salt)


@pytest.mark.parametrize("secret", [b"", b"short", b"0123456789abcde", b"correct correct correct " * 4, b"x" * 5000])
def test_a_secret_that_could_be_guessed_is_refused_and_not_repeated(secret: bytes) -> None:
    with pytest.raises(UsageError, match="head -c 32 /dev/urandom") as caught:
        make_salt(secret)

    assert len(secret) < 3 or secret.decode() not in str(caught.value)


def test_random_keys_of_every_usual_form_are_accepted() -> None:
    for _ in range(20):
        for secret in (secrets.token_bytes(32), secrets.token_hex(16).encode(), secrets.token_urlsafe(16).encode()):
            assert len(make_salt(b"k" + secret + b"k").check) == 32


def test_a_salt_does_not_show_its_secret_and_derives_a_key_for_each_purpose(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"a secret of a test, 0123456789\n")
    salt = read_salt(tmp_path / "key")

    assert salt == SALT
    assert repr(salt) == f"Salt(check='{SALT.check}')"
    derived = [SALT.keys(purpose, 3) for purpose in ("w2/1", "w5/1", "sample_id")]
    assert len({int(half) for keys in derived for half in keys}) == 18
    with pytest.raises(UsageError, match="nowhere"):
        read_salt(tmp_path / "nowhere")


def test_what_a_salt_derives_never_changes() -> None:
    assert SALT.check == "cb9364dc4e7e0474221251ceb9d28801"
    assert Salt(bytes(64), "").keys("w5/1", 1).tolist() == [4440782506689120252, 7210248454509795030]
