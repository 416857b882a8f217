"""What can be wrong with records while they are read, before file and row are known.

The reader turns both kinds into a `RecordError` with the place, or into a `BadRow` when bad rows are skipped.
"""

from collections.abc import Iterator
from typing import TypeVar

T = TypeVar("T")


class RowFault(Exception):  # noqa: N818 (not an error yet: the reader decides whether to stop)
    """One row that cannot be used; the rows after it can."""


class FileFault(Exception):  # noqa: N818 (as above)
    """A file that cannot be read from here on."""


class Broken(Iterator[T]):
    """A stream that ends with a fault: what is put back when the fault was met while looking ahead."""

    def __init__(self, fault: FileFault) -> None:
        self._fault = fault

    def __next__(self) -> T:
        raise self._fault


def kind_of(value: object) -> str:
    """Name the kind of a value as JSON does, for messages.

    >>> kind_of([1]), kind_of("a")
    ('a list', 'text')
    """
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else f"a {type(value).__name__}")
