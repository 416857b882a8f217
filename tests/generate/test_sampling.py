"""Draws match the softmax, and depend on nothing but the sample's own seed and position."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from lineage.errors import UsageError
from lineage.generate.sampling import SamplingParams, draw, penalise

MASK = (1 << 64) - 1


def mix(x: int) -> int:
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def twin(row: list[float], temperature: float, seed: int, position: int) -> int:
    """The draw over all tokens in plain Python, without the shortcut."""
    key = mix(mix((seed + 0x9E3779B97F4A7C15) & MASK) ^ mix((position + 0xD1B54A32D192ED03) & MASK))
    scores = []
    for token, logit in enumerate(row):
        bits = mix((key + (token + 1) * 0x9E3779B97F4A7C15) & MASK)
        scores.append(logit / temperature - math.log(-math.log(((bits >> 12) + 0.5) * 2.0**-52)))
    return scores.index(max(scores))


def many(logits: list[float], params: SamplingParams, count: int = 20_000) -> np.ndarray:
    rows = np.tile(np.array(logits, dtype=np.float32), (count, 1))
    drawn = draw(
        rows, [params] * count, seeds=np.arange(count, dtype=np.uint64), positions=np.zeros(count, dtype=np.int64)
    )
    return np.bincount(drawn, minlength=len(logits))


def expected(logits: np.ndarray, params: SamplingParams) -> np.ndarray:
    """The probabilities of tokens by the book: temperature, top-k, top-p, min-p, each over what is left."""
    chances = np.exp(logits / params.temperature)
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")
    if params.top_k:
        chances[order[params.top_k :]] = 0
        chances /= chances.sum()
    before = np.cumsum(chances[order]) - chances[order]
    chances[order[before >= params.top_p]] = 0
    chances[chances < params.min_p * chances.max()] = 0
    return chances / chances.sum()


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
@pytest.mark.parametrize("top_k", [0, 1, 3, 6, 100])
@pytest.mark.parametrize("top_p", [1.0, 0.95, 0.6, 0.05])
@pytest.mark.parametrize("min_p", [0.0, 0.05, 0.4])
def test_draws_match_the_softmax_of_what_is_left(temperature: float, top_k: int, top_p: float, min_p: float) -> None:
    logits = np.array([2.0, 1.0, 0.0, -1.0, 0.5, -3.0, 1.5, -2.0, 0.25, -30.0])
    params = SamplingParams(temperature, top_k=top_k, top_p=top_p, min_p=min_p)
    counts, chances = many(logits.tolist(), params, 4000), expected(logits, params)
    # What is expected less than five times is left to the bound: a chi-square test does not hold for it.
    often = chances * counts.sum() >= 5
    assert counts[chances == 0].sum() == 0
    assert counts[~often].sum() <= 5 + 5 * (chances[~often].sum() * counts.sum())
    if often.sum() > 1:
        found = counts[often]
        assert stats.chisquare(found, chances[often] / chances[often].sum() * found.sum()).pvalue > 1e-5


def test_a_repetition_penalty_divides_positive_logits_and_multiplies_negative_ones() -> None:
    row = np.array([2.0, -1.0, 3.0, 0.0], dtype=np.float32)
    penalise(row, [0, 1, 1, 0], 2.0)
    assert row.tolist() == [1.0, -2.0, 3.0, 0.0]


def test_temperature_zero_takes_the_likeliest_token() -> None:
    assert many([0.0, 3.0, 1.0], SamplingParams(0.0), count=50).tolist() == [0, 50, 0]


@settings(max_examples=60)
@given(
    row=st.lists(st.floats(-30, 30, width=32), min_size=1, max_size=40),
    seed=st.integers(0, 2**63 - 1),
    position=st.integers(0, 10_000),
    temperature=st.sampled_from([0.25, 1.0, 2.0]),
)
def test_the_kernel_equals_its_plain_twin(row: list[float], seed: int, position: int, temperature: float) -> None:
    drawn = draw(
        np.array([row], dtype=np.float32), [SamplingParams(temperature)],
        seeds=np.array([seed], dtype=np.uint64), positions=np.array([position], dtype=np.int64),
    )  # fmt: skip
    assert drawn[0] == twin(row, temperature, seed, position)


def test_a_draw_does_not_depend_on_its_neighbours() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (8, 500)).astype(np.float32)
    seeds, positions = np.arange(8, dtype=np.uint64) * 7, np.arange(8, dtype=np.int64)
    for params in (SamplingParams(1.0), SamplingParams(0.9, top_p=0.9), SamplingParams(1.2, top_k=20, min_p=0.1)):
        together = draw(logits, [params] * 8, seeds=seeds, positions=positions)
        order = np.array([5, 0, 7])
        assert draw(logits[order], [params] * 3, seeds=seeds[order], positions=positions[order]).tolist() == [
            together[5], together[0], together[7],
        ]  # fmt: skip


def test_rows_of_one_call_have_their_own_parameters() -> None:
    logits = np.tile(np.random.default_rng(1).normal(0, 3, 300).astype(np.float32), (4, 1))
    mixed = [SamplingParams(0.0), SamplingParams(1.0), SamplingParams(1.0, top_k=3), SamplingParams(2.0, min_p=0.2)]
    seeds, positions = np.full(4, 9, dtype=np.uint64), np.zeros(4, dtype=np.int64)
    alone = [draw(logits[:1], [one], seeds=seeds[:1], positions=positions[:1])[0] for one in mixed]
    assert draw(logits, mixed, seeds=seeds, positions=positions).tolist() == alone


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1.0},
        {"top_p": 0.0},
        {"top_k": -1},
        {"max_tokens": 0},
        {"min_p": 1.0},
        {"repetition_penalty": 0},
    ],
)
def test_parameters_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        SamplingParams(**{"temperature": 1.0, **wrong})  # type: ignore[arg-type]
