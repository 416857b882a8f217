"""The hub is asked once whether it answers, so that a typo offline does not cost a minute."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from huggingface_hub import constants

from lineage.errors import RecordError
from lineage.records.reach import why_unreachable
from lineage.records.read import open_records


@pytest.fixture
def closed_port() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_a_server_that_answers_anything_is_reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    # BaseHTTPRequestHandler answers HEAD with an error of its own, 501: an answer all the same.
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        monkeypatch.setattr(constants, "ENDPOINT", f"http://127.0.0.1:{server.server_port}")

        assert why_unreachable() is None


def test_no_server_gives_the_reason(monkeypatch: pytest.MonkeyPatch, closed_port: str) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", closed_port)

    assert "refused" in (why_unreachable() or "")


def test_a_hub_dataset_without_the_hub_fails_at_once(monkeypatch: pytest.MonkeyPatch, closed_port: str) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", closed_port)

    with pytest.raises(RecordError, match="hub cannot be reached"):
        list(open_records("hf:no/such").rows())


def test_offline_mode_is_left_to_the_cache(monkeypatch: pytest.MonkeyPatch, closed_port: str) -> None:
    monkeypatch.setattr(constants, "ENDPOINT", closed_port)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    assert why_unreachable() is None
