"""Machine code that is kept for later processes is that of the types it is called with."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numba
import numpy as np
import pytest

SOURCE = """
from lineage.text.jit import kernel

@kernel
def total(values):
    found = 0.0
    for place in range(values.shape[0]):
        found += values[place]
    return found
"""


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_processes_that_start_together_do_not_take_each_others_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kernels_of_a_test.py"
    path.write_text(SOURCE)
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    calls = [np.arange(10.0), np.arange(10)]
    together = [load(path).total for _ in calls]
    files = [one._cache._cache_file for one in together]
    for kept in files:  # what a process knows that has looked before the other has written
        monkeypatch.setattr(kept, "_load_index", dict)
    held: list[tuple[str, object]] = []
    for kept, one, values in zip(files, together, calls, strict=True):
        monkeypatch.setattr(kept, "_save_data", lambda name, data: held.append((name, data)))
        assert one(values) == 45
    monkeypatch.undo()
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "cache"))
    for name, data in reversed(held):
        files[0]._save_data(name, data)
    for values in calls:
        assert load(path).total(values) == 45
