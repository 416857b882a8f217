"""Texts inside longer ones, planted among real rows: what linking says of the rows, and of the two sets.

A set of instructions against sets made from it: conversations that hold a row, prompts that grew or were wrapped,
answers inside others, cut short, edited. For each the planted pairs that are linked and how many of these as `extended`
with the right side holding more, other pairs, and the relation and direction of the sets.

    python -m tests.bench.bench_contained [--data FILE] [--rows 3000]
"""

import argparse
import random
from collections.abc import Callable
from pathlib import Path

from lineage.link.corpus import load_corpus
from lineage.link.link import link_pair
from lineage.link.result import DatasetPair
from tests.link.corpora import Row, corpus

DATA = Path(__file__).parents[3] / "shared" / "data" / "stanford_alpaca" / "alpaca_data.json"
CONSTRAINTS = (
    "Make sure to explain each step and to give at least two examples that a beginner can follow.",
    "Add one more constraint: the answer has to use fewer than one hundred words and avoid jargon.",
    "Also consider how the result would change if the budget were cut in half, and justify your reasoning.",
    "The response must mention a counterargument and be written for school children in a rural area.",
    "In addition, compare your answer with an alternative approach and discuss the trade-offs between them.",
    "Please respond in the form of a dialogue between two experts who disagree about the main point.",
)
WRAPPER = "You work for a museum. Read the request and help the visitor.\n\nRequest: {}\n\nYour reply:"
Make = Callable[[random.Random, int, Row, list[Row]], Row]


def talk(*turns: Row) -> Row:
    return "\n\n".join(p or "" for p, _ in turns), "\n\n".join(r or "" for _, r in turns)


def cut(rng: random.Random, text: str | None) -> str:
    words = (text or "").split(" ")
    return " ".join(words[: max(1, int(len(words) * rng.uniform(0.3, 0.8)))])


def edit(rng: random.Random, text: str | None, others: list[Row], share: float) -> str:
    donor = (rng.choice(others)[1] or "").split(" ")
    return " ".join(rng.choice(donor) if rng.random() < share else word for word in (text or "").split(" "))


def constrained(rng: random.Random, text: str | None, count: int) -> str:
    return " ".join([text or "", *rng.sample(CONSTRAINTS, count)])


# For row i of the set, and 3 other rows: the row made of it, and the words its answer has to have to count.
KINDS: dict[str, tuple[Make, int]] = {
    "first turn of three": (lambda rng, i, row, o: talk(row, o[0], o[1]), 0),
    "second turn of three": (lambda rng, i, row, o: talk(o[0], row, o[1]), 0),
    "last turn of three": (lambda rng, i, row, o: talk(o[0], o[1], row), 0),
    "one constraint, other answer": (lambda rng, i, row, o: (constrained(rng, row[0], 1), o[0][1]), 0),
    "three constraints, other answer": (lambda rng, i, row, o: (constrained(rng, row[0], 3), o[0][1]), 0),
    "two constraints, same answer": (lambda rng, i, row, o: (constrained(rng, row[0], 2), row[1]), 0),
    "half with two constraints": (
        lambda rng, i, row, o: (constrained(rng, row[0], 2), o[0][1]) if i % 2 else o[0], 0,
    ),
    "wrapped, other answer": (lambda rng, i, row, o: (WRAPPER.format(row[0]), o[0][1]), 0),
    "wrapped, same answer": (lambda rng, i, row, o: (WRAPPER.format(row[0]), row[1]), 0),
    "answer inside another": (lambda rng, i, row, o: (o[0][0], f"{o[1][1]}\n\n{row[1]}\n\n{o[2][1]}"), 20),
    "answer cut short": (lambda rng, i, row, o: (row[0], cut(rng, row[1])), 12),
    "answer cut short, other prompt": (lambda rng, i, row, o: (o[0][0], cut(rng, row[1])), 40),
    "answer longer": (lambda rng, i, row, o: (row[0], f"{row[1]} {o[0][1]}"), 8),
    "answer edited, 5 %": (lambda rng, i, row, o: (row[0], edit(rng, row[1], o, 0.05)), 12),
    "answer edited, 5 %, other prompt": (lambda rng, i, row, o: (o[0][0], edit(rng, row[1], o, 0.05)), 20),
    "answer inside another prompt": (lambda rng, i, row, o: (f"Criticise this: {row[1]}", o[0][1]), 12),
    "other rows": (lambda rng, i, row, o: o[0], 0),
}  # fmt: skip


def report(name: str, pair: DatasetPair, wanted: set[int]) -> None:
    planted = [one for one in pair.links() if one.row_a == one.row_b]
    hit = [one for one in planted if one.row_a in wanted]
    grown = [one for one in hit if one.relation == "extended"]
    in_b = sum(
        any(e.containment_ab >= 0.8 and e.containment_ab > e.containment_ba for e in one.evidence) for one in grown
    )
    other = pair.table.num_rows - len(planted)
    print(
        f"{name:34s} {len(hit) / max(1, len(wanted)):6.3f} {len(grown):6,} {in_b:6,} {other:5,}"
        f"  {pair.relation}, {pair.direction} by {pair.ground}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rows", type=int, default=3000)
    options = parser.parse_args()
    whole = load_corpus(options.data)
    assert whole.prompts is not None
    assert whole.responses is not None
    rows: list[Row] = [
        row for row in zip(whole.prompts.to_pylist(), whole.responses.to_pylist(), strict=True) if row[1]
    ]
    random.Random(1).shuffle(rows)
    rows, others = rows[: options.rows], rows[options.rows :]
    parent = corpus("a", rows)
    print(f"{'':34s} {'recall':>6s} {'ext.':>6s} {'in b':>6s} {'other':>5s}  relation of a to b")
    for name, (make, words) in KINDS.items():
        rng = random.Random(2)
        made = [make(rng, i, row, [others[(3 * i + k) % len(others)] for k in range(3)]) for i, row in enumerate(rows)]
        wanted = {i for i, row in enumerate(rows) if len((row[1] or "").split()) >= words}
        if name.startswith("half"):
            wanted = {i for i in wanted if i % 2}
        report(name, link_pair(parent, corpus("b", made)), wanted if name != "other rows" else set())


if __name__ == "__main__":
    main()
