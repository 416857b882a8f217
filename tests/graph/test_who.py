import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.errors import UsageError
from lineage.graph.shares import wilson
from lineage.graph.who import WhoAnswer, who_wrote
from lineage.store.database import reading
from lineage.store.facts import Share
from lineage.store.workspace import Workspace, find_workspace
from tests.graph.world import World


@pytest.fixture
def world(workspace: Workspace) -> World:
    return World(workspace)


@pytest.fixture
def local_world(local_workspace: Workspace) -> World:
    return World(local_workspace)


def ask(world: World, name: str) -> WhoAnswer:
    with reading(world.workspace) as session:
        return who_wrote(session, world.workspace, name)


def middles(answer: WhoAnswer, role: str = "response") -> dict[str | None, float | None]:
    return {one.model: one.share.mid for one in answer.shares if one.role == role}


def test_rows_that_name_their_author_are_counted(world: World) -> None:
    world.dataset("d", 10, {row: "m" if row < 6 else "k" for row in range(9)})
    answer = ask(world, "d")
    assert middles(answer) == {"m": 0.6, "k": 0.3, None: pytest.approx(0.1)}
    by_m = answer.shares[0]
    assert (by_m.share, by_m.rows, by_m.of, by_m.basis) == (wilson(6, 10), 6, 10, "row_column")
    assert not answer.complete
    assert answer.reason == "10% of responses have no known author; 100% of prompts have no known author"


def test_shared_text_takes_the_author_of_its_own_row_not_the_average(world: World) -> None:
    world.dataset("source", 10, {row: "m" if row < 5 else "k" for row in range(10)})
    world.dataset("d", 4)
    world.shares("d", "source", [(0, 1), (1, 2), (2, 3)])
    answer = ask(world, "d")
    assert middles(answer) == {"m": 0.75, None: pytest.approx(0.25)}
    assert answer.shares[0].basis == "overlap"


def test_authors_are_found_whichever_way_the_text_was_copied(local_world: World) -> None:
    local_world.dataset("d", 4)
    local_world.dataset("later", 4, dict.fromkeys(range(4), "m"))
    local_world.shares("later", "d", [(0, 3), (1, 2)])
    assert middles(ask(local_world, "d"))["m"] == 0.5


def test_authors_are_followed_over_datasets_that_name_none(local_world: World) -> None:
    local_world.dataset("named", 3, {0: "m", 1: "k"})
    local_world.dataset("between", 3)
    local_world.dataset("d", 4)
    local_world.shares("between", "named", [(0, 0), (1, 1), (2, 2)])
    local_world.shares("d", "between", [(0, 0), (1, 1), (2, 2)])
    local_world.shares("d", "named", [])
    assert middles(ask(local_world, "d")) == {"m": 0.25, "k": 0.25, None: pytest.approx(0.5)}


def test_a_circle_of_copies_counts_every_row_once(local_world: World) -> None:
    for name in "abc":
        local_world.dataset(name, 2)
    local_world.dataset("named", 2, {0: "m"})
    for one, other in ("ab", "bc", "ca"):
        local_world.shares(one, other, [(0, 0), (1, 1)])
    local_world.shares("b", "named", [(0, 0)])
    local_world.shares("c", "named", [(0, 0)])
    answer = ask(local_world, "a")
    assert middles(answer) == {"m": 0.5, None: pytest.approx(0.5)}
    assert answer.shares[0].rows == 1


def test_a_row_with_two_possible_authors_widens_the_bounds_and_counts_half_for_each(local_world: World) -> None:
    local_world.dataset("one", 1, {0: "m"})
    local_world.dataset("two", 1, {0: "k"})
    local_world.dataset("d", 2)
    local_world.shares("d", "one", [(0, 0)])
    local_world.shares("d", "two", [(0, 0)])
    answer = ask(local_world, "d")
    assert middles(answer) == {"m": 0.25, "k": 0.25, None: 0.5}
    assert answer.shares[0].share == Share(wilson(0, 2).low, 0.25, wilson(1, 2).high)


def test_a_row_that_names_its_author_is_believed_before_its_copies(local_world: World) -> None:
    local_world.dataset("other", 1, {0: "k"})
    local_world.dataset("d", 1, {0: "m"})
    local_world.shares("d", "other", [(0, 0)])
    assert middles(ask(local_world, "d")) == {"m": 1.0}


def test_prompts_and_responses_are_told_apart(local_world: World) -> None:
    local_world.dataset("named", 4, dict.fromkeys(range(4), "m"), role="prompt")
    local_world.dataset("d", 4)
    local_world.shares("d", "named", [(row, row) for row in range(4)], role="prompt")
    answer = ask(local_world, "d")
    assert middles(answer, "prompt") == {"m": 1.0}
    assert middles(answer, "response") == {None: 1.0}
    assert answer.reason == "100% of responses have no known author"


def test_a_claim_without_an_amount_is_shown_between_nothing_and_all(world: World) -> None:
    world.dataset("d", 4)
    world.says("d", "generated_by", "m", family="declared_card", role="response")
    answer = ask(world, "d")
    claimed, unknown = (one for one in answer.shares if one.role == "response")
    assert (claimed.model, claimed.share, claimed.basis) == ("m", Share(0.0, None, 1.0), "declared_card")
    assert unknown.share == Share(0.0, 1.0, 1.0)
    assert not answer.complete


def test_a_dataset_claimed_to_be_all_of_one_model_passes_that_on_with_its_rows(local_world: World) -> None:
    local_world.dataset("source", 4)
    local_world.says("source", "generated_by", "m", family="paper", role="response", share=Share(1, 1, 1))
    local_world.dataset("d", 2)
    local_world.shares("d", "source", [(0, 3)])
    assert middles(ask(local_world, "d")) == {"m": 0.5, None: 0.5}
    assert middles(ask(local_world, "source")) == {"m": 1.0}


def test_an_unlinked_dataset_is_unknown_in_both_roles(local_world: World) -> None:
    local_world.dataset("d", 3)
    answer = ask(local_world, "d")
    assert middles(answer) == middles(answer, "prompt") == {None: 1.0}


def test_a_model_is_no_dataset(local_world: World) -> None:
    local_world.dataset("d", 1, {0: "m"})
    with pytest.raises(UsageError, match="no dataset named 'm'"):
        ask(local_world, "m")


def test_the_contract_has_its_keys(local_world: World) -> None:
    local_world.dataset("d", 2, {0: "m"})
    document = ask(local_world, "d").to_dict()
    assert list(document) == ["schema", "dataset", "shares", "complete", "reason"]
    assert document["schema"] == "lineage.graph.who/1"
    assert {"model", "low", "mid", "high", "unit", "role", "basis"} <= set(document["shares"][0])


links = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8, unique=True)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(st.integers(0, 4), st.sampled_from("mk"), max_size=5),
    st.dictionaries(st.integers(0, 4), st.sampled_from("mk"), max_size=5),
    st.tuples(links, links, links),
)
def test_shares_of_a_role_always_sum_to_one(
    tmp_path_factory: pytest.TempPathFactory,
    one: dict[int, str],
    other: dict[int, str],
    linked: tuple[list[tuple[int, int]], ...],
) -> None:
    world = World(find_workspace(tmp_path_factory.mktemp("world"), {}))
    world.dataset("a", 5, one)
    world.dataset("b", 5, other)
    world.dataset("c", 5)
    for (x, y), rows in zip(("ab", "bc", "ca"), linked, strict=True):
        world.shares(x, y, rows)
    for name in "abc":
        answer = ask(world, name)
        assert np.isclose(sum(mid or 0 for mid in middles(answer).values()), 1.0)
        assert all(share.share.low <= (share.share.mid or 0) <= share.share.high for share in answer.shares)
