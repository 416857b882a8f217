"""The same result, byte for byte, whatever the threads; and no kernel that reads or writes beside its arrays."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lineage.link.corpus import Corpus
from lineage.link.link import link_pair
from lineage.link.options import LinkOptions
from lineage.link.within import link_within
from tests.link.corpora import Row, corpus, edited, own_rows, sentence

ROOT = Path(__file__).parents[2]

EVERYTHING = """
import sys
sys.path.insert(0, sys.argv[1])
import numpy as np
import pyarrow as pa
from lineage.fingerprint.permutations import draw_permutations
from lineage.trace.compiled import Compiled
from tests.link.test_determinism import planted
from lineage.link.corpus import Corpus
from lineage.link.link import link_pair
from lineage.link.options import LinkOptions
from lineage.link.within import link_within

a, b = planted()
for exact in (False, True):
    link_pair(a, b, options=LinkOptions(exact=exact))
    link_within(b, options=LinkOptions(exact=exact))
for words in range(1, 40):
    for text in ("w " * words, " ".join(map(str, range(words))), "\\u0915\\u093f " * words, "a\\u0301 " * words):
        Compiled().sketches(text, [2, 5], draw_permutations(64, 1))
"""


def planted() -> tuple[Corpus, Corpus]:
    rng = random.Random(1)
    parent = own_rows(rng, 300)
    frame = sentence(rng, 30)
    hot: list[Row] = [(f"{frame} {n}", f"{frame} {sentence(rng, 3)} {frame}") for n in range(200)]
    child = [
        *((edited(rng, p or "", 0.1), edited(rng, r or "", 0.05)) for p, r in parent[:100]),
        *((f"{p} {sentence(rng, 20)}", f"{sentence(rng, 30)} {r}") for p, r in parent[100:200]),
        *((f"Question: {p} – réponds, 東京タワー", r) for p, r in parent[200:]),
        *hot[:100],
    ]
    return corpus("a", [*parent, *hot, *parent[:20] * 30]), corpus("b", [*child, *child[:10] * 40])


@pytest.mark.parametrize(
    "limits", [{}, {"bucket_limit": 50, "winnow_limit": 8, "posting_limit": 32, "group_limit": 10}]
)
def test_a_result_does_not_depend_on_threads(limits: dict[str, Any]) -> None:
    a, b = planted()
    found = []
    for threads in (1, 2, 8, 3, 8, 1):
        options = LinkOptions(threads=threads, **limits)
        pair, own = link_pair(a, b, options=options), link_within(b, options=options)
        found.append((pair.table, json.dumps(pair.to_dict()), own.table(), json.dumps(own.to_dict(), default=str)))
    for table, document, own_table, own_document in found[1:]:
        assert table.equals(found[0][0])
        assert own_table.equals(found[0][2])
        assert (document, own_document) == (found[0][1], found[0][3])


@pytest.mark.slow
def test_no_kernel_reaches_beside_its_arrays(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", EVERYTHING, str(ROOT)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
