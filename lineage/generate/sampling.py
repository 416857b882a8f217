"""Draws the next token of each sample from a counter-based generator: the draw depends on the sample alone.

The noise of a token is a hash of (seed of the sample, position, token id), so neither the batch, nor its order, nor a
restart can change it. Adding Gumbel noise to the logits and taking the largest is a draw from their softmax.

Source: Gumbel-max trick, Maddison et al. 2014 §2; hash: splitmix64, Steele et al. 2014 (Stafford's variant 13).
"""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from lineage.errors import UsageError
from lineage.text.jit import kernel

Logits = NDArray[np.float32]
# Temperature, top-k, top-p: what a kernel can take of SamplingParams.
Rule = tuple[float, int, float]

_LN2 = 0.6931471805599453


@dataclass(frozen=True)
class SamplingParams:
    """How a text is drawn: `temperature` 0 takes the likeliest token; `top_k` 0 and `top_p` 1 keep all tokens.

    `max_tokens` bounds the tokens of one text. Raises UsageError for values outside their range.
    """

    temperature: float
    top_p: float = 1.0
    top_k: int = 0
    max_tokens: int = 256

    def __post_init__(self) -> None:
        if not 0 <= self.temperature <= 100:
            raise UsageError(f"temperature {self.temperature}: give a number from 0 (likeliest token) to 100")
        if not 0 < self.top_p <= 1:
            raise UsageError(f"top-p {self.top_p}: give a number above 0 and up to 1 (1 keeps all tokens)")
        if self.top_k < 0 or self.max_tokens < 1:
            raise UsageError(f"top-k {self.top_k}, at most {self.max_tokens} tokens: need top-k >= 0 and tokens >= 1")

    def as_dict(self) -> dict[str, float | int]:
        """Return the parameters for a record."""
        return asdict(self)


def draw(
    logits: Logits, params: SamplingParams, *, seeds: NDArray[np.uint64], positions: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Draw one token id for each row of logits.

    logits: (rows, vocabulary). seeds, positions: (rows,); the position counts the tokens of this text from zero.
    Result: (rows,). Temperature first, then top-k, then top-p, as transformers does; ties go to the lower id.
    """
    if params.temperature == 0:
        greedy: NDArray[np.int64] = logits.argmax(axis=1)
        return greedy
    drawn: NDArray[np.int64] = _draw_rows(
        logits, (float(params.temperature), params.top_k, float(params.top_p)), seeds, positions
    )
    return drawn


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
def _leading_ones(bits: np.uint64) -> int:
    count = 0
    while count < 64 and bits & np.uint64(0x8000000000000000):
        bits = bits << np.uint64(1)
        count += 1
    return count


@kernel
def _best(row: Logits, temperature: float, key: np.uint64, keep: NDArray[np.int64]) -> int:
    """Return the token with the largest noisy logit among `keep`; an empty `keep` means all."""
    best, best_score = -1, -np.inf
    count = len(keep) if len(keep) else len(row)
    for place in range(count):
        token = keep[place] if len(keep) else place
        score = row[token] / temperature
        bits = _noise_bits(key, token)
        # -log(-log u) <= -log(1-u) <= (leading ones + 1) log 2: most tokens are out of reach without a logarithm.
        if score + (_leading_ones(bits) + 1) * _LN2 + 1e-9 < best_score:
            continue
        score += _gumbel(bits)
        if score > best_score or (score == best_score and token < best):
            best, best_score = token, score
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
    mass = weights.sum() if top_k > 0 else total
    cumulative = 0.0
    for place in range(len(kept)):
        cumulative += weights[place] / mass
        if cumulative >= top_p:
            return kept[: place + 1]
    return kept


@kernel
def _draw_rows(
    logits: Logits, rule: Rule, seeds: NDArray[np.uint64], positions: NDArray[np.int64]
) -> NDArray[np.int64]:
    temperature, top_k, top_p = rule
    drawn = np.empty(len(logits), dtype=np.int64)
    everything = np.empty(0, dtype=np.int64)
    for index in range(len(logits)):
        row = logits[index]
        keep = everything if top_k == 0 and top_p >= 1.0 else _top(row, temperature, top_k, top_p)
        drawn[index] = _best(row, temperature, _row_key(seeds[index], positions[index]), keep)
    return drawn
