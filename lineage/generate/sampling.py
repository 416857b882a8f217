"""Draws the next token of each text from a counter-based generator: the draw depends on the text alone.

The noise of a token is a hash of (seed of the text, position, token id), so neither the batch, nor its order, nor a
restart can change it. Adding Gumbel noise to the logits and taking the largest is a draw from their softmax.

Source: Gumbel-max trick, Maddison et al. 2014 §2; hash: splitmix64, Steele et al. 2014 (Stafford's variant 13).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from lineage.errors import UsageError
from lineage.text.jit import kernel

Logits = NDArray[np.float32]

_LN2 = 0.6931471805599453


@dataclass(frozen=True)
class SamplingParams:
    """How a text is drawn: `temperature` 0 takes the likeliest token; the other defaults keep all tokens as they are.

    In this order, as transformers does: `repetition_penalty` divides the positive logits of tokens that the prompt or
    the text holds and multiplies their negative ones (Keskar et al. 2019 §4.1), then `temperature`, `top_k` (0: off),
    `top_p`, and `min_p`, which drops tokens less likely than that part of the likeliest. `max_tokens` bounds one text.
    Raises UsageError for values outside their range.
    """

    temperature: float
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    repetition_penalty: float = 1.0
    max_tokens: int = 256

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 100:
            raise UsageError(f"temperature {self.temperature}: give a number from 0 (likeliest token) to 100")
        if not 0 < self.top_p <= 1:
            raise UsageError(f"top-p {self.top_p}: give a number above 0 and up to 1 (1 keeps all tokens)")
        if not 0 <= self.min_p < 1:
            raise UsageError(f"min-p {self.min_p}: give a number from 0 (keeps all tokens) to below 1")
        if not 0.01 <= self.repetition_penalty <= 100:
            raise UsageError(f"repetition penalty {self.repetition_penalty}: give a number from 0.01 to 100 (1: none)")
        if self.top_k < 0 or self.max_tokens < 1:
            raise UsageError(f"top-k {self.top_k}, at most {self.max_tokens} tokens: need top-k >= 0 and tokens >= 1")

    def as_dict(self) -> dict[str, float | int]:
        """Return the parameters for a record."""
        return asdict(self)


def draw(
    logits: Logits, params: Sequence[SamplingParams], *, seeds: NDArray[np.uint64], positions: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Draw one token id for each row of logits, by the row's own parameters.

    logits: (rows, vocabulary), finite or -inf. seeds, positions: (rows,); the position counts the tokens of this text
    from zero. Result: (rows,). Ties go to the lower id. Repetition penalties are not applied here: see `penalise`.
    """
    rules = np.array([(one.temperature, one.top_k, one.top_p, one.min_p) for one in params], dtype=np.float64)
    drawn: NDArray[np.int64] = _draw_rows(logits, rules, seeds, positions)
    return drawn


def penalise(row: Logits, ids: Sequence[int], penalty: float) -> None:
    """Make the tokens `ids` of one row of logits less likely, in place; shape (vocabulary,)."""
    seen = np.unique(np.asarray(ids, dtype=np.int64))
    found = row[seen]
    row[seen] = np.where(found > 0, found / np.float32(penalty), found * np.float32(penalty))


@kernel
def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@kernel
def _noise_bits(key: np.uint64, token: int) -> np.uint64:
    return _mix(key + np.uint64(token + 1) * np.uint64(0x9E3779B97F4A7C15))


@kernel
def _row_key(seed: np.uint64, position: int) -> np.uint64:
    return _mix(_mix(seed + np.uint64(0x9E3779B97F4A7C15)) ^ _mix(np.uint64(position) + np.uint64(0xD1B54A32D192ED03)))


@kernel
def _gumbel(bits: np.uint64) -> float:
    # 52 bits, so that the largest uniform is below one.
    uniform = (np.float64(bits >> np.uint64(12)) + 0.5) * 2.0**-52
    return float(-np.log(-np.log(uniform)))


@kernel
def _best(row: Logits, temperature: float, key: np.uint64, keep: NDArray[np.int64]) -> int:
    """Return the token with the largest noisy logit among `keep`; an empty `keep` means all."""
    best, best_score = -1, -np.inf
    count = len(keep) if len(keep) else len(row)
    for place in range(count):
        token = keep[place] if len(keep) else place
        score = row[token] / temperature
        bits = _noise_bits(key, token)
        # -log(-log u) <= -log(1-u) <= (leading one bits of u + 1) log 2: most tokens are out of reach of the best one
        # unless their noise begins with many ones, which takes no logarithm to see.
        ones = int((best_score - score - 1e-9) / _LN2) - 1 if best >= 0 else 0
        if ones > 0 and (ones > 60 or (~bits) >> np.uint64(64 - ones) != np.uint64(0)):
            continue
        score += _gumbel(bits)
        if score > best_score or (score == best_score and token < best):
            best, best_score = token, score
    return best


@kernel
def _likeliest(row: Logits) -> int:
    best = 0
    for token in range(1, len(row)):
        if row[token] > row[best]:
            best = token
    return best


@kernel
def _top(row: Logits, temperature: float, top_k: int, top_p: float) -> NDArray[np.int64]:
    """Return the tokens that survive top-k and top-p, likeliest first."""
    highest, total = row.max() / temperature, 0.0
    if 0 < top_k < len(row):
        kth = np.partition(row, len(row) - top_k)[len(row) - top_k]
        candidates = np.flatnonzero(row >= kth)
    else:
        # Tokens below (1-p)/V cannot add up to 1-p, so the nucleus holds none of them.
        for logit in row:
            total += np.exp(logit / temperature - highest)
        floor = highest + np.log(total) + np.log((1.0 - top_p) / len(row))
        candidates = np.flatnonzero(row / temperature >= floor)
    order = np.argsort(-row[candidates], kind="mergesort")
    kept = candidates[order]
    if 0 < top_k < len(kept):
        kept = kept[:top_k]
    if top_p >= 1.0:
        return kept
    weights = np.exp(row[kept].astype(np.float64) / temperature - highest)
    mass = total if total > 0.0 else weights.sum()
    cumulative = 0.0
    for place in range(len(kept)):
        cumulative += weights[place] / mass
        if cumulative >= top_p:
            return kept[: place + 1]
    return kept


@kernel
def _above(row: Logits, temperature: float, min_p: float) -> NDArray[np.int64]:
    """Return the tokens at least `min_p` times as likely as the likeliest, by id."""
    floor = row.max() / temperature + np.log(min_p)
    return np.flatnonzero(row / temperature >= floor)


@kernel
def _draw_rows(
    logits: Logits, rules: NDArray[np.float64], seeds: NDArray[np.uint64], positions: NDArray[np.int64]
) -> NDArray[np.int64]:
    drawn = np.empty(len(logits), dtype=np.int64)
    for index in range(len(logits)):
        row = logits[index]
        temperature, top_k, top_p, min_p = rules[index, 0], int(rules[index, 1]), rules[index, 2], rules[index, 3]
        if temperature == 0.0:
            drawn[index] = _likeliest(row)
            continue
        keep = np.empty(0, dtype=np.int64)
        if 0 < top_k < len(row) or top_p < 1.0:
            keep = _top(row, temperature, top_k, top_p)
            if min_p > 0.0:
                floor = row.max() / temperature + np.log(min_p)
                keep = keep[row[keep] / temperature >= floor]
        elif min_p > 0.0:
            keep = _above(row, temperature, min_p)
        drawn[index] = _best(row, temperature, _row_key(seeds[index], positions[index]), keep)
    return drawn
