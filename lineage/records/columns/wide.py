"""Machine operations on many bytes at once that reading needs: marks of JSON text, copies, and BLAKE2b in lanes.

LLVM lowers each to what the processor has (SSE2, AVX2, AVX-512, NEON). Loads and stores are unaligned and unchecked:
callers keep `PAD` bytes of room behind their data.
"""

from typing import Any

from llvmlite import ir
from numba import types

from lineage.text.intrinsics import intrinsic

PAD = 64
# How many texts are hashed side by side. Measured against one at a time: 8 lanes 3.2 times with AVX-512, 2.1 with AVX2.
LANES = 8

_BYTE, _WORD, _FLAG = ir.IntType(8), ir.IntType(64), ir.IntType(1)
_BYTES = ir.VectorType(_BYTE, PAD)
_ROW = ir.VectorType(_WORD, LANES)

# BLAKE2b. Source: RFC 7693, sections 2.6 (initial values), 2.7 (message schedule) and 3.1 (rotations).
IV = (
    0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
    0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
)  # fmt: skip
_SCHEDULE = (
    (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
    (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
    (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
    (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
    (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
    (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
    (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
    (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
    (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
)
_ROUNDS = 12
_COLUMNS_THEN_DIAGONALS = (
    (0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
    (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14),
)  # fmt: skip


def _start(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    return context.make_array(kind)(context, builder, value).data


def _load(builder: Any, start: Any, index: Any, target: Any) -> Any:
    found = builder.load(builder.bitcast(builder.gep(start, [index]), target.as_pointer()))
    found.align = 1
    return found


def _marks(builder: Any, found: Any) -> Any:
    """Set bit i where byte i is a quote, a backslash or a control character."""

    def every(value: int) -> Any:
        return ir.Constant(_BYTES, [value] * PAD)

    quote = builder.icmp_unsigned("==", found, every(ord('"')))
    backslash = builder.icmp_unsigned("==", found, every(ord("\\")))
    control = builder.icmp_unsigned("<", found, every(0x20))
    return builder.bitcast(builder.or_(builder.or_(quote, backslash), control), _WORD)


@intrinsic
def marks_64(typing_context: Any, data: Any, at: Any) -> Any:
    """Tell which of `data[at:at + 64]` JSON text cannot hold as they are: quotes, backslashes, control characters."""
    del typing_context, at

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _marks(builder, _load(builder, _start(context, builder, signature.args[0], args[0]), args[1], _BYTES))

    return types.uint64(data, types.int64), generate


def _compared(how: str) -> Any:
    """Make the code of an operation that compares `data[at:at + 64]` with one byte, for each of them."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = _load(builder, _start(context, builder, signature.args[0], args[0]), args[1], _BYTES)
        one = builder.insert_element(ir.Constant(_BYTES, ir.Undefined), args[2], ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), PAD), [0] * PAD)
        every = builder.shuffle_vector(one, ir.Constant(_BYTES, ir.Undefined), mask)
        return builder.bitcast(builder.icmp_unsigned(how, found, every), _WORD)

    return generate


@intrinsic
def equal_64(typing_context: Any, data: Any, at: Any, byte: Any) -> Any:
    """Tell which of `data[at:at + 64]` are one certain byte."""
    del typing_context, at, byte
    return types.uint64(data, types.int64, types.uint8), _compared("==")


@intrinsic
def at_least_64(typing_context: Any, data: Any, at: Any, byte: Any) -> Any:
    """Tell which of `data[at:at + 64]` are not less than one certain byte."""
    del typing_context, at, byte
    return types.uint64(data, types.int64, types.uint8), _compared(">=")


@intrinsic
def copy_marks_64(typing_context: Any, data: Any, at: Any, out: Any, place: Any) -> Any:
    """Copy `data[at:at + 64]` to `out[place:]` and return what `marks_64` would."""
    del typing_context, at, place

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = _load(builder, _start(context, builder, signature.args[0], args[0]), args[1], _BYTES)
        to = builder.gep(_start(context, builder, signature.args[2], args[2]), [args[3]])
        builder.store(found, builder.bitcast(to, _BYTES.as_pointer())).align = 1
        return _marks(builder, found)

    return types.uint64(data, types.int64, out, types.int64), generate


@intrinsic
def copy_bytes(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    typing_context: Any, data: Any, at: Any, out: Any, place: Any, size: Any
) -> Any:
    """Copy `data[at:at + size]` to `out[place:]`; the two do not overlap."""
    del typing_context, at, place, size

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _BYTE.as_pointer()
        copy = builder.module.declare_intrinsic("llvm.memcpy", [pointer, pointer, _WORD])
        source = builder.gep(_start(context, builder, signature.args[0], args[0]), [args[1]])
        to = builder.gep(_start(context, builder, signature.args[2], args[2]), [args[3]])
        builder.call(copy, [to, source, args[4], ir.Constant(_FLAG, 0)])
        return context.get_dummy_value()

    return types.void(data, types.int64, out, types.int64, types.int64), generate


@intrinsic
def move_bytes(typing_context: Any, data: Any, at: Any, place: Any, size: Any) -> Any:
    """Copy `data[at:at + size]` to `data[place:]`; the two may overlap."""
    del typing_context, at, place, size

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _BYTE.as_pointer()
        move = builder.module.declare_intrinsic("llvm.memmove", [pointer, pointer, _WORD])
        start = _start(context, builder, signature.args[0], args[0])
        builder.call(
            move, [builder.gep(start, [args[2]]), builder.gep(start, [args[1]]), args[3], ir.Constant(_FLAG, 0)]
        )
        return context.get_dummy_value()

    return types.void(data, types.int64, types.int64, types.int64), generate


@intrinsic
def blake2b_lanes(  # noqa: PLR0913, PLR0917 (a kernel has no objects)
    typing_context: Any, state: Any, data: Any, at: Any, counts: Any, finals: Any
) -> Any:
    """Take one block of 128 bytes into each of `LANES` running BLAKE2b hashes.

    state: uint64, 8 rows of LANES words. Lane i reads `data[at[i]:at[i] + 128]`; counts[i] is the number of bytes of
    its text up to the end of this block, finals[i] all ones for the last block, else 0.
    """
    del typing_context

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        starts = [_start(context, builder, kind, value) for kind, value in zip(signature.args, args, strict=True)]
        rows = [builder.bitcast(starts[0], _ROW.as_pointer())]
        rows = [builder.gep(rows[0], [ir.Constant(_WORD, row)]) for row in range(8)]
        before = [_aligned(builder.load(row)) for row in rows]
        words = _transposed(builder, starts[1], starts[2])
        v = before + [ir.Constant(_ROW, [value] * LANES) for value in IV]
        v[12] = builder.xor(v[12], _load(builder, starts[3], ir.Constant(_WORD, 0), _ROW))
        v[14] = builder.xor(v[14], _load(builder, starts[4], ir.Constant(_WORD, 0), _ROW))
        for number in range(_ROUNDS):
            order = _SCHEDULE[number % 10]
            for turn, places in enumerate(_COLUMNS_THEN_DIAGONALS):
                _mix(builder, v, places, words[order[2 * turn]], words[order[2 * turn + 1]])
        for row in range(8):
            after = builder.xor(before[row], builder.xor(v[row], v[row + 8]))
            builder.store(after, rows[row]).align = 8
        return context.get_dummy_value()

    return types.void(state, data, at, counts, finals), generate


def _aligned(load: Any) -> Any:
    load.align = 8
    return load


def _transposed(builder: Any, data: Any, at: Any) -> list[Any]:
    """Load word j of every lane's block into row j."""
    places = [builder.load(builder.gep(at, [ir.Constant(_WORD, lane)])) for lane in range(LANES)]
    words = []
    for word in range(16):
        row = ir.Constant(_ROW, ir.Undefined)
        for lane, place in enumerate(places):
            found = _load(builder, data, builder.add(place, ir.Constant(_WORD, 8 * word)), _WORD)
            row = builder.insert_element(row, found, ir.Constant(ir.IntType(32), lane))
        words.append(row)
    return words


def _mix(builder: Any, v: list[Any], places: tuple[int, int, int, int], x: Any, y: Any) -> None:
    a, b, c, d = places
    for word, first, second in ((x, 32, 24), (y, 16, 63)):
        v[a] = builder.add(builder.add(v[a], v[b]), word)
        v[d] = _rotated(builder, builder.xor(v[d], v[a]), first)
        v[c] = builder.add(v[c], v[d])
        v[b] = _rotated(builder, builder.xor(v[b], v[c]), second)


def _rotated(builder: Any, row: Any, bits: int) -> Any:
    right = builder.lshr(row, ir.Constant(_ROW, [bits] * LANES))
    return builder.or_(right, builder.shl(row, ir.Constant(_ROW, [64 - bits] * LANES)))
