"""Salts: a secret that the hashes on a card depend on, so that nobody without it can test whether a text is there.

The secret itself goes nowhere; a card carries a check value by which two cards of the same salt know each other. What a
salted card still tells is in docs/howto/cards.md, why it is made this way in docs/design/0011-salted-cards.md.
"""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lineage.errors import UsageError

# A secret of 16 random bytes cannot be guessed; 32 hexadecimal digits or 22 of base64 are longer than that.
LEAST_BYTES = 16
# 16 random bytes have 8 or more different ones but once in 10^12; a word repeated, or "1234123412341234", does not.
LEAST_DIFFERENT = 8
_MAX_BYTES = 4096
# About 60 ms and 16 MB a guess: the price of every try of someone who takes the secret for a guessable one.
_COST = {"n": 2**14, "r": 8, "p": 1}
_DOMAIN = b"lineage.card/salt/1"

Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Salt:
    """A salt ready for use: keys are derived from it, each for one purpose; `check` names it without giving it away."""

    _master: bytes = field(repr=False)
    check: str

    def keys(self, purpose: str, count: int) -> Keys:
        """Derive `count` 128-bit keys for a purpose: uint64, shape (2 * count,), little-endian halves.

        Source: BLAKE2b keyed with the master key, as RFC 7693 offers it for a MAC; the purpose and number are hashed.
        """
        derived = b"".join(_derive(self._master, f"{purpose}/{place}") for place in range(count))
        return np.frombuffer(derived, "<u8").astype(np.uint64)


def make_salt(secret: bytes) -> Salt:
    """Make a salt of a secret; white space around it does not count, so that a file's last line break does no harm.

    Raises UsageError for a secret that could be guessed: too short, or of too few different bytes.
    Cost: about 60 ms and 16 MB, once.
    Source: RFC 7914 (scrypt).
    """
    secret = secret.strip()
    if not LEAST_BYTES <= len(secret) <= _MAX_BYTES or len(set(secret)) < LEAST_DIFFERENT:
        raise UsageError(
            f"a salt has to be a secret of {LEAST_BYTES} to {_MAX_BYTES} bytes that nobody can guess, and this one has "
            f"{len(secret)} bytes, {len(set(secret))} of them different; "
            "make one with: head -c 32 /dev/urandom | base64 > KEYFILE"
        )
    master = hashlib.scrypt(secret, salt=_DOMAIN, dklen=64, **_COST)
    return Salt(master, _derive(master, "check").hex())


def read_salt(path: str | Path) -> Salt:
    """Make a salt of a key file's content; raises UsageError when it cannot be read or could be guessed."""
    try:
        with Path(path).open("rb") as file:
            return make_salt(file.read(_MAX_BYTES + 1))
    except OSError as error:
        raise UsageError(f"the salt cannot be read from {path}: {error.strerror or error}") from error


def _derive(master: bytes, purpose: str) -> bytes:
    return hashlib.blake2b(purpose.encode(), key=master, digest_size=16).digest()
