import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.text.pieces import Pieces


@given(st.permutations(range(12)), st.lists(st.integers(0, 9), min_size=12, max_size=12))
def test_pieces_put_in_any_order_are_joined_in_that_of_their_rows(order: list[int], sizes: list[int]) -> None:
    pieces = Pieces(12)
    for row in order:
        room = pieces.lend(sizes[row])
        room[: sizes[row]] = row
        pieces.put(row, row + 1, room, sizes[row])

    assert pieces.joined().tolist() == [row for row in range(12) for _ in range(sizes[row])]


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_joined_is_an_empty_array(rows: int) -> None:
    pieces = Pieces(rows)
    for row in range(rows):
        pieces.put(row, row + 1, pieces.lend(0), 0)

    assert pieces.joined().dtype == np.uint64
    assert len(pieces.joined()) == 0


def test_room_put_is_lent_again() -> None:
    pieces = Pieces(2)
    room = pieces.lend(100)
    pieces.put(0, 1, room, 50)

    assert pieces.lend(80) is room
