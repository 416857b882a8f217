"""Each kernel of the fast path equals its plain twin."""

import hashlib
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.records.columns.arrays import is_utf8, padded
from lineage.records.columns.blake import BLOCK_BYTES, hash_texts
from lineage.records.columns.cells import CONTINUED, SPOKEN
from lineage.records.columns.escapes import unescape
from lineage.records.columns.samples import Said, sample_columns
from lineage.records.columns.speech import Speech
from lineage.records.columns.tape import new_rows, new_tape, tape_lines
from lineage.records.columns.tokens import BROKEN, ESCAPED, QUOTED, TEXT
from lineage.records.identity import sample_id
from lineage.records.sample import Message, Sample

clean = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
marked = st.text(st.sampled_from('"\\\n\r\t\b\f\x00\x1f\x7fé€😀ab'), max_size=200)
# The leads and bounds that the standard's table names.
near_wrong = st.lists(
    st.one_of(
        st.sampled_from(
            [0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF]
        ),
        st.integers(0, 255),
    ),
    max_size=5,
).map(bytes)


@given(st.lists(st.binary(min_size=1, max_size=600), min_size=1, max_size=40))
def test_names_are_blake2b(texts: list[bytes]) -> None:
    blocks = [text + bytes(-len(text) % BLOCK_BYTES) for text in texts]
    starts = np.cumsum([0, *map(len, blocks)], dtype=np.int64)
    digests = np.empty((len(texts), 2), np.uint64)

    lengths = np.array([*map(len, texts)], np.int64)
    hash_texts(padded(blocks, int(starts[-1])), starts[:-1], lengths, len(texts), digests)

    assert digests.tobytes() == b"".join(hashlib.blake2b(text, digest_size=16).digest() for text in texts)


@given(st.integers(0, 130), clean, near_wrong, clean)
def test_utf8_is_told_from_other_bytes_wherever_they_lie(shift: int, before: str, middle: bytes, after: str) -> None:
    text = b"x" * shift + before.encode() + middle + after.encode()
    try:
        text.decode()
    except UnicodeDecodeError:
        expected = False
    else:
        expected = True

    assert is_utf8(padded([text, "é".encode()], len(text) + 2), 0, len(text)) == expected


@given(st.lists(st.one_of(clean, marked), min_size=1), st.booleans())
def test_escapes_are_written_out_in_place(texts: list[str], ascii_only: bool) -> None:
    escaped = [json.dumps(text, ensure_ascii=ascii_only)[1:-1].encode() for text in texts]
    quoted = [text.replace('"', '""').encode() for text in texts]
    places = np.cumsum([0, *map(len, escaped + quoted)], dtype=np.int64)
    data, kind, end = (
        padded(escaped + quoted, int(places[-1])),
        np.full(2 * len(texts), ESCAPED, np.uint8),
        places[1:].copy(),
    )
    kind[len(texts) :] = QUOTED

    unescape(data, kind, places[:-1], end)

    assert (kind == TEXT).all()
    assert [bytes(data[lo:hi]).decode() for lo, hi in zip(places[:-1], end, strict=True)] == texts * 2


@pytest.mark.parametrize("text", [rb"a\ud800", rb"\udc00b", rb"\ud800\ud800", rb"\ud800x\udc00", rb"\ud800\n"])
def test_a_lone_surrogate_is_left_to_others(text: bytes) -> None:
    kind = np.array([ESCAPED], np.uint8)

    unescape(padded([text], len(text)), kind, np.array([0]), np.array([len(text)]))

    assert kind[0] == BROKEN


@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(SPOKEN), st.lists(st.one_of(clean, marked), min_size=1, max_size=3)), min_size=1
        ),
        min_size=1,
    )
)
def test_samples_have_the_views_and_names_of_their_messages(dialogues: list[list[tuple[str, list[str]]]]) -> None:
    said = [(who, number, text) for turns in dialogues for who, texts in turns for number, text in enumerate(texts)]
    encoded = [text.encode() for _, _, text in said]
    places = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    codes = np.array([SPOKEN.index(who) + (CONTINUED if number else 0) for who, number, _ in said], np.uint8)
    first = np.cumsum([0, *(sum(len(texts) for _, texts in turns) for turns in dialogues)], dtype=np.int64)
    speech = Speech(codes, places[:-1], places[1:], first)

    names, prompts, responses = sample_columns(Said(padded(encoded, int(places[-1])), speech, first[:-1], first[1:]))

    samples = [Sample(tuple(Message(who, "\n\n".join(texts)) for who, texts in turns)) for turns in dialogues]
    assert names.to_pylist() == [sample_id(sample.messages) for sample in samples]
    assert prompts.to_pylist() == [sample.prompt for sample in samples]
    assert responses.to_pylist() == [sample.response for sample in samples]


values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), clean, marked),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(clean, inner, max_size=3)),
    max_leaves=10,
)


@given(st.dictionaries(clean, values), st.integers(0, 200), st.binary(max_size=2))
def test_a_row_is_on_the_tape_only_when_it_is_json(row: dict[str, object], where: int, put: bytes) -> None:
    text = json.dumps(row).encode()
    text = text[:where] + put.replace(b"\n", b"") + text[where + 1 :]
    rows, tape = new_rows(4), new_tape(1000)

    n, _, _ = tape_lines(padded([text], len(text)), 0, 1, rows, tape)

    if n and not rows.odd[0] and is_utf8(padded([text], len(text)), 0, len(text)):
        assert isinstance(json.loads(text), dict)
