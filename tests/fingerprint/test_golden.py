"""The hashes on cards are for ever: they equal the integers that tests/golden/fingerprint.py once wrote."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lineage.fingerprint.minhash import sign, sign_and_winnow
from lineage.fingerprint.permutations import draw_permutations
from lineage.text.kernels import hash_words, make_scratch
from lineage.text.models import text_model
from lineage.text.normal import normal_form
from lineage.text.shingles import shingle_sets

CASES = json.loads((Path(__file__).parents[1] / "golden" / "fingerprint.json").read_text())
MODELS = ["w2/1", "w3/1", "w5/1"]


@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_words_and_word_hashes_are_as_ever(case: dict[str, Any]) -> None:
    assert normal_form(case["text"]).split() == case["words"]
    data = np.frombuffer(" ".join(case["words"]).encode(), np.uint8)
    lowered, edges, words, _ = make_scratch(len(data))

    count = hash_words(data, 0, len(data), lowered, edges, words)

    assert words[:count].tolist() == case["word_hashes"]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
def test_shingles_keys_minima_and_winnows_are_as_ever(case: dict[str, Any], model: str) -> None:
    texts = pa.array([case["text"]], pa.large_string())
    expected = case[model]

    prints, winnows = sign_and_winnow(texts, text_model(model), draw_permutations(8, 1))

    assert shingle_sets(texts, text_model(model)).hashes.tolist() == sorted(set(expected["shingles"]))
    assert prints.keys[0].tolist() == case["key"]
    assert prints.counts[0] == len(expected["shingles"])
    assert prints.minima[0].tolist() == expected["minima_k8_seed1"]
    assert winnows.hashes.tolist() == expected["winnows"]
    assert sign(texts, text_model(model), seed=42).minima[0, -4:].tolist() == expected["minima_k64_seed42"]
