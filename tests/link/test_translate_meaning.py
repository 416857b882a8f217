"""Matched rows are confirmed by meaning, where an encoder is at hand."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from lineage.errors import UsageError
from lineage.link.aligned.common import Floats
from lineage.link.aligned.meaning import FolderEmbedder, confirm
from lineage.link.translate import find_translation
from tests.link.cipher import Language, source_rows, translated
from tests.link.corpora import corpus

SOURCE = source_rows(random.Random(1), 300)
LANGUAGE = Language(1, "абвгдежзик", meanings=1)


class Bilingual:
    """Knows both languages, word by word."""

    def encode(self, texts: Sequence[str]) -> Floats:
        known = {spoken[0]: word for word, spoken in LANGUAGE.words.items()}
        vectors = np.zeros((len(texts), 512))
        for place, text in enumerate(texts):
            for word in text.replace("?", " ").replace(".", " ").split():
                vectors[place, sum(known.get(word, word).encode()) * 31 % 512] += 1
        return vectors


def test_matched_rows_are_nearer_in_meaning_than_shifted_ones() -> None:
    a = corpus("a", translated(SOURCE, LANGUAGE, random.Random(2), range(300)))
    b = corpus("b", SOURCE)
    found = find_translation(a, b)
    assert found is not None
    confirmed = confirm(found, a, b, Bilingual())
    assert confirmed.nearer.low > 0.9
    assert confirmed.matched > confirmed.shifted + 0.1


def test_a_folder_without_a_model_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"config\.json"):
        FolderEmbedder(tmp_path)


@pytest.mark.slow
def test_an_encoder_is_read_from_a_folder(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "one", "two", "three"]
    (tmp_path / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(1)
    size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    transformers.BertModel(transformers.BertConfig(vocab_size=len(words), **size)).save_pretrained(tmp_path)
    transformers.BertTokenizer(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    vectors = FolderEmbedder(tmp_path).encode(["one two", "three", "one two"])
    assert vectors.shape == (3, 32)
    assert np.allclose(vectors[0], vectors[2], atol=1e-5)
    assert not np.allclose(vectors[0], vectors[1], atol=1e-2)
