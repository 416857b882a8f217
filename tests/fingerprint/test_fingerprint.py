import numpy as np
import pytest

from lineage.errors import UsageError
from lineage.fingerprint.card import CardParams
from lineage.fingerprint.fingerprint import fingerprint
from lineage.fingerprint.minhash import sign
from lineage.records.identity import VersionDigest
from lineage.text.models import PROMPT_MODEL, RESPONSE_MODEL
from tests.fingerprint.cards import same_card
from tests.fingerprint.samples import batch, pairs


def test_a_card_holds_the_signatures_of_prompts_and_responses() -> None:
    samples = batch(pairs(300))

    card = fingerprint([samples], name="things")

    assert np.array_equal(card.prompt.minima, sign(samples.column("prompt"), PROMPT_MODEL).minima)
    assert np.array_equal(card.response.keys, sign(samples.column("response"), RESPONSE_MODEL).keys)
    assert card.row.tolist() == list(range(300))
    assert [bytes(one) for one in card.sample_id] == samples.column("sample_id").to_pylist()


def test_the_cut_into_batches_and_the_threads_do_not_show() -> None:
    rows = pairs(500)

    whole = fingerprint([batch(rows)], name="d", threads=1)
    parts = fingerprint((batch(rows[i : i + 37], first_row=i) for i in range(0, 500, 37)), name="d", threads=4)
    sliced = fingerprint([batch(rows).slice(0, 123), batch(rows).slice(123)], name="d")

    assert same_card(whole, parts)
    assert same_card(whole, sliced)


def test_the_digest_is_that_of_the_sample_ids_in_order() -> None:
    samples = batch(pairs(10))
    digest = VersionDigest()
    digest.update(samples.column("sample_id").to_pylist())

    assert fingerprint([samples], name="d").meta.digest == digest.hexdigest()


def test_progress_counts_samples() -> None:
    seen: list[int] = []

    fingerprint([batch(pairs(5)), batch(pairs(3))], name="d", progress=seen.append)

    assert seen == [5, 8]


def test_a_dataset_without_rows_has_an_empty_card() -> None:
    card = fingerprint([], name="nothing", params=CardParams(num_perm=8))

    assert (card.meta.rows, card.prompt.minima.shape, card.sample_id.shape) == (0, (0, 8), (0, 16))


@pytest.mark.parametrize(
    "params", [CardParams(scheme="legacy"), CardParams(prompt_model="w7/1"), CardParams(num_perm=0)]
)
def test_unknown_parameters_are_refused_before_reading(params: CardParams) -> None:
    with pytest.raises(UsageError):
        fingerprint(iter([None]), name="d", params=params)  # type: ignore[list-item]
