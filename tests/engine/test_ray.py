"""Daft on a real Ray cluster of two nodes on this machine; see `on_ray` for what is checked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

pytest.importorskip("ray", reason="Ray is not installed: pip install -e '.[cluster]'")


@pytest.mark.slow
def test_flows_and_links_on_two_nodes_are_those_of_one_process() -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-W",
        "default",
        "tests/engine/on_ray.py",
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DAFT_PROGRESS_BAR": "0", "PYTEST_ADDOPTS": ""}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
