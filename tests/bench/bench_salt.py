"""What a salt costs: signing with and without, interleaved, one thread.

python tests/bench/bench_salt.py [--rounds 9]
"""

import argparse
import random
import secrets
import statistics
import time

import pyarrow as pa

from lineage.fingerprint.minhash import sign_and_winnow
from lineage.fingerprint.permutations import draw_permutations
from lineage.fingerprint.salt import make_salt
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL


def made_up(rng: random.Random, count: int, least: int, most: int) -> pa.LargeStringArray:
    words = ["".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(2, 9))) for _ in range(20_000)]
    return pa.array([" ".join(rng.choices(words, k=rng.randint(least, most))) for _ in range(count)], pa.large_string())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=9)
    given = parser.parse_args()
    rng = random.Random(1)
    begun = time.perf_counter()
    salt = make_salt(secrets.token_hex(32).encode())
    print(f"making a salt of a secret: {(time.perf_counter() - begun) * 1e3:.0f} ms")
    permutations = draw_permutations(64, 1)
    piles = {
        "5 to 30 words": (made_up(rng, 60_000, 5, 30), PROMPT_MODEL),
        "300 to 600 words": (made_up(rng, 4_000, 300, 600), RESPONSE_MODEL),
    }
    for name, (texts, model) in piles.items():
        took: tuple[list[float], list[float]] = [], []
        for _ in range(given.rounds + 1):
            for key, times in zip((None, salt), took, strict=True):
                begun = time.perf_counter()
                prints, _ = sign_and_winnow(texts, model, permutations, salt=key, threads=1)
                times.append(time.perf_counter() - begun)
        plain, keyed = (statistics.median(times[1:]) for times in took)  # the first round compiles
        each = (keyed - plain) / prints.counts.sum() * 1e9
        rates = ", ".join(f"{texts.nbytes / one / 1e6:.0f} MB/s" for one in (plain, keyed))
        print(f"{name}: plain and salted {rates}, ratio {keyed / plain:.2f}, {each:.1f} ns a shingle")


if __name__ == "__main__":
    main()
