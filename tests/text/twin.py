"""The text model and its hashes in plain Python, character by character: what the compiled kernels must equal."""

import unicodedata

M64 = 2**64 - 1
SALT_A, SALT_B, SALT_C = 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3
UNSPACED = (
    *(
        "CJK UNIFIED",
        "CJK COMPAT",
        "IDEOGRAPHIC ITER",
        "IDEOGRAPHIC NUMBER",
        "OLD CHINESE",
        "HANGZHOU",
        "VERTICAL IDEO",
        "HIRAGANA",
        "KATAKANA",
        "VERTICAL KANA",
    ),
    *("HENTAIGANA", "BOPOMOFO", "THAI ", "LAO ", "KHMER ", "MYANMAR "),
)
# Default-ignorable code points that are not of category Cf. Source: Unicode, DerivedCoreProperties.
IGNORABLE = {
    *(0x34F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2065, 0x3164, 0xFFA0),
    *(*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)),
}


def words_of(text: str) -> list[str]:
    text = "".join(c for c in text if unicodedata.category(c) != "Cf" and ord(c) not in IGNORABLE)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    words: list[str] = []
    open_word = closed_to_letters = False
    for c in text:
        kind = unicodedata.category(c)
        if kind[0] in "LN":
            alone = unicodedata.name(c, "").startswith(UNSPACED)
            if open_word and not alone and not closed_to_letters:
                words[-1] += c
            else:
                words.append(c)
            open_word, closed_to_letters = True, alone
        elif kind in ("Mn", "Mc") and open_word:
            words[-1] += c
        else:
            open_word = False
    return words


def fold_product(a: int, b: int) -> int:
    return (a * b >> 64) ^ (a * b & M64)


def word_hash(word: str) -> int:
    data = word.encode()
    first = int.from_bytes(data[:8], "little")
    second = int.from_bytes(data[8:16], "little")
    value = fold_product(first ^ SALT_A, second ^ SALT_B ^ len(data))
    for at in range(16, len(data), 8):
        value = fold_product(value ^ int.from_bytes(data[at : at + 8], "little"), SALT_B)
    return value


def shingle_hashes(words: list[str], size: int) -> list[int]:
    hashes = [word_hash(word) for word in words]
    if not words:
        return []
    return [shingle_hash(hashes[i : i + size]) for i in range(max(len(words) - size + 1, 1))]


def shingle_hash(hashes: list[int]) -> int:
    value = 0
    for one in hashes:
        value = ((value << 7 | value >> 57) & M64) ^ one
    return fold_product(value ^ SALT_A, SALT_B)


def key(words: list[str]) -> tuple[int, int]:
    if not words:
        return 0, 0
    a = b = len(words)
    for one in map(word_hash, words):
        a = (a ^ one) * SALT_A & M64
        b = fold_product(b ^ one, SALT_C)
    return fold_product(a ^ SALT_B, SALT_A), fold_product(b ^ SALT_A, SALT_B)


def fmix32(h: int) -> int:
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return h ^ h >> 16


def minima(shingles: list[int], a: list[int], b: list[int]) -> list[int]:
    items = [fmix32(shingle >> 32) for shingle in shingles]
    return [min(((x * item + y) & 0xFFFFFFFF for item in items), default=0xFFFFFFFF) for x, y in zip(a, b, strict=True)]


def winnow(shingles: list[int], window: int = 8) -> list[int]:
    if not shingles:
        return []
    lows = [min(shingles[i : i + window]) for i in range(max(len(shingles) - window + 1, 1))]
    return [low for i, low in enumerate(lows) if i == 0 or low != lows[i - 1]]
