"""How far the estimate of a signature is from the exact Jaccard, beside what theory says.

    python tests/bench/bench_estimator.py [--pairs 4000] [--seeds 20]

Pairs of made-up texts, one an edited copy of the other with a share of its words replaced, so that their exact Jaccard
spreads over (0, 1). The error is over all pairs and seeds, its interval from resampling both: all pairs signed under
one seed share its luck. Theory: each minimum agrees with probability J, so the mean of K has the variance J(1-J)/K
(Broder 1997). Writes docs/results/estimator.json and prints a table.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lineage.fingerprint.minhash import sign
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL, TextModel
from lineage.text.shingles import shingle_sets

RESULTS = Path(__file__).parents[2] / "docs" / "results" / "estimator.json"
SIZES = (64, 128, 256)
RESAMPLED = 400
Floats = npt.NDArray[np.float64]
# What the columns of prompts and of responses are mostly like.
KINDS: dict[str, tuple[TextModel, int, int]] = {
    "short (5-30 words, 2-word shingles)": (PROMPT_MODEL, 5, 30),
    "long (300-600 words, 5-word shingles)": (RESPONSE_MODEL, 300, 600),
}


def made_up_pairs(count: int, low: int, high: int) -> tuple[list[str], list[str]]:
    draw = random.Random(7)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(2, 9))) for _ in range(20_000)]
    firsts, seconds = [], []
    for _ in range(count):
        text = draw.choices(words, k=draw.randint(low, high))
        rate = draw.random() ** 2 * 0.5
        edited = [draw.choice(words) if draw.random() < rate else word for word in text]
        firsts.append(" ".join(text))
        seconds.append(" ".join(edited))
    return firsts, seconds


def exact_jaccard(firsts: pa.LargeStringArray, seconds: pa.LargeStringArray, model: TextModel) -> Floats:
    a, b = shingle_sets(firsts, model), shingle_sets(seconds, model)
    shared = np.array(
        [
            len(np.intersect1d(a.hashes[a.offsets[i] : a.offsets[i + 1]], b.hashes[b.offsets[i] : b.offsets[i + 1]]))
            for i in range(len(firsts))
        ]
    )
    return shared / (np.diff(a.offsets) + np.diff(b.offsets) - shared)


def resampled(errors: Floats) -> tuple[list[float], list[float]]:
    """Return 95 % intervals of the RMSE and the bias of errors, shape (seeds, pairs)."""
    draw = np.random.default_rng(1)
    seeds, pairs = errors.shape
    found = []
    for _ in range(RESAMPLED):
        again = errors[draw.integers(0, seeds, seeds)][:, draw.integers(0, pairs, pairs)]
        found.append((np.sqrt((again**2).mean()), again.mean()))
    rmse, bias = np.quantile(found, [0.025, 0.975], axis=0).T.round(5).tolist()
    return rmse, bias


def measure(kind: str, pairs: int, seeds: int) -> dict[str, object]:
    """Return the errors of one kind of text, by K."""
    model, low, high = KINDS[kind]
    firsts, seconds = (pa.array(side, pa.large_string()) for side in made_up_pairs(pairs, low, high))
    jaccard = exact_jaccard(firsts, seconds, model)
    used = np.flatnonzero((jaccard > 0.02) & (jaccard < 0.98))
    truth = jaccard[used]
    rows: dict[str, object] = {"pairs": len(used), "seeds": seeds, "mean_jaccard": round(float(truth.mean()), 3)}
    for num_perm in SIZES:
        signed = [
            [sign(side, model, num_perm=num_perm, seed=seed) for side in (firsts, seconds)] for seed in range(seeds)
        ]
        errors = np.stack([(a.minima == b.minima).mean(axis=1)[used] - truth for a, b in signed])
        rmse_interval, bias_interval = resampled(errors)
        rows[f"K={num_perm}"] = {
            "rmse": round(float(np.sqrt((errors**2).mean())), 5),
            "rmse_interval": rmse_interval,
            "theory": round(float(np.sqrt((truth * (1 - truth)).mean() / num_perm)), 5),
            "bias": round(float(errors.mean()), 5),
            "bias_interval": bias_interval,
        }
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=4000)
    parser.add_argument("--seeds", type=int, default=20)
    options = parser.parse_args()
    results = {kind: measure(kind, options.pairs, options.seeds) for kind in KINDS}
    print("| texts | K | RMSE (95 %) | theory | bias (95 %) |\n|---|---|---|---|---|")
    for kind, rows in results.items():
        for num_perm in SIZES:
            row = rows[f"K={num_perm}"]
            rmse, bias = ("{:.4f} to {:.4f}".format(*row[f"{name}_interval"]) for name in ("rmse", "bias"))
            measured = f"{row['rmse']:.4f} ({rmse}) | {row['theory']:.4f} | {row['bias']:+.4f} ({bias})"
            print(f"| {kind} | {num_perm} | {measured} |")
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
