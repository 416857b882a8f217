"""Two cards without texts come to the relation that the texts come to, and say what they cannot know."""

import dataclasses
import random

import pytest

from lineage.fingerprint.salt import make_salt
from lineage.link.corpus import Corpus
from lineage.link.link import link_pair
from lineage.link.result import DatasetPair
from lineage.link.unknown import UNKNOWN_WITHOUT_TEXT
from tests.link.corpora import Row, corpus, edited, own_rows, sentence

SALT = make_salt(b"a secret of a test, 0123456789")


def both_ways(a: list[Row], b: list[Row]) -> tuple[DatasetPair, DatasetPair, DatasetPair]:
    """Link with texts, from cards, and from salted cards."""
    pairs = [
        link_pair(corpus("a", a, texts=texts, salt=salt), corpus("b", b, texts=texts, salt=salt))
        for texts, salt in ((True, None), (False, None), (False, SALT))
    ]
    return pairs[0], pairs[1], pairs[2]


def subset(rng: random.Random, rows: list[Row]) -> list[Row]:
    return rng.sample(rows, 60)


def version(rng: random.Random, rows: list[Row]) -> list[Row]:
    return [(prompt, edited(rng, str(response), 0.01)) for prompt, response in rows]


def reanswered(rng: random.Random, rows: list[Row]) -> list[Row]:
    return [(prompt, sentence(rng, 60)) for prompt, _ in rows]


def revised(rng: random.Random, rows: list[Row]) -> list[Row]:
    return [(prompt, f"{response} {sentence(rng, 60)}") for prompt, response in rows]


def grown(rng: random.Random, rows: list[Row]) -> list[Row]:
    return [(f"{sentence(rng, 12)} {prompt} {sentence(rng, 12)}", sentence(rng, 60)) for prompt, _ in rows]


def unrelated(rng: random.Random, rows: list[Row]) -> list[Row]:
    return own_rows(rng, len(rows))


@pytest.mark.parametrize("derive", [subset, version, reanswered, revised, grown, unrelated])
def test_cards_tell_the_relation_that_texts_tell(derive: object) -> None:
    rng = random.Random(5)
    parent = own_rows(rng, 200)
    child = derive(rng, parent)  # type: ignore[operator]

    texts, cards, salted = both_ways(child, parent)

    for pair in (cards, salted):
        assert (pair.relation, pair.direction) == (texts.relation, texts.direction)
        assert pair.rows_linked_a == pytest.approx(texts.rows_linked_a, abs=0.08 * len(child))


def test_rows_made_from_one_template_are_no_copies_without_their_texts_either() -> None:
    rng = random.Random(6)

    frame = sentence(rng, 24)

    def templated() -> list[Row]:
        return [(f"{frame} {sentence(rng, 4)}", rng.choice(["good", "bad"])) for _ in range(300)]

    texts, cards, _ = both_ways(templated(), templated())

    assert texts.relation == cards.relation == "unrelated"


def test_rewritten_answers_are_told_from_independent_ones_by_the_order_of_what_they_share() -> None:
    rng = random.Random(9)
    answers = [[sentence(rng, 16) for _ in range(10)] for _ in range(120)]
    parent: list[Row] = [(sentence(rng, 16), " ".join(sentences)) for sentences in answers]

    def rewritten(*, shuffle: bool) -> list[Row]:
        rows: list[Row] = []
        for (prompt, _), sentences in zip(parent, answers, strict=True):
            new = [one if place in {1, 4, 8} else sentence(rng, 16) for place, one in enumerate(sentences)]
            rows.append((prompt, " ".join(rng.sample(new, len(new)) if shuffle else new)))
        return rows

    for shuffle, expected in ((False, "revised"), (True, "reanswered")):
        _, cards, salted = both_ways(rewritten(shuffle=shuffle), parent)
        assert cards.relation == salted.relation == expected


def test_what_cannot_be_known_without_text_is_said() -> None:
    rng = random.Random(7)
    rows = own_rows(rng, 30)

    texts, cards, _ = both_ways(rows, rows)

    assert texts.to_dict()["unknown_without_text"] == []
    assert cards.to_dict()["unknown_without_text"] == list(UNKNOWN_WITHOUT_TEXT)
    assert "translations cannot be seen" in cards.why
    assert "cannot be seen" not in texts.why


def test_a_card_is_compared_with_texts_of_the_same_salt() -> None:
    rng = random.Random(8)
    rows = own_rows(rng, 50)
    mine: Corpus = corpus("mine", rows, salt=SALT)
    theirs = dataclasses.replace(corpus("theirs", rows[:30], salt=SALT), prompts=None, responses=None)

    pair = link_pair(theirs, mine)

    assert (pair.relation, pair.rows_linked_a) == ("subset", 30)
