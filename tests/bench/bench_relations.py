"""Dataset relations against what is documented: type, direction, and no relation where there is none.

The truth is `lineage_truth.jsonl` beside the public data sets. Every documented relation stands for one or more types
(TYPES below); a pair of sets that no chain of documented relations joins has to be unrelated. Two more kinds of truth
are added: 46 models answered the same 805 prompts each by itself, so any two of those sets have to be `reanswered`; and
sets derived here from the public ones in known ways (wrapped, shuffled, cut, merged, edited, re-answered, tiny).
No dates are given: a direction has to come from the texts, and "unknown" is counted apart from wrong.

    python tests/bench/bench_relations.py [--data DIR] [--part documented,unrelated,reanswered,derived] [--models 24]
"""

import argparse
import itertools
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from lineage.link.corpus import Corpus, load_corpus
from lineage.link.evidence import Grounds
from lineage.link.link import link_pair

ROOT = Path(__file__).parent.parent.parent
RESULTS = ROOT / "docs" / "results" / "relations.json"
Rows = list[dict[str, str]]

# What a documented relation of child to parent has to be called; any of several where the words allow it.
TYPES: dict[str, tuple[str, ...]] = {
    "copy": ("copy",),
    "UNDOCUMENTED copy": ("copy",),
    "format merge": ("copy",),
    "subset": ("subset",),
    "subset+additions": ("overlap",),
    "merge": ("superset", "overlap"),
    "format merge + LLM rewrite of instruction": ("version", "revised"),
    "rewrite of outputs": ("revised",),
    "copy with answers reformatted": ("revised", "version"),
    "evolution gen 1 (GPT-3.5)": ("evolved_from",),
    "translation en->zh": ("translated_from",),
    "translation en->fr": ("translated_from",),
    "adaptation en->zh": ("translated_from",),
    "LLM paraphrase": ("revised",),
    "LLM rewrite": ("revised",),
    "number substitution": ("revised", "version", "overlap"),
    "shared outputs": ("revised", "version", "overlap"),
    # Written by a model that was shown the parent, or shared by chance: no text goes over, nothing is to be found.
    "generation (text-davinci-003)": ("unrelated", "overlap"),
    "incidental overlap": ("unrelated",),
}
# Documented, but nothing that two files can show: the parent is not at hand, or the file holds pairs of both sides.
LEFT_OUT = ("tatsu-lab/stanford_alpaca alpaca_data.json", "human_eval x CodeAlpaca-20k")
# The names that the truth uses for files; others are their paths without the ending. [lo:hi] takes rows.
FILES = {
    "alpaca_en": "stanford_alpaca/alpaca_data.json",
    "alpaca_en/part-00000-03252": "stanford_alpaca/alpaca_data.json[0:3252]",
    "alpaca_en/part-03252-06382": "stanford_alpaca/alpaca_data.json[3252:6382]",
    "alpaca_en/part-15323-18280": "stanford_alpaca/alpaca_data.json[15323:18280]",
    "lima_test300": "eval_prompt_sets/lima_test_set.jsonl",
    "truthfulqa": "truthfulqa/TruthfulQA.csv",
    "mtbench": "mt_bench/mt_bench/question.jsonl",
    "alpaca_eval805": "alpaca_eval_outputs/gpt4.json",
    "self_instruct/user252": "self_instruct/user_oriented_instructions.jsonl",
    "vicuna80": "vicuna80/question.jsonl",
    "koala": "eval_prompt_sets/koala_test_set.jsonl",
    "human_eval": "human_eval/HumanEval.jsonl.gz",
    "llm_decontaminator/rephrase_gsm8k": "llm_decontaminator/rephrase/rephrase_gsm8k.jsonl",
    "llm_decontaminator/humaneval_python": "llm_decontaminator/rephrase/humaneval_python.jsonl",
}
# Sets that the truth does not name, made apart from all that it does.
STRANGERS = ("mbpp/mbpp.jsonl", "bbh/boolean_expressions.json", "bbh/snarks.json", "bbh/word_sorting.json")
# Parts of one set in the truth's sense, or made from one source, or with rows in common as measured: 39 of the 80
# questions of vicuna80 stand in lima_test300 word for word. Never scored as unrelated.
KIN = [
    ("alpaca_en", "alpaca_en/part-00000-03252"),
    ("alpaca_en", "alpaca_en/part-03252-06382"),
    ("alpaca_en", "alpaca_en/part-15323-18280"),
    ("gsm8k/train", "gsm8k/test"),
    ("codealpaca/code_alpaca_2k", "codealpaca/seed_tasks"),
    ("alpaca_eval_outputs/Samba-CoE-v0.1", "alpaca_eval805"),
    ("lima_test300", "vicuna80"),
]
# The four pairs of the 46 sets that share more than a prompt: measured text by text.
NOT_APART = (
    {"aligner-2b_qwen1.5-72b-chat", "Qwen1.5-72B-Chat"},
    {"aligner-2b_qwen1.5-72b-chat", "gpt4_1106_preview"},
    {"Samba-CoE-v0.1", "Samba-CoE-v0.2"},
)


@dataclass(frozen=True)
class Case:
    """One pair whose relation is known: a is the child. kind: what the truth calls it."""

    part: str
    a: str
    b: str
    kind: str
    expected: tuple[str, ...]
    direction: str  # of a to b, or "unknown" where the truth has none


@dataclass(frozen=True)
class Found:
    """What linking said of a case."""

    case: Case
    relation: str
    direction: str
    ground: str
    linked: float

    @property
    def right(self) -> bool:
        return self.relation in self.case.expected


class Shelf:
    """Loads each set once."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._known: dict[str, Corpus] = {}
        self._folder = tempfile.TemporaryDirectory()

    def path(self, name: str) -> Path | None:
        plain = FILES.get(name, name).split("[")[0]
        found = [self._data / plain, *sorted(self._data.glob(f"{plain}.*"))]
        return next((path for path in found if path.is_file()), None)

    def load(self, name: str) -> Corpus:
        if name not in self._known:
            path = self.path(name)
            assert path is not None, f"no file for {name}"
            span = FILES.get(name, "").partition("[")[2]
            if span:
                lo, hi = map(int, span.rstrip("]").split(":"))
                self.put(name, json.loads(path.read_text())[lo:hi])
            else:
                self._known[name] = load_corpus(path, name=name, on_bad="skip")
        return self._known[name]

    def put(self, name: str, rows: Rows) -> None:
        path = Path(self._folder.name) / f"{len(self._known)}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self._known[name] = load_corpus(path, name=name)

    def rows(self, name: str) -> Rows:
        corpus = self.load(name)
        assert corpus.prompts is not None
        assert corpus.responses is not None
        pairs = zip(corpus.prompts.to_pylist(), corpus.responses.to_pylist(), strict=True)
        return [{"prompt": prompt or "", "response": response or ""} for prompt, response in pairs]


def documented(shelf: Shelf, truth: Rows) -> Iterator[Case]:
    for row in truth:
        for parent in row["parent"].split(", "):
            if row["parent"] in LEFT_OUT or shelf.path(row["child"]) is None or shelf.path(parent) is None:
                continue
            expected = TYPES[row["relation"]]
            directed = expected != ("unrelated",) and row["relation"] not in {"shared outputs"}
            yield Case(
                "documented", row["child"], parent, row["relation"], expected, "a_from_b" if directed else "unknown"
            )


def unrelated(shelf: Shelf, truth: Rows, cases: list[Case]) -> Iterator[Case]:
    """Yield the pairs of sets that no chain of documented relations joins."""
    family: dict[str, str] = {}

    def root(name: str) -> str:
        while family.get(name, name) != name:
            name = family[name]
        return name

    related = [(case.a, case.b) for case in cases if case.expected != ("unrelated",)]
    for a, b in [*related, *KIN]:
        family[root(a)] = root(b)
    done = {frozenset((case.a, case.b)) for case in cases}
    names = sorted({name for case in cases for name in (case.a, case.b)}) + list(STRANGERS)
    for a, b in itertools.combinations(names, 2):
        if root(a) != root(b) and frozenset((a, b)) not in done:
            yield Case("unrelated", a, b, "none", ("unrelated",), "unknown")


def reanswered(shelf: Shelf, data: Path, models: int) -> Iterator[Case]:
    names = sorted(path.stem for path in (data / "alpaca_eval_outputs").glob("*.json") if path.stem != "NullModel")
    chosen = sorted(random.Random(1).sample(names, min(models, len(names))))
    for a, b in itertools.combinations(chosen, 2):
        if {a, b} not in NOT_APART:
            pair = [f"alpaca_eval_outputs/{name}" for name in (a, b)]
            yield Case("reanswered", *pair, "answered apart", ("reanswered",), "unknown")


def derived(shelf: Shelf) -> Iterator[Case]:
    """Make sets from public ones in known ways; all random choices are from one seed."""
    rng = random.Random(7)
    for base in ("codealpaca/code_alpaca_2k", "long_is_more/filtered_alpaca_1k_score", "alpaca_eval_outputs/claude-2"):
        rows = shelf.rows(base)
        other = shelf.rows("gsm8k/test")
        for name, make, expected in _recipes(rng, rows, other):
            label = f"{base} → {name}"
            shelf.put(label, make())
            yield Case("derived", label, base, name, expected, "a_from_b")


def _recipes(rng: random.Random, rows: Rows, other: Rows) -> list[tuple[str, Callable[[], Rows], tuple[str, ...]]]:
    half = len(rows) // 2

    def edit(text: str, share: float) -> str:
        words = text.split()
        for place in rng.sample(range(len(words)), round(share * len(words))):
            words[place] = rng.choice(words)
        return " ".join(words)

    def wrapped(part: Rows) -> Rows:
        head, tail = "You are a careful assistant. Read what the user wants:", "Answer in your own words."
        return [{**row, "prompt": f"{head}\n\n{row['prompt']}\n\n{tail}"} for row in part]

    def answers(part: Rows) -> Rows:
        pool = [row["response"] for row in other]
        return [{**row, "response": pool[n % len(pool)]} for n, row in enumerate(part)]

    kept_part = [{**row, "response": edit(row["response"], 0.12)} for row in rows]
    return [
        ("shuffled", lambda: rng.sample(rows, len(rows)), ("copy",)),
        ("half at random", lambda: rng.sample(rows, half), ("subset",)),
        ("half and as many others", lambda: rows[:half] + other[:half], ("overlap",)),
        ("merged with another set", lambda: rows + other, ("superset",)),
        ("wrapped", lambda: wrapped(rows), ("copy",)),
        ("wrapped half", lambda: wrapped(rows[:half]), ("subset",)),
        ("upper case, one line", lambda: [{k: " ".join(v.upper().split()) for k, v in row.items()} for row in rows],
         ("copy",)),
        ("answers edited", lambda: kept_part, ("revised", "version")),
        ("a third of the answers edited", lambda: kept_part[: len(rows) // 3] + rows[len(rows) // 3 :],
         ("version",)),
        ("other answers", lambda: answers(rows), ("reanswered",)),
        ("20 rows", lambda: rows[40:60], ("subset",)),
        ("5 rows", lambda: rows[40:45], ("subset",)),
        ("prompts only", lambda: [{"prompt": row["prompt"], "response": ""} for row in rows], ("copy",)),
        ("prompts cut short", lambda: [{**row, "prompt": " ".join(row["prompt"].split()[:-3])} for row in rows],
         ("version", "revised", "copy")),
    ]  # fmt: skip


def check(shelf: Shelf, cases: list[Case]) -> list[Found]:
    grounds, found = Grounds(), []
    for done, case in enumerate(cases):
        print(
            f"\r{done + 1} of {len(cases)}: {case.a} · {case.b}"[:118].ljust(118), end="", file=sys.stderr, flush=True
        )
        a, b = shelf.load(case.a), shelf.load(case.b)
        pair = link_pair(a, b, grounds=grounds)
        linked = max(pair.linked_a.share, pair.linked_b.share)
        found.append(Found(case, pair.relation, pair.direction, pair.ground, round(linked, 4)))
    print(file=sys.stderr)
    return found


def summary(found: list[Found]) -> dict[str, object]:
    """Count types, directions, and related against unrelated."""
    expected_related = [one for one in found if one.case.expected != ("unrelated",)]
    said_related = [one for one in found if one.relation != "unrelated"]
    both = [one for one in expected_related if one.relation != "unrelated"]
    directed = [one for one in expected_related if one.case.direction != "unknown"]
    said = [one for one in found if one.direction != "unknown" and one.case.direction != "unknown"]
    return {
        "pairs": len(found),
        "type_right": sum(one.right for one in found),
        "related": {"true": len(expected_related), "said": len(said_related), "right": len(both)},
        "direction": {
            "true": len(directed),
            "said": len(said),
            "right": sum(one.direction == one.case.direction for one in said),
            "said_without_truth": sum(
                one.direction != "unknown" and one.case.direction == "unknown" for one in said_related
            ),
        },
    }


def by_type(found: list[Found]) -> dict[str, dict[str, int]]:
    """Count, for each type: how often it was true, said, and both; a case with several true types has the one said."""
    true, said, right = Counter[str](), Counter[str](), Counter[str]()
    for one in found:
        true[one.relation if one.right else one.case.expected[0]] += 1
        said[one.relation] += 1
        right[one.relation] += one.right
    return {name: {"true": true[name], "said": said[name], "right": right[name]} for name in sorted({*true, *said})}


def report(found: list[Found]) -> str:
    lines = [
        "| part | pairs | type right | related: recall, precision | direction: said right of true, wrong |",
        "|---|---|---|---|---|",
    ]
    for part in dict.fromkeys(one.case.part for one in found):
        own = [one for one in found if one.case.part == part]
        counts = summary(own)
        related, way = counts["related"], counts["direction"]
        assert isinstance(related, dict)
        assert isinstance(way, dict)
        lines.append(
            f"| {part} | {len(own)} | {counts['type_right']} | {related['right']} of {related['true']}, "
            f"{related['right']} of {related['said']} | {way['right']} of {way['true']}, {way['said'] - way['right']} |"
        )
    lines += ["", "| type | true | said | right | precision | recall |", "|---|---|---|---|---|---|"]
    for name, count in by_type(found).items():
        precision, recall = (count["right"] / count[of] if count[of] else float("nan") for of in ("said", "true"))
        lines.append(
            f"| {name} | {count['true']} | {count['said']} | {count['right']} | {precision:.3f} | {recall:.3f} |"
        )
    lines += ["", "| expected | said | pairs |", "|---|---|---|"]
    table = Counter((" or ".join(one.case.expected), one.relation) for one in found)
    lines += [f"| {expected} | {said} | {count} |" for (expected, said), count in sorted(table.items())]
    lines += ["", "Not as expected:", ""]
    lines += [
        f"- {one.case.a} · {one.case.b} ({one.case.kind}): {one.relation}, {one.direction} by {one.ground}"
        for one in found
        if not one.right or one.direction not in {one.case.direction, "unknown"}
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--part", default="documented,unrelated,reanswered,derived")
    parser.add_argument("--models", type=int, default=24)
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    truth = [json.loads(line) for line in (args.data / "lineage_truth.jsonl").read_text().splitlines()]
    shelf = Shelf(args.data)
    known = list(documented(shelf, truth))
    parts = {
        "documented": lambda: known,
        "unrelated": lambda: list(unrelated(shelf, truth, known)),
        "reanswered": lambda: list(reanswered(shelf, args.data, args.models)),
        "derived": lambda: list(derived(shelf)),
    }
    found = check(shelf, [case for name in args.part.split(",") for case in parts[name]()])
    print(report(found))
    if set(args.part.split(",")) == set(parts):
        document = {
            "summary": {part: summary([one for one in found if one.case.part == part]) for part in parts},
            "by_type": by_type(found),
            "pairs": [asdict(one) for one in found if one.case.part in {"documented", "derived"} or not one.right],
        }
        args.out.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
