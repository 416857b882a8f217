"""Rows by index: the same whatever runs beside them, in whatever order texts end."""

import itertools
from collections.abc import Iterator

import pytest

from lineage.generate.run.loop import Loop, Work
from lineage.generate.run.texts import Outcome
from tests.generate.run.fakes import HashBackend, PlainChecks, desk_of, plan_of, starter


def written(slots: int, indices: Iterator[int], *, kinds: int = 1 << 30, turns: int = 1) -> dict[int, Outcome]:
    checks = PlainChecks()
    desk, backend = desk_of(checks), HashBackend(slots, kinds=kinds)
    work = Work(
        starter(plan_of(turns=turns), desk), {"asker": backend, "answerer": backend},
        unique=checks, feed=lambda: next(indices, None), slots=slots,
    )  # fmt: skip
    return {one.index: one for one in Loop(work).run()}


@pytest.mark.parametrize("turns", [1, 3])
def test_rows_are_the_same_whatever_the_batch_size(turns: int) -> None:
    one = written(1, iter(range(60)), kinds=40, turns=turns)

    assert sorted(one) == list(range(60))
    for slots in (2, 7, 32, 200):
        assert written(slots, iter(range(60)), kinds=40, turns=turns) == one


def test_an_instruction_of_a_lower_row_drops_the_higher_one_whichever_ends_first() -> None:
    rows = written(8, iter(range(200)), kinds=20)
    proposed = [(index, rows[index].candidate) for index in sorted(rows) if rows[index].candidate]

    seen: set[str] = set()
    for index, text in proposed:
        assert (rows[index].line["reason"] == "duplicate") == (text in seen)
        if text in seen:
            assert {one["stage"] for one in rows[index].line["texts"]} == {"instruction"}
        seen.add(str(text))
    assert len(seen) < len(proposed)


def test_a_part_of_the_indices_gives_the_rows_of_the_whole() -> None:
    whole, part = written(4, iter(range(40))), written(4, iter(range(17, 29)))

    assert part == {index: whole[index] for index in range(17, 29)}


def test_texts_that_fail_are_written_again_and_kept_with_their_reason() -> None:
    rows = written(4, iter(range(100)))
    tries = [[one for one in row.line["texts"] if one["stage"] == "instruction"] for row in rows.values()]

    assert any(len(one) > 1 for one in tries)
    for one in tries:
        assert all(text["reason"] == "unterminated" for text in one[:-1])
        assert len({text["seed"] for text in one}) == len(one)
    assert {row.line["reason"] for row in rows.values()} <= {None, "truncated", "exhausted"}


def test_a_conversation_has_turns_with_seeds_of_their_own() -> None:
    rows = [one.row for one in written(4, iter(range(30)), turns=3).values() if one.row]

    assert {len(row["messages"]) for row in rows} >= {6}
    for row in rows:
        turns = [row["lineage"], *row["lineage"].get("later_turns", [])]
        seeds = [turn[stage]["seed"] for turn in turns for stage in ("instruction", "response")]
        assert len(set(seeds)) == len(seeds) == len(row["messages"])


def test_one_long_text_does_not_hold_up_the_others() -> None:
    backend = HashBackend(4)
    work = Work(
        starter(plan_of(), desk_of()), {"asker": backend, "answerer": backend},
        unique=PlainChecks(), feed=itertools.count().__next__, slots=4,
    )  # fmt: skip
    loop = Loop(work)
    assert len(list(itertools.islice(loop.run(), 5))) == 5
    loop.close()
