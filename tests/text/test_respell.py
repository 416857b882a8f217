"""The compiled path gives the words of the definition, `normal_form`, for every character and every mixture."""

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.text import buffers
from lineage.text.buffers import open_texts
from lineage.text.models import PROMPT_MODEL
from lineage.text.normal import normal_form
from lineage.text.shingles import shingle_sets
from lineage.text.spelling import PAGE, PAGES, composing_pairs, speller
from tests.text.alphabets import marked, texts

SURROGATES = range(0xD800, 0xE000)


def large(values: list[str | None]) -> pa.LargeStringArray:
    return pa.array(values, pa.large_string())


def from_bytes(values: list[bytes], *, after: bytes = b"") -> pa.LargeStringArray:
    offsets = np.cumsum([0, *map(len, values)], dtype=np.int64)
    return pa.LargeStringArray.from_buffers(len(values), pa.py_buffer(offsets), pa.py_buffer(b"".join(values) + after))


def words_in(array: pa.LargeStringArray) -> list[list[str]]:
    """Cut opened texts as the kernels do: at ASCII characters that are no letters or digits."""
    data, spelled, starts, ends = open_texts(array)
    both = data.tobytes() + spelled.tobytes()
    return [
        re.findall(r"[0-9a-z\u0080-\U0010ffff]+", re.sub("[A-Z]", lambda letter: letter[0].lower(), text))
        for text in (both[lo:hi].decode() for lo, hi in zip(starts, ends, strict=True))
    ]


@settings(max_examples=500)
@given(st.lists(st.none() | texts | marked, max_size=6))
def test_rewritten_texts_have_the_words_of_the_definition(values: list[str | None]) -> None:
    assert words_in(large(values)) == [normal_form(value or "").split() for value in values]


@pytest.mark.parametrize("around", ["{0}", "a{0}b {0}", "東{0}京", "क{0}क{0}"])
def test_every_character_becomes_what_the_definition_says(around: str) -> None:
    codes = [code for code in range(0x32000) if code not in SURROGATES]
    for lo in range(0, len(codes), 4096):
        values = [around.format(chr(code)) for code in codes[lo : lo + 4096]]
        assert words_in(large(values)) == [normal_form(value).split() for value in values]


def test_every_mark_after_what_it_may_compose_with_has_the_words_of_the_definition() -> None:
    pairs = sorted(composing_pairs())
    marks = sorted({mark for _, mark in pairs})
    bases = [*sorted({starter for starter, _ in pairs})[::7], *map(ord, " A=東가\u0958\u037a")]
    for base in bases:
        values = [f"x{chr(base)}{chr(mark)}y" for mark in marks]
        values += [f"{chr(base)}\u0323{chr(mark)}" for mark in marks]
        assert words_in(large(values)) == [normal_form(value).split() for value in values]


def test_no_two_characters_compose_in_a_plane_that_the_tables_do_not_look_at() -> None:
    beyond = [code for code in range(0x20000, 0x110000) if len(unicodedata.decomposition(chr(code)).split()) == 2]

    assert all(unicodedata.decomposition(chr(code)).startswith("<") for code in beyond)


def test_texts_in_ascii_stay_where_they_are_beside_others() -> None:
    array = large(["plain", "naïve", "text", "re\u0301sume\u0301", "more"])

    data, _, starts, ends = open_texts(array)

    assert data.ctypes.data == array.buffers()[2].address
    assert [bytes(data[lo:hi]) for lo, hi in zip(starts, ends, strict=True) if lo < data.size] == [
        b"plain",
        b"text",
        b"more",
    ]


@pytest.mark.parametrize("value", ["“quoted” — naïve", "हिन्दी पढ़ाई", "ทำน้ำ", "한국어", "1️⃣ ❤️", "Việt Nam", "東京タワー"])
def test_real_writing_needs_no_python(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffers, "normal_form", None)
    monkeypatch.setattr(buffers, "_composed", None)

    assert words_in(large([value])) == [normal_form(value).split()]


def test_decomposed_writing_needs_only_composing(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [unicodedata.normalize("NFD", value) for value in ("Việt Nam", "한국어", "résumé")]
    monkeypatch.setattr(buffers, "normal_form", None)

    assert words_in(large(values)) == [normal_form(value).split() for value in values]


def test_a_text_that_grows_eleven_times_has_room() -> None:
    values = ["\ufdfa" * count for count in (1, 20, 21, 22, 1000)] + ["a", "\u3316" * 500]

    assert words_in(large(values)) == [normal_form(value).split() for value in values]


@settings(max_examples=500)
@given(st.lists(st.binary(max_size=12) | texts.map(str.encode), min_size=1, max_size=5), st.data())
def test_bytes_that_are_not_utf8_separate_words(values: list[bytes], data: st.DataObject) -> None:
    # A text is also cut anywhere, so that characters end in the middle and the next text starts with the rest.
    joined = b"".join(values)
    cut = data.draw(st.integers(0, len(joined)))
    pieces = [joined[:cut], joined[cut:]]

    expected = [normal_form(piece.decode(errors="replace")).split() for piece in pieces]

    assert words_in(from_bytes(pieces)) == expected
    assert words_in(from_bytes(pieces, after="é東😀".encode() * 30)) == expected


@pytest.mark.parametrize("size", [1, 2, 3, 62, 63, 64, 65, 66, 127, 128, 129])
def test_a_text_ends_where_it_ends_though_the_character_goes_on(size: int) -> None:
    whole = ("x" * (size - 1)).encode() + "東京".encode()

    assert words_in(from_bytes([whole[:size], whole[size:]]))[0] == (["x" * (size - 1)] if size > 1 else [])


def test_rewriting_does_not_depend_on_what_tables_there_were() -> None:
    values = ["“é” 東 한 ಕ 𝐀 😀"] * 3
    expected = shingle_sets(large(values), PROMPT_MODEL).hashes.tolist()
    speller.cache_clear()

    assert shingle_sets(large(values), PROMPT_MODEL).hashes.tolist() == expected
    assert np.count_nonzero(speller().tables.pages) < 12
    assert PAGE * PAGES == 0x110000
