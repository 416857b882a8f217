"""Names of content never change: other people's cards and graphs hold them."""

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from lineage.records.identity import VersionDigest, sample_id
from lineage.records.sample import Message


@given(st.lists(st.builds(Message, st.sampled_from(["user", "assistant"]), st.text()), max_size=3))
def test_a_name_is_the_hash_of_the_canonical_json(messages: list[Message]) -> None:
    canonical = json.dumps([list(one) for one in messages], ensure_ascii=False, separators=(",", ":"))

    assert sample_id(messages) == hashlib.blake2b(canonical.encode("utf-8", "replace"), digest_size=16).digest()


@given(st.text(st.characters(categories=["Cs", "Ll", "Cc"])))
def test_lone_surrogates_are_named_as_question_marks(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()

    assert sample_id([Message("user", text)]) == sample_id([Message("user", clean)])


def test_golden_names() -> None:
    one = sample_id([Message("user", 'Größe "x"\n\x01\u2028'), Message("assistant", "\U0001f600")])
    version = VersionDigest()
    version.update([one, sample_id([])])

    assert one.hex() == "356a369694d2cbd3335e6cdca3dd992d"
    assert version.hexdigest() == "8509c44a9a3c39028d3bc19fcc191f4d"
