"""Which shape a file has, from its first rows, and how each of its rows is read.

A file has one shape. A later row whose columns would make another shape is a fault, so that no response is lost
because the first rows of a file had none.
"""

from collections.abc import Mapping, Sequence

from lineage.errors import UsageError
from lineage.records.faults import RowFault
from lineage.records.fields import Fields, Named, has_columns, name_fields
from lineage.records.sample import Sample
from lineage.records.shapes import Match, match_shape

_PROMPT_HINTS = ("prompt", "instruction", "question", "query", "problem", "input", "task", "ask")
_RESPONSE_HINTS = ("response", "answer", "output", "completion", "solution", "reply", "target", "truth")
_LISTED = 30


class RowReader:
    """Reads the rows of one file by the shape found in it; `columns`: those of its first rows."""

    def __init__(self, found: Match | Named, columns: Sequence[str]) -> None:
        self.shape = found.shape.name if isinstance(found, Match) else found.name
        self.found = found
        self.columns = columns
        self._read = found.read_columns
        self._known: set[tuple[str, ...]] = set()

    def samples(self, row: Mapping[str, object]) -> list[Sample]:
        """Return the samples of a row, its other columns as their `meta`; RowFault when it does not fit the shape."""
        keys = tuple(row)
        if keys not in self._known:
            self._check(keys)
        try:
            found = self.found
            listed = found.shape.build(row, found.at) if isinstance(found, Match) else found.build(row)
        except KeyError as error:
            raise RowFault(f"has no column {error.args[0]!r}; it has: {', '.join(keys)}") from None
        meta = {key: value for key, value in row.items() if key not in self._read}
        if not all(listed):
            raise RowFault(f"holds no text in {', '.join(sorted(self._read))}")
        return [Sample(messages, meta) for messages in listed]

    def _check(self, keys: tuple[str, ...]) -> None:
        new = [key for key in keys if key not in self.columns]
        if isinstance(self.found, Match) and new:
            found = match_shape([*self.columns, *new])
            if found is None or found.at != self.found.at:
                raise RowFault(f"has columns the first rows do not have ({', '.join(new)}) and so another shape")
        self._known.add(keys)


def choose_reader(rows: Sequence[Mapping[str, object]], fields: Fields | None) -> RowReader:
    """Choose how to read a file from its first rows.

    Raises UsageError with the columns that are there, and the `--fields` to pass, when none of the shapes fits.
    """
    columns = list(dict.fromkeys(key for row in rows for key in row))
    if fields is not None and rows:
        return RowReader(name_fields(fields, rows), columns)
    found = match_shape(columns)
    if found is None and rows:
        raise UsageError(_unknown(rows, columns))
    return RowReader(found or Named(Fields()), columns)


def is_record(row: Mapping[str, object], fields: Fields | None) -> bool:
    """Tell whether an object is itself a row, and not a holder of rows."""
    return match_shape(row) is not None if fields is None else has_columns(fields, row)


def _unknown(rows: Sequence[Mapping[str, object]], columns: list[str]) -> str:
    if all(column.startswith("#") for column in columns):
        return f"its rows are lists of {len(columns)} values: pass, for example, --fields prompt=#0,response=#1"
    more = f" and {len(columns) - _LISTED} more" if len(columns) > _LISTED else ""
    there = f"no known shape has the columns {', '.join(map(_shown, columns[:_LISTED]))}{more}"
    if len(rows) == 1:
        there += " (and there is one row only: are these records?)"
    if any(len(column) > 60 or column.endswith("?") for column in columns):
        last = len(columns) - 1
        example = f"prompt=#0,response=#{last}" if last else "prompt=#0"
        return f"{there}: if the first line is a row and not a header, pass --fields {example}"
    texts, dialogues = _texts(rows), _dialogues(rows)
    if not texts and not dialogues:
        return f"{there}, and none holds text: this is no dataset of prompts and responses"
    if dialogues and not texts:
        return f"{there}: pass --fields messages={dialogues[0]}"
    return f"{there}: say which hold what, for example --fields {_guess(texts)}"


def _shown(column: str) -> str:
    return column if len(column) <= 40 else f"{column[:39]}…"


def _texts(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Name the columns that hold text in some row, longest text first; one level of nesting is looked into."""
    lengths: dict[str, int] = {}
    for row in rows:
        nested = {f"{key}.{inner}": cell for key, value in row.items() if isinstance(value, dict)
                  for inner, cell in value.items()}  # fmt: skip
        for column, value in {**row, **nested}.items():
            if isinstance(value, str):
                lengths[column] = lengths.get(column, 0) + len(value)
    return sorted(lengths, key=lambda column: -lengths[column])


def _dialogues(rows: Sequence[Mapping[str, object]]) -> list[str]:
    return [
        column for column, value in rows[0].items()
        if isinstance(value, list) and value and isinstance(value[0], dict) and {"role", "from"} & value[0].keys()
    ]  # fmt: skip


def _guess(texts: list[str]) -> str:
    """Guess which columns hold what: by their names, else the longest text is the response."""
    prompt = _hinted(texts, _PROMPT_HINTS)
    others = [column for column in texts if column != prompt]
    response = _hinted(others, _RESPONSE_HINTS) or next(iter(others), None)
    if prompt is None:
        prompt = next((column for column in texts if column != response), None)
    if prompt is None or response is None:
        return f"text={texts[0]}"
    return f"prompt={prompt},response={response}"


def _hinted(columns: list[str], hints: tuple[str, ...]) -> str | None:
    return next((column for column in columns if any(hint in column.lower() for hint in hints)), None)
