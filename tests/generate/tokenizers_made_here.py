"""Small real tokenizers, one for each family: byte-level BPE, SentencePiece-like BPE and Unigram, WordPiece."""

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

TEXT = [
    "Write how many rivers there are, and why the sky is blue.",
    "User: How do tides work? Assistant: The moon pulls at the sea.",
    "You help people. system user assistant [INST] why 1 2 3",
] * 20


def byte_level(*special: str, bos: str | None = None) -> PreTrainedTokenizerFast:
    """GPT-2's kind: bytes, merges, blanks at the start of words."""
    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    raw.train_from_iterator(TEXT, trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False))
    return _wrapped(raw, special, bos)


def sentence_piece(*special: str, bos: str | None = None, scheme: str = "always") -> PreTrainedTokenizerFast:
    """Llama 2's kind: blanks as ▁ joined to words, one put first, unknown characters as bytes."""
    bytes_ = [f"<0x{number:02X}>" for number in range(256)]
    raw = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    raw.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=False)
    raw.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    raw.train_from_iterator(
        TEXT, trainers.BpeTrainer(vocab_size=700, special_tokens=["<unk>", *bytes_], show_progress=False)
    )
    return _wrapped(raw, special, bos, unk="<unk>")


def unigram(*special: str) -> PreTrainedTokenizerFast:
    """T5's kind: pieces of likely words."""
    pieces = [("<unk>", 0.0), ("▁", -3.0), *((f"▁{letter}", -2.0) for letter in "Whw7¿abcdefg")]
    pieces += [(chr(code), -4.0) for code in range(33, 127)] + [(letter, -4.0) for letter in "¿Qué"]
    raw = Tokenizer(models.Unigram(list(dict(pieces).items()), unk_id=0))
    raw.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    raw.decoder = decoders.Metaspace(prepend_scheme="first")
    return _wrapped(raw, special, None, unk="<unk>")


def word_piece(*special: str) -> PreTrainedTokenizerFast:
    """BERT's kind: lower case, pieces of words, blanks lost."""
    raw = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    raw.normalizer = normalizers.BertNormalizer(lowercase=True)
    raw.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    raw.decoder = decoders.WordPiece()
    raw.train_from_iterator(
        TEXT, trainers.WordPieceTrainer(vocab_size=300, special_tokens=["[UNK]"], show_progress=False)
    )
    return _wrapped(raw, special, None, unk="[UNK]")


def _wrapped(
    raw: Tokenizer, special: tuple[str, ...], bos: str | None, unk: str | None = None
) -> PreTrainedTokenizerFast:
    marks = [AddedToken(one, special=True, normalized=False) for one in (*special, *([bos] if bos else []))]
    raw.add_special_tokens(marks)
    if bos:
        # Adds a beginning of text to whatever it is given, as most tokenizers that have one do.
        raw.post_processor = processors.TemplateProcessing(
            single=f"{bos} $A", special_tokens=[(bos, raw.token_to_id(bos))]
        )
    return PreTrainedTokenizerFast(tokenizer_object=raw, bos_token=bos, unk_token=unk)
