"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent

# The first call of a kernel compiles it, and tests run side by side: what one example takes says nothing.
settings.register_profile("without deadlines", deadline=None)
settings.load_profile("without deadlines")

# Tests run side by side: two threads of one matrix product that wait for each other on busy cores take minutes.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data, beside the checkout or named by LINEAGE_TEST_DATA; skips where it is absent."""
    folder = Path(os.environ.get("LINEAGE_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not (folder / "lineage_truth.jsonl").exists():
        pytest.skip(f"the public data sets are not at {folder}; set LINEAGE_TEST_DATA to their folder")
    return folder
