import threading

import pytest

from lineage.text.parallel import run_chunks


@pytest.mark.parametrize(("n", "threads", "chunk"), [(0, 2, 10), (1, 2, 10), (10, 1, 3), (10, 3, 3), (1000, 4, 7)])
def test_every_row_is_visited_once(n: int, threads: int, chunk: int) -> None:
    visits = [0] * n

    def visit(lo: int, hi: int) -> None:
        for row in range(lo, hi):
            visits[row] += 1

    run_chunks(visit, n, threads=threads, chunk=chunk)

    assert visits == [1] * n


def test_an_error_in_one_chunk_is_raised_and_stops_the_rest() -> None:
    started = []
    lock = threading.Lock()

    def fail_early(lo: int, hi: int) -> None:
        with lock:
            started.append(lo)
        raise ValueError(f"rows {lo} to {hi}")

    with pytest.raises(ValueError, match="rows 0 to 1"):
        run_chunks(fail_early, 10_000, threads=2, chunk=1)
    assert len(started) < 10_000
