"""How many derived texts are found: cut short, embedded, wrapped, edited; by likeness, and by passages in common.

Every text of one corpus stands in the other in one changed form. Of the pairs of which one text holds 60 % or more of
the other's shingles (counted in plain Python), the share that linking finds, by kind of change.

    python tests/bench/bench_derived.py [--texts 20000] [--data FILE ...]
"""

import argparse
import json
import random
import time
from pathlib import Path

import numpy as np

from lineage.fingerprint.fingerprint import fingerprint
from lineage.link.alike import distinct_texts, near_texts, passages
from lineage.link.corpus import Corpus
from lineage.link.ids import NO_TEXT, distinct_samples, joint_ids
from lineage.link.options import LinkOptions
from lineage.records.read import open_records
from tests.bench.bench_link import batch, synthetic_texts

RESULT = Path(__file__).parents[2] / "docs" / "results" / "link_derived.json"
PREFACE = (
    "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n"
)


def wrapped(rng: random.Random, words: list[str], others: list[str]) -> str:
    del rng, others
    return f"{PREFACE}### Response:\n{' '.join(words)}\n\nI hope this helps!"


def truncated(rng: random.Random, words: list[str], others: list[str]) -> str:
    del others
    return " ".join(words[: round(len(words) * rng.uniform(0.3, 0.8))])


def embedded(rng: random.Random, words: list[str], others: list[str]) -> str:
    before, after = (rng.choice(others).split() for _ in range(2))
    return " ".join([*before, *words, *after])


def edited(share: float):  # noqa: ANN201
    def edit(rng: random.Random, words: list[str], others: list[str]) -> str:
        donor = rng.choice(others).split()
        return " ".join(rng.choice(donor) if rng.random() < share else word for word in words)

    return edit


KINDS = {
    "wrapped": wrapped,
    "truncated": truncated,
    "embedded": embedded,
    "light edit, 2 % of words": edited(0.02),
    "medium edit, 5 % of words": edited(0.05),
    "heavy edit, 15 % of words": edited(0.15),
}


def contained(a: str, b: str) -> float:
    one, other = ({tuple(w[i : i + 5]) for i in range(max(1, len(w) - 4))} for w in (a.split(), b.split()))
    return len(one & other) / min(len(one), len(other))


def plain(text: str) -> str:
    return " ".join("".join(c if c.isascii() and c.isalnum() else " " for c in text.lower()).split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--data", nargs="*", default=[], help="real data sets instead")
    parser.add_argument("--winnow-limit", type=int, default=LinkOptions().winnow_limit)
    parser.add_argument("--cards", action="store_true", help="without the texts")
    options = parser.parse_args()
    rng = random.Random(1)
    if options.data:
        found = {plain(row.sample.response or "") for path in options.data for row in open_records(path).rows()}
        texts = sorted(text for text in found if len(text.split()) >= 30)
        texts = rng.sample(texts, min(options.texts, len(texts)))
    else:
        texts = [text for text in synthetic_texts(rng, options.texts) if len(text.split()) >= 30]
    kinds = [rng.choice(list(KINDS)) for _ in texts]
    changed = [KINDS[kind](rng, text.split(), texts) for kind, text in zip(kinds, texts, strict=True)]
    sides = []
    for name, some in (("a", texts), ("b", changed)):
        rows = batch(some)
        column = None if options.cards else rows.column("response")
        sides.append(Corpus(name, fingerprint([rows], name=name), None, column))
    ids = joint_ids(*(one.card.response for one in sides))
    views = [one.view("response") for one in sides]
    samples = [distinct_samples(np.full(len(own), NO_TEXT), own) for own in ids]
    a, b = (distinct_texts(view, one, one.response) for view, one in zip(views, samples, strict=True))
    how = LinkOptions(winnow_limit=options.winnow_limit)
    places = [np.searchsorted(one.ids, own) for one, own in zip((a, b), ids, strict=True)]
    codes = places[0] * len(b.ids) + places[1]
    passages(a, b, how)
    start = time.process_time()
    near = near_texts(a, b, how)
    middle = time.process_time()
    parts = passages(a, b, how)
    end = time.process_time()
    equal = ids[0] == ids[1]
    by_likeness = equal | np.isin(codes, near.codes)
    either = by_likeness | np.isin(codes, parts.codes)
    truth = np.array([contained(x, y) >= 0.6 for x, y in zip(texts, changed, strict=True)])
    print(f"{len(texts):,} texts; likeness {middle - start:.2f} s of CPU, passages {end - middle:.2f} s; {parts.cuts}")
    print(f"{len(near.codes):,} pairs alike, {len(parts.codes):,} pairs with a passage in common")
    rows = {}
    for kind in KINDS:
        mine = np.array([one == kind for one in kinds]) & truth
        rows[kind] = {"pairs": int(mine.sum()), "likeness": by_likeness[mine].mean(), "either": either[mine].mean()}
        print(f"{kind:28s} {mine.sum():7,} {by_likeness[mine].mean():8.3f} {either[mine].mean():8.3f}")
    name = "real" if options.data else "synthetic"
    results = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    document = {"texts": len(texts), "kinds": rows, "cpu_s": {"likeness": middle - start, "passages": end - middle}}
    RESULT.write_text(json.dumps(results | {name: document}, indent=1) + "\n")


if __name__ == "__main__":
    main()
