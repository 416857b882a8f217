"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# Tests run side by side: two threads of one matrix product that wait for each other on busy cores take minutes.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data, beside the checkout or named by LINEAGE_TEST_DATA; skips where it is absent."""
    folder = Path(os.environ.get("LINEAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "lineage_truth.jsonl").exists():
        pytest.skip(f"the public data sets are not at {folder}; set LINEAGE_TEST_DATA to their folder")
    return folder
