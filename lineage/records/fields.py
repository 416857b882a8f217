"""`--fields`: the user says which column holds what, where the columns are not recognised.

`prompt=COLUMN[+COLUMN…],response=COLUMN,system=COLUMN` or `messages=COLUMN` or `text=COLUMN`. A column is a name, a
dotted path into nested values (`meta.q`, `choices.0.text`), or `#N`, a position counted from zero.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

from lineage.errors import UsageError
from lineage.records.sample import Message
from lineage.records.values import dialogue_of, document_of, text_of, turns_of
from lineage.records.wrappers import Messages

_HOW = "for example --fields prompt=question,response=answer, or messages=COLUMN, or text=COLUMN"


@dataclass(frozen=True, slots=True)
class Fields:
    """Columns by role; prompt columns are joined by a blank line."""

    prompt: tuple[str, ...] = ()
    response: str | None = None
    system: str | None = None
    messages: str | None = None
    text: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column named, once."""
        others = (self.response, self.system, self.messages, self.text)
        return tuple(dict.fromkeys([*self.prompt, *(column for column in others if column)]))

    @property
    def positional(self) -> bool:
        """Whether columns are named by position, as in tables without a header."""
        return any(column.startswith("#") for column in self.columns)


def parse_fields(text: str) -> Fields:
    """Read a `--fields` value; UsageError says what is wrong with it.

    >>> parse_fields("prompt=q+context,response=a").prompt
    ('q', 'context')
    """
    given: dict[str, str] = {}
    for part in text.split(","):
        role, equals, column = (piece.strip() for piece in part.partition("="))
        if role not in _ROLES:
            raise UsageError(f"--fields {text!r}: {role!r} is none of {', '.join(_ROLES)}; {_HOW}")
        if not equals or not column or role in given:
            raise UsageError(f"--fields {text!r}: {role} needs one column, {_HOW}")
        given[role] = column
    whole = given.keys() & {"messages", "text"}
    if (whole and given.keys() - whole - {"system"}) or len(whole) > 1 or given.keys() == {"system"}:
        raise UsageError(f"--fields {text!r}: name a prompt and a response, or messages, or text; {_HOW}")
    return Fields(
        prompt=tuple(column.strip() for column in given.pop("prompt", "").split("+") if column.strip()), **given
    )


_ROLES = tuple(one.name for one in fields(Fields))


class Named(NamedTuple):
    """Fields that were found in a file; reads its rows as a matched shape would."""

    fields: Fields
    name: str = "--fields"

    @property
    def read_columns(self) -> frozenset[str]:
        """The columns that become messages whole; one of which only a part is read stays beside them."""
        return frozenset(self.fields.columns)

    def build(self, row: Mapping[str, object]) -> list[Messages]:
        """Read one row; KeyError names a column it does not have."""
        return [self._system(row) + self._spoken(row)]

    def _spoken(self, row: Mapping[str, object]) -> Messages:
        named = self.fields
        if named.messages:
            return dialogue_of(_at(row, named.messages), named.messages)
        if named.text:
            return document_of(_at(row, named.text), named.text)
        answer = () if not named.response else turns_of(_at(row, named.response), "assistant", named.response)
        return self._prompt(row) + answer

    def _prompt(self, row: Mapping[str, object]) -> Messages:
        if len(self.fields.prompt) == 1:
            return turns_of(_at(row, self.fields.prompt[0]), "user", self.fields.prompt[0])
        texts = [text_of(_at(row, column), column) for column in self.fields.prompt]
        joined = "\n\n".join(text for text in texts if text)
        return turns_of(joined, "user", "+".join(self.fields.prompt)) if any(texts) else ()

    def _system(self, row: Mapping[str, object]) -> Messages:
        column = self.fields.system
        text = text_of(_at(row, column), column) if column else None
        return (Message("system", text),) if text else ()


def name_fields(named: Fields, rows: Iterable[Mapping[str, object]]) -> Named:
    """Check that each column is in at least one of the rows; UsageError lists the columns that are."""
    rows = list(rows)
    for column in named.columns:
        if not any(_has(row, column) for row in rows):
            there = dict.fromkeys(path for row in rows for path in _paths(row))
            raise UsageError(f"has no column {column!r}; there are: {', '.join(there)}")
    return Named(named)


def has_columns(named: Fields, row: Mapping[str, object]) -> bool:
    """Tell whether a row has any of the columns named."""
    return any(_has(row, column) for column in named.columns)


def _has(row: Mapping[str, object], column: str) -> bool:
    try:
        _at(row, column)
    except KeyError:
        return False
    return True


def _at(row: Mapping[str, object], column: str) -> object:
    """Return a cell by name, by position or by dotted path; KeyError names the whole path."""
    if column in row:
        return row[column]
    if column.startswith("#") and column[1:].isdigit() and int(column[1:]) < len(row):
        return list(row.values())[int(column[1:])]
    value: object = row
    for step in column.split("."):
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise KeyError(column)
    return value


def _paths(row: Mapping[str, object]) -> list[str]:
    """Name the columns of a row, and one level below them."""
    nested = [f"{column}.{key}" for column, value in row.items() if isinstance(value, Mapping) for key in value]
    return [*row, *nested]
