"""What shared words are worth: by hand, against plain Python, and on planted sentences and stock phrases."""

import math
import random
from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.fingerprint.minhash import sign
from lineage.link.background import Backgrounds, build_background, no_background
from lineage.link.corpus import Corpus
from lineage.link.evidence import Grounds
from lineage.link.link import link_pair
from lineage.link.measure import measure
from lineage.link.tally import MOST_COUNTED, count_up, counted, new_tally
from lineage.link.view import View
from lineage.link.weight import ROW_CAP, chance_bits, weigh
from lineage.link.words import words_of
from lineage.text.models import RESPONSE_MODEL
from tests.link.corpora import corpus, own_rows, sentence

STOCK = (
    "As an AI language model I do not have personal opinions or feelings",
    "I hope this helps and please let me know if you have any questions",
    "It is important to note that results may vary from case to case",
    "Once upon a time there was a little girl who lived in a village",
)


def view(texts: list[str]) -> View:
    column = pa.array(texts, pa.large_string())
    return View(sign(column, RESPONSE_MODEL), column, RESPONSE_MODEL)


def background(a: list[str], b: list[str]) -> Backgrounds:
    one, other = (build_background(view(texts).texts, view(texts).prints, 5) for texts in (a, b))
    return one, other, no_background(5)


def bits_of(a: str, b: str, corpora: tuple[list[str], list[str]]) -> float:
    return float(weigh(view([a]), view([b]), (np.array([0]), np.array([0])), background(*corpora))[0])


def plain_bits(a: str, b: str, corpora: tuple[list[str], list[str]]) -> float:
    """Follow the definition word by word, in Python."""
    every = [{tuple(text.split()) for text in texts} - {()} for texts in corpora]
    own = [tuple(text.split()) in texts for text, texts in zip((a, b), every, strict=True)]
    words = [Counter(word for text in texts for word in text) for texts in every]
    total = sum(count.total() + 0.5 * len(count) for count in words) + 1
    most = max(map(len, every))
    holders: dict[tuple[str, ...], float] = {}
    for texts, there in zip(every, own, strict=True):
        count = Counter(one for text in texts for one in {tuple(text[i : i + 5]) for i in range(len(text) - 4)})
        for one, n in count.items():
            holders[one] = max(holders.get(one, 0.0), (n - there) * most / len(texts))

    def surprise(word: str) -> float:
        found = sum(max(count[word] - there, 0) for count, there in zip(words, own, strict=True))
        return max(-math.log2((found + 0.5) / total), 0)

    def one_way(own: list[str], other: list[str]) -> float:
        phrases = [tuple(own[i : i + 5]) for i in range(max(len(own) - 4, min(len(own), 1)))]
        theirs = {tuple(other[i : i + 5]) for i in range(max(len(other) - 4, min(len(other), 1)))}
        bits, covered, before, seen = 0.0, 0, 0.0, set()
        for at, one in enumerate(phrases):
            if one not in theirs or one in seen:
                before = 0.0
                seen.add(one)
                continue
            seen.add(one)
            new = sum(surprise(word) for word in own[max(covered, at) : at + len(one)])
            known = holders.get(one, 0.0)
            if known == 0:
                bits, before = bits + new, 0.0
            else:
                step = math.log2(before / known) if before else math.log2(most / known)
                bits, before = bits + min(new, max(step, 0.0)), known
            covered = at + len(one)
        return bits

    return min(one_way(a.split(), b.split()), one_way(b.split(), a.split()), ROW_CAP)


texts = st.lists(st.sampled_from(["ab", "cd", "ef", "gh"]), max_size=14).map(" ".join)


@settings(deadline=None, max_examples=60)
@given(a=texts, b=texts, corpora=st.tuples(st.lists(texts, min_size=1, max_size=8), st.lists(texts, min_size=1)))
def test_bits_are_what_the_definition_gives(a: str, b: str, corpora: tuple[list[str], list[str]]) -> None:
    one, other = corpora
    for there in (corpora, ([*one, a], other), ([*one, a], [b, *other])):
        assert bits_of(a, b, there) == pytest.approx(plain_bits(a, b, there), abs=1e-9)


def test_a_word_is_worth_its_surprisal() -> None:
    others = ["common " * n for n in range(10, 15)]
    # "rare" stands in no other text: half a count of 2 x 61 words and half of 2 x 2 kinds, and one.
    corpora = [*others, "rare"], [*others, "rare"]
    assert bits_of("rare", "rare", corpora) == pytest.approx(-math.log2(0.5 / (122 + 2 + 1)))


def test_a_phrase_is_worth_no_more_than_the_share_of_texts_that_hold_it() -> None:
    rng = random.Random(1)
    texts = [f"{STOCK[0]} {sentence(rng, 10)}" if n % 4 == 0 else sentence(rng, 30) for n in range(400)]
    assert bits_of(f"{STOCK[0]} one", f"{STOCK[0]} two", (texts, texts)) == pytest.approx(2, abs=0.1)


def test_a_text_that_each_corpus_has_once_is_no_boilerplate() -> None:
    rng = random.Random(2)
    shared = sentence(rng, 20)
    one, other = ([shared, *(sentence(rng, 20) for _ in range(100))] for _ in range(2))
    assert bits_of(shared, shared, (one, other)) > 80


def test_what_a_sample_of_a_large_corpus_has_seen_of_a_copy_is_not_held_against_it() -> None:
    rng = random.Random(7)
    own = [sentence(rng, 30) for _ in range(6000)]
    one, other = view(own), view(own[::-1])
    grounds = tuple(build_background(side.texts, side.prints, 5) for side in (one, other))
    assert all(ground.texts == 4096 for ground in grounds)
    rows = np.arange(6000)
    assert weigh(one, other, (rows, rows[::-1]), (*grounds, no_background(5))).min() > 150


def test_stock_phrases_are_known_from_a_sample_of_a_large_corpus() -> None:
    rng = random.Random(8)
    texts = [f"{STOCK[n % 4]} {sentence(rng, 10)}" if n < 160 else sentence(rng, 24) for n in range(20_000)]
    rng.shuffle(texts)
    side = view(texts)
    ground = build_background(side.texts, side.prints, 5)
    stock = [next(n for n, text in enumerate(texts) if text.startswith(one)) for one in STOCK]
    bare = view(list(STOCK))
    bits = weigh(bare, side, (np.arange(4), np.array(stock)), (ground, ground, no_background(5)))
    assert bits.max() < chance_bits(20_000, 20_000)


def test_of_long_texts_fewer_are_read() -> None:
    rng = random.Random(9)
    side = view([sentence(rng, 1000) for _ in range(1200)])
    assert build_background(side.texts, side.prints, 5).texts == 1024


def test_a_tally_counts_phrases_up_to_its_limit() -> None:
    hashes = np.random.default_rng(1).integers(0, 2**63, 300, np.uint64) * np.uint64(2)
    tally = new_tally(300)
    for place, one in enumerate(hashes):
        for _ in range(place % 7):
            count_up(tally, one)
    for _ in range(MOST_COUNTED + 10):
        count_up(tally, np.uint64(12345 << 20))
    assert [counted(tally, one) for one in hashes] == [place % 7 for place in range(300)]
    assert counted(tally, np.uint64(12345 << 20)) == MOST_COUNTED


def test_a_row_is_worth_no_more_than_the_cap() -> None:
    long = " ".join(f"word{n}" for n in range(1000))
    assert bits_of(long, long, ([long], [long])) == ROW_CAP


def test_nothing_is_weighed_without_texts() -> None:
    bare = View(view(["a b c"]).prints, None, RESPONSE_MODEL)
    assert np.isnan(
        weigh(bare, view(["a b c"]), (np.array([0]), np.array([0])), background(["a b c"], ["a b c"]))
    ).all()


def test_words_are_those_of_each_text() -> None:
    words = words_of(pa.array(["one two", None, "Two", ""], pa.large_string()))
    assert np.diff(words.starts).tolist() == [2, 0, 1, 0]
    assert words.hashes[1] == words.hashes[2]


def planted(seed: int) -> tuple[Corpus, Corpus, dict[int, str]]:
    """Make two corpora that share rare sentences in rows 0 to 39 and stock phrases in rows 40 to 79."""
    rng = random.Random(seed)
    rare = [sentence(rng, 14) for _ in range(40)]
    rows = []
    for _ in range(2):
        own = own_rows(rng, 1000)
        for n in range(1000):
            stock = STOCK[n % 4]
            core = rare[n] if n < 40 else stock if n < 280 else ""
            # Stock phrases stand in short texts, rare sentences in long ones, as on the web.
            around = 60 if n < 40 else 2
            if core:
                own[n] = (own[n][0], f"{sentence(rng, around)} {core} {sentence(rng, around)}")
        rows.append(own)
    kinds = {n: "rare" if n < 40 else "stock" for n in range(80)}
    return corpus("a", rows[0]), corpus("b", rows[1]), kinds


def test_every_planted_sentence_weighs_more_than_any_stock_phrase_and_jaccard_says_the_opposite() -> None:
    a, b, kinds = planted(3)
    rows = np.array(list(kinds))
    views = a.view("response"), b.view("response")
    bits = weigh(*views, (rows, rows), Grounds().of((a, b), 1))
    rare = np.array([kinds[n] == "rare" for n in rows])
    assert bits[rare].min() > bits[~rare].max()
    assert bits[rare].min() > chance_bits(len(a), len(b)) > bits[~rare].max()
    jaccard = measure(*views, (rows, rows)).jaccard
    assert jaccard[rare].max() < jaccard[~rare].min()


def test_boilerplate_alone_makes_no_relation() -> None:
    rng = random.Random(4)
    a, b = (
        corpus(name, [(p, STOCK[n % 4] if n < 200 else r) for n, (p, r) in enumerate(own_rows(rng, 1000))])
        for name in "ab"
    )
    pair = link_pair(a, b)
    assert pair.relation == "unrelated"
    assert (pair.firm_a, pair.firm_b) == (0, 0)


def test_every_linked_row_says_what_it_is_worth() -> None:
    rows = own_rows(random.Random(5), 200)
    pair = link_pair(corpus("a", rows[:50]), corpus("b", rows))
    first = next(pair.links())
    assert all(evidence.bits > pair.chance for evidence in first.evidence)
    cards = link_pair(corpus("a", rows[:50], texts=False), corpus("b", rows, texts=False))
    assert all(math.isnan(evidence.bits) for evidence in next(cards.links()).evidence)


def test_two_corpora_of_one_name_have_backgrounds_of_their_own() -> None:
    rng = random.Random(6)
    a, b = corpus("same", own_rows(rng, 40)), corpus("same", own_rows(rng, 60))
    assert [ground.texts for ground in Grounds().of((a, b), 1)] == [40, 60, 0]
