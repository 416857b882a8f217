"""The text model in Python and NumPy, for one text at a time: the same numbers as the compiled kernels give.

To load compiled code takes longer than to answer one question; this is there at once. For many texts it is some 20
times slower than the kernels. What the hashes are, and why, stands in docs/design/0002-text-model-and-signatures.md.
"""

import re

import numpy as np
import numpy.typing as npt

from lineage.text.normal import normal_form

Hashes = npt.NDArray[np.uint64]

_M64 = 2**64 - 1
# The same constants as in `kernels`, which must not be imported here: it loads the compiler.
SALT_A, SALT_B, SALT_C = 0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3
ROTATION = 7
_LOAD = 16
_A, _B = np.uint64(SALT_A), np.uint64(SALT_B)
_HALF, _LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
ASCII_WORD = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """Return the words of a text.

    >>> words_of("Straße — 2½ cups")
    ['strasse', '21', '2', 'cups']
    """
    if text.isascii():
        return ASCII_WORD.findall(text.lower())
    return normal_form(text).split()


def shingles_of(words: list[str], size: int) -> Hashes:
    """Return the hash of each shingle of `size` words, in text order; of all words when there are fewer."""
    hashes = word_hashes(words)
    size = min(size, len(words))
    if not size:
        return hashes
    count = len(words) - size + 1
    rolled = np.zeros(count, np.uint64)
    for place in range(size):
        rolled ^= _rotated(hashes[place : place + count], ROTATION * (size - 1 - place) % 64)
    return _fold_product(rolled ^ _A, _B)


def word_hashes(words: list[str]) -> Hashes:
    """Return the hash of each word."""
    data = [word.encode() for word in words]
    loads = np.frombuffer(b"".join([word[:_LOAD].ljust(_LOAD, b"\0") for word in data]), "<u8").reshape(-1, 2)
    lengths = np.array([len(word) for word in data], np.uint64)
    hashes = _fold_product(loads[:, 0] ^ _A, loads[:, 1] ^ _B ^ lengths)
    for place in np.flatnonzero(lengths > _LOAD):
        hashes[place] = _continued(int(hashes[place]), data[place])
    return hashes


def key_of(words: list[str]) -> tuple[int, int]:
    """Return the exact key of a text, (0, 0) when it has no words."""
    if not words:
        return 0, 0
    first = second = len(words)
    for word in word_hashes(words).tolist():
        first = (first ^ word) * SALT_A & _M64
        second = _fold_int(second ^ word, SALT_C)
    return _fold_int(first ^ SALT_B, SALT_A), _fold_int(second ^ SALT_A, SALT_B)


def _continued(value: int, word: bytes) -> int:
    """Add what of a word lies beyond its first 16 bytes to its hash."""
    for at in range(_LOAD, len(word), 8):
        value = _fold_int(value ^ int.from_bytes(word[at : at + 8], "little"), SALT_B)
    return value


def _rotated(values: Hashes, bits: int) -> Hashes:
    return values << np.uint64(bits) | values >> np.uint64(64 - bits) if bits else values


def _fold_int(a: int, b: int) -> int:
    product = a * b
    return (product >> 64) ^ (product & _M64)


def _fold_product(a: Hashes, b: Hashes | np.uint64) -> Hashes:
    """Return the high halves of the 128-bit products, xored with the low ones."""
    a_low, a_high, b_low, b_high = a & _LOW, a >> _HALF, b & _LOW, b >> _HALF
    middle = a_high * b_low + (a_low * b_low >> _HALF)
    other = a_low * b_high + (middle & _LOW)
    high = a_high * b_high + (middle >> _HALF) + (other >> _HALF)
    folded: Hashes = high ^ a * b
    return folded
