import unicodedata

import pytest
from hypothesis import given, settings

from lineage.text.normal import normal_form
from tests.text.alphabets import texts
from tests.text.twin import words_of


@settings(max_examples=400)
@given(texts)
def test_words_are_those_of_the_plain_definition(text: str) -> None:
    assert normal_form(text).split(" ") == (words_of(text) or [""])


@settings(max_examples=200)
@given(texts)
def test_a_normal_form_is_its_own_normal_form(text: str) -> None:
    once = normal_form(text)

    assert normal_form(once) == once


@settings(max_examples=200)
@given(texts)
def test_composed_and_decomposed_text_have_the_same_words(text: str) -> None:
    assert normal_form(unicodedata.normalize("NFD", text)) == normal_form(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("snake_case isn’t one word", "snake case isn t one word"),
        ("Straße STRASSE", "strasse strasse"),
        ("co\u00adop\ufeff er\u200date", "coop erate"),
        ("東京2024年", "東 京 2024 年"),
        ("コーヒー", "コ ー ヒ ー"),
        ("ｶﾞ", "ガ"),
        ("한국어 텍스트", "한국어 텍스트"),
        ("กำ", "ก\u0e4d า"),
        ("e\u0301", "é"),
        ("1️⃣ 👍🏽", "1"),
        ("…—!\u3000", ""),
    ],
)
def test_words_of_real_writing(text: str, words: str) -> None:
    assert normal_form(text) == words
