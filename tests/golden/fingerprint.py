"""Writes fingerprint.json: hashes that are on cards everywhere and so may never change within a text model's version.

    python tests/golden/fingerprint.py

Run it only together with a new version of the text models (`w5/2`, …). The plain-Python twin computes it, not the
kernels.
"""

import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.text import twin

GOLDEN = Path(__file__).with_suffix(".json")
TEXTS = [
    "Hello",
    "The quick brown fox jumps over the lazy dog.",
    "the QUICK brown fox — jumps over; the lazy dog",
    "Antidisestablishmentarianism is pneumonoultramicroscopicsilicovolcanoconiosis",
    "Straße ﬁsh ½ naïve re\u0301sume\u0301",
    "東京タワーは1958年に建てられた。",
    "สวัสดีครับ 한국어 हिन्दी",
    " ".join(f"word{i}" for i in range(40)),
    "a a a a a a a a a a",
    "",
]


def signature(shingles: list[int], num_perm: int, seed: int) -> list[int]:
    # The draw of datasketch 2.x, scheme affine32.
    draw = np.random.RandomState(seed)
    a = draw.randint(0, 2**31, num_perm, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = draw.randint(0, 2**32, num_perm, dtype=np.uint32)
    return twin.minima(shingles, a.tolist(), b.tolist())


def entry(text: str) -> dict[str, object]:
    words = twin.words_of(text)
    views = {}
    for name, size in (("w2/1", 2), ("w3/1", 3), ("w5/1", 5)):
        shingles = twin.shingle_hashes(words, size)
        views[name] = {
            "shingles": shingles,
            "minima_k8_seed1": signature(shingles, 8, 1),
            "minima_k64_seed42": signature(shingles, 64, 42)[-4:],
            "winnows": twin.winnow(shingles),
        }
    return {"text": text, "words": words, "word_hashes": [*map(twin.word_hash, words)], "key": twin.key(words), **views}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps([*map(entry, TEXTS)], indent=1, ensure_ascii=False) + "\n")
