"""One tool, once: `python child.py MODULE FUNCTION CORPUS OUT.npz` in the tool's environment; prints one JSON line.

What is timed goes from the closed file to the pairs in memory; imports and the compiling of kernels come before,
and for a small file a whole run that does not count: where memory is virtual, its first touch costs more than the work.
"""

import contextlib
import importlib
import importlib.metadata
import json
import sys
import time
from pathlib import Path

import numpy as np
from common import PHASES, children_cpu_s, cpu_s

_SMALL_BYTES = 1 << 26


def main(module: str, function: str, corpus: str, out: str) -> None:
    begun = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        link = getattr(importlib.import_module(module), function)()
        if Path(corpus).stat().st_size < _SMALL_BYTES:
            link(Path(corpus))
        started = time.perf_counter()
        PHASES.clear()
        before = cpu_s()
        found = link(Path(corpus))
        wall, cpu = time.perf_counter() - started, cpu_s() - before
    if isinstance(found, tuple):
        np.savez(out, a=found[0], b=found[1])
    else:
        np.savez(out, clusters=found)
    installed = {one.metadata["Name"].lower(): one.version for one in importlib.metadata.distributions()}
    spent = {"wall_s": wall, "cpu_s": cpu, "start_s": started - begun, "children_cpu_s": children_cpu_s()}
    print(json.dumps({**spent, "phases": PHASES, "installed": installed}))


if __name__ == "__main__":
    main(*sys.argv[1:])
