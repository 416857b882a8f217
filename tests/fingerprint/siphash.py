"""SipHash-2-4 of any bytes in plain Python, written from the paper; the twin of the compiled one."""

MASK = 2**64 - 1


def siphash(key: bytes, message: bytes) -> int:
    low, high = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    v = [low ^ 0x736F6D6570736575, high ^ 0x646F72616E646F6D, low ^ 0x6C7967656E657261, high ^ 0x7465646279746573]
    whole = len(message) // 8 * 8
    last = message[whole:].ljust(7, b"\0") + bytes([len(message) % 256])
    for start in range(0, whole, 8):
        _block(v, int.from_bytes(message[start : start + 8], "little"))
    _block(v, int.from_bytes(last, "little"))
    v[2] ^= 0xFF
    _rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def _block(v: list[int], block: int) -> None:
    v[3] ^= block
    _rounds(v, 2)
    v[0] ^= block


def _rounds(v: list[int], count: int) -> None:
    for _ in range(count):
        _half(v, 0, 1, 13, swap=True)
        _half(v, 2, 3, 16, swap=False)
        _half(v, 0, 3, 21, swap=False)
        _half(v, 2, 1, 17, swap=True)


def _half(v: list[int], a: int, b: int, turn: int, *, swap: bool) -> None:
    v[a] = (v[a] + v[b]) & MASK
    v[b] = _rotate(v[b], turn) ^ v[a]
    if swap:
        v[a] = _rotate(v[a], 32)


def _rotate(value: int, turn: int) -> int:
    return (value << turn | value >> (64 - turn)) & MASK
