"""Token ids in few characters: 7 bits a byte, the lowest first, the top bit says that more follow; then base64.

About 2.8 characters a token, where JSON numbers take 5 to 7. Source: LEB128 as in DWARF 5 §7.6; base64 of RFC 4648.
"""

import base64
import binascii
from collections.abc import Sequence

from lineage.errors import GenerationError


def pack_ids(ids: Sequence[int]) -> str:
    """Pack token ids.

    >>> pack_ids([5, 300, 49152])
    'BawCgIAD'
    """
    packed = bytearray()
    for one in ids:
        rest = one
        while rest > 0x7F:
            packed.append(rest & 0x7F | 0x80)
            rest >>= 7
        packed.append(rest)
    return base64.b64encode(bytes(packed)).decode()


def unpack_ids(text: str) -> tuple[int, ...]:
    """Unpack token ids. Raises GenerationError for text that was cut or is no base64.

    >>> unpack_ids("BawCgIAD")
    (5, 300, 49152)
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise GenerationError(f"packed token ids are damaged ({error}): {text[:40]!r}") from error
    if packed and packed[-1] & 0x80:
        raise GenerationError(f"packed token ids end in the middle of one: {text[-40:]!r}")
    ids, number, shift = [], 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            ids.append(number)
            number, shift = 0, 0
    return tuple(ids)
