"""What a signature gives away of its text's shingles, and what that tells of containment."""

import random

import numpy as np
import pyarrow as pa
import pytest

from lineage.fingerprint.minhash import sign, sign_and_winnow
from lineage.fingerprint.permutations import draw_permutations
from lineage.fingerprint.salt import make_salt
from lineage.fingerprint.told import Signed, estimate_containment, signed_texts, told_items
from lineage.text.models import PROMPT_MODEL
from tests.text import twin

MAPS = draw_permutations(64, 1)
WORDS = [f"w{i}" for i in range(5000)]


def signed(texts: list[str]) -> Signed:
    prints = sign(pa.array(texts, pa.large_string()), PROMPT_MODEL)
    return signed_texts(prints.minima, prints.counts, MAPS)


def items(text: str) -> set[int]:
    return {twin.fmix32(one >> 32) for one in twin.shingle_hashes(twin.words_of(text), 2)}


def test_each_minimum_names_a_shingle_of_its_text() -> None:
    text = " ".join(WORDS[:200])
    one = signed([text])

    told = told_items(one.minima, MAPS)[0]

    assert np.array_equal(told * MAPS.a + MAPS.b, one.minima[0])
    assert set(told.tolist()) <= items(text)
    assert one.told.items.tolist() == sorted(set(told.tolist()))


def test_a_signature_tells_a_short_prompt_s_shingles_whole() -> None:
    rng = random.Random(1)
    texts = [" ".join(rng.choices(WORDS, k=11)) for _ in range(200)]

    told = signed(texts).told

    sets = [set(one.tolist()) for one in np.split(told.items, told.offsets[1:-1])]
    whole = [one == items(text) for one, text in zip(sets, texts, strict=True)]
    assert np.mean(whole) > 0.97


def test_no_texts_tell_nothing() -> None:
    assert signed([]).told.offsets.tolist() == [0]


def nested(rng: random.Random, small: int, large: int, share: float) -> tuple[str, str]:
    """Two texts of `small` and `large` shingles of which the second holds that share of the first's, in one piece."""
    held, holder = rng.sample(WORDS, small + 1), rng.sample(WORDS, large + 1)
    kept = round(share * small)
    if kept:
        holder[2 : 3 + kept] = held[: kept + 1]
    return " ".join(held), " ".join(holder)


@pytest.mark.parametrize(
    ("small", "large", "share"),
    [
        (10, 14, 1), (20, 30, 0.8), (20, 60, 0.8), (20, 30, 0.3), (20, 100, 0.9), (50, 150, 0.9), (20, 30, 0),
        (100, 300, 0.8),
    ],
)  # fmt: skip
def test_containment_is_estimated_without_bias_and_with_an_honest_error(small: int, large: int, share: float) -> None:
    rng = random.Random(small * large)
    pairs = [nested(rng, small, large, share) for _ in range(1000)]
    sides = signed([one for one, _ in pairs]), signed([other for _, other in pairs])
    rows = np.arange(1000), np.arange(1000)

    estimate, error = estimate_containment(sides, rows, MAPS)

    true = round(share * small) / small
    assert estimate.mean() == pytest.approx(true, abs=0.03)  # 0.03: estimates below 0 are cut off
    assert estimate.std() < 1.25 * np.median(error) + 0.005
    assert np.median(error) < 2.2 * estimate.std() + 0.02


def test_nothing_is_claimed_of_a_holder_too_long_to_tell() -> None:
    rng = random.Random(3)
    held, holder = nested(rng, 10, 4000, 1)

    _, error = estimate_containment((signed([held]), signed([holder])), (np.array([0]), np.array([0])), MAPS)

    assert np.isinf(error[0])


def test_the_number_of_threads_does_not_show() -> None:
    rng = random.Random(4)
    sides = tuple(signed([nested(rng, 20, 60, 0.5)[side] for _ in range(3000)]) for side in (0, 1))
    rows = np.arange(3000), np.arange(3000)

    one, three = (estimate_containment(sides, rows, MAPS, threads=threads) for threads in (1, 3))

    assert np.array_equal(one[0], three[0])
    assert np.array_equal(one[1], three[1])


def test_a_guesser_finds_the_word_pairs_of_a_prompt_on_a_plain_card_and_none_on_a_salted_one() -> None:
    # The attack that docs/howto/cards.md warns of: hash every pair of words of a dictionary, look them up.
    dictionary = [*WORDS[:60], "my", "secret", "prompt"]
    guesses = {twin.fmix32(twin.shingle_hashes([x, y], 2)[0] >> 32): (x, y) for x in dictionary for y in dictionary}
    text = pa.array(["w3 my secret prompt w7 w20"], pa.large_string())
    found = []
    for salt in (None, make_salt(b"a secret of a test, 0123456789")):
        prints, _ = sign_and_winnow(text, PROMPT_MODEL, MAPS, salt=salt)
        found.append({guesses.get(item) for item in told_items(prints.minima, MAPS)[0].tolist()})

    assert found[0] == {("w3", "my"), ("my", "secret"), ("secret", "prompt"), ("prompt", "w7"), ("w7", "w20")}
    assert found[1] == {None}
