"""The machine operations that numba has no name for: 64 bytes at a time, bit scans, and a 128-bit product.

Each is one or two LLVM instructions, which LLVM lowers to what the processor has (SSE2, AVX2, AVX-512, NEON). Loads are
unaligned and unchecked: callers guarantee that the bytes are there.
"""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.extending import intrinsic as untyped_intrinsic


def intrinsic(generator: Callable[..., Any]) -> Callable[..., Any]:
    """Register the generator of an operation's LLVM code; typed, as numba is not."""
    return cast("Callable[..., Any]", untyped_intrinsic(generator))


_BYTE = ir.IntType(8)
_WORD = ir.IntType(64)
_LANES = ir.VectorType(_BYTE, 64)


def _every_lane(value: int) -> ir.Constant:
    return ir.Constant(_LANES, [value] * 64)


def _address(context: Any, builder: Any, array: tuple[Any, Any, Any], target: Any) -> Any:
    """Point to `array[index]` as `target`; array is (numba type, value, index)."""
    kind, value, index = array
    data = context.make_array(kind)(context, builder, value).data
    return builder.bitcast(builder.gep(data, [index]), target.as_pointer())


@intrinsic
def load_u64(typing_context: Any, data: Any, index: Any) -> Any:
    """Return the 8 bytes from `data[index]` on as one little-endian integer."""
    del typing_context, index

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = builder.load(_address(context, builder, (signature.args[0], args[0], args[1]), _WORD))
        word.align = 1
        return word

    return types.uint64(data, types.int64), generate


@intrinsic
def lower_64(typing_context: Any, data: Any, index: Any, lowered: Any, at: Any) -> Any:
    """Write `data[index:index + 64]` to `lowered[at:at + 64]` with A-Z made a-z; return which bytes are in words.

    Bit i of the result is set when byte i is a letter or digit of ASCII, or not ASCII at all.
    """
    del typing_context, index, at

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = builder.load(_address(context, builder, (signature.args[0], args[0], args[1]), _LANES))
        found.align = 1
        folded = builder.or_(found, _every_lane(0x20))
        letter = builder.icmp_unsigned("<", builder.sub(folded, _every_lane(ord("a"))), _every_lane(26))
        digit = builder.icmp_unsigned("<", builder.sub(found, _every_lane(ord("0"))), _every_lane(10))
        beyond_ascii = builder.icmp_signed("<", found, _every_lane(0))
        place = _address(context, builder, (signature.args[2], args[2], args[3]), _LANES)
        builder.store(builder.select(letter, folded, found), place).align = 1
        return builder.bitcast(builder.or_(builder.or_(letter, digit), beyond_ascii), _WORD)

    return types.uint64(data, types.int64, lowered, types.int64), generate


@intrinsic
def address_of(typing_context: Any, data: Any) -> Any:
    """Return where an array's memory starts. The caller keeps the array alive as long as it reads there."""
    del typing_context

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, args[0])
        return builder.ptrtoint(array.data, _WORD)

    return types.int64(data), generate


@intrinsic
def read_u64(typing_context: Any, address: Any) -> Any:
    """Return the 8 bytes at an address as one little-endian integer."""
    del typing_context, address

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        word = builder.load(builder.inttoptr(args[0], _WORD.as_pointer()))
        word.align = 1
        return word

    return types.uint64(types.int64), generate


@intrinsic
def read_i64(typing_context: Any, address: Any) -> Any:
    """Return the signed integer at an address."""
    del typing_context, address

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.load(builder.inttoptr(args[0], _WORD.as_pointer()))

    return types.int64(types.int64), generate


@intrinsic
def read_u8(typing_context: Any, address: Any) -> Any:
    """Return the byte at an address."""
    del typing_context, address

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.zext(builder.load(builder.inttoptr(args[0], _BYTE.as_pointer())), _WORD)

    return types.int64(types.int64), generate


@intrinsic
def write_u64(typing_context: Any, address: Any, word: Any) -> Any:
    """Write an integer to the 8 bytes at an address, little-endian."""
    del typing_context, address, word

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del signature
        builder.store(args[1], builder.inttoptr(args[0], _WORD.as_pointer())).align = 1
        return context.get_dummy_value()

    return types.none(types.int64, types.uint64), generate


@intrinsic
def beyond_ascii_64(typing_context: Any, address: Any) -> Any:
    """Return which of the 64 bytes at an address are not ASCII, as bits."""
    del typing_context, address

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        found = builder.load(builder.inttoptr(args[0], _LANES.as_pointer()))
        found.align = 1
        return builder.bitcast(builder.icmp_signed("<", found, _every_lane(0)), _WORD)

    return types.uint64(types.int64), generate


@intrinsic
def copy_64(typing_context: Any, address: Any, to: Any) -> Any:
    """Copy the 64 bytes at an address to another; return which of them are not ASCII, as bits."""
    del typing_context, address, to

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        found = builder.load(builder.inttoptr(args[0], _LANES.as_pointer()))
        found.align = 1
        builder.store(found, builder.inttoptr(args[1], _LANES.as_pointer())).align = 1
        return builder.bitcast(builder.icmp_signed("<", found, _every_lane(0)), _WORD)

    return types.uint64(types.int64, types.int64), generate


@intrinsic
def trailing_zeros(typing_context: Any, bits: Any) -> Any:
    """Return the position of the lowest set bit; 64 for zero."""
    del typing_context, bits

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), generate


@intrinsic
def count_bits(typing_context: Any, bits: Any) -> Any:
    """Return how many bits are set."""
    del typing_context, bits

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        return builder.ctpop(args[0])

    return types.int64(types.uint64), generate


@intrinsic
def fold_product(typing_context: Any, a: Any, b: Any) -> Any:
    """Return the high half of the 128-bit product a*b, xored with its low half.

    Source: the mixing step of wyhash (Wang Yi, public domain).
    """
    del typing_context, a, b

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        del context, signature
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        high = builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), _WORD)
        return builder.xor(high, builder.trunc(product, _WORD))

    return types.uint64(types.uint64, types.uint64), generate
