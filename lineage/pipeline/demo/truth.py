"""What was planted where: the truth that the demo's findings are compared with."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from lineage.errors import RecordError
from lineage.store.workspace import written_whole

SCHEMA = "lineage.demo.truth/1"
How = Literal["copied", "edited", "reanswered", "leaked"]
HOWS: tuple[How, ...] = ("copied", "edited", "reanswered", "leaked")


@dataclass(frozen=True, slots=True)
class Planted:
    """A row of the lab's set that came from elsewhere; rows count from zero, `origin` is the name of a dataset."""

    row: int
    how: How
    origin: str
    origin_row: int


@dataclass(frozen=True, slots=True)
class Truth:
    """All that was planted in the set `name` of `rows` rows; its other rows were written by a program.

    corpus: name of the generated dataset, benchmark: of the one with questions for examinations.
    """

    name: str
    corpus: str
    benchmark: str
    rows: int
    seed: int
    planted: tuple[Planted, ...]

    @property
    def by_model(self) -> float:
        """The true share of rows whose prompt and response the model wrote, edited ones among them."""
        return sum(one.origin == self.corpus for one in self.planted) / self.rows if self.rows else 0.0


def write_truth(truth: Truth, path: Path) -> None:
    """Write a truth as JSON, whole or not at all."""
    with written_whole(path) as temporary:
        temporary.write_text(json.dumps({"schema": SCHEMA, **asdict(truth)}, indent=1) + "\n", encoding="utf-8")


def read_truth(path: Path) -> Truth:
    """Read a truth; raises RecordError when the file is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != SCHEMA:
            raise RecordError(
                f"{path}: schema is {document['schema']!r}, not {SCHEMA}; write it with `lineage demo mix`"
            )
        planted = tuple(Planted(**one) for one in document["planted"])
        names = (document["name"], document["corpus"], document["benchmark"])
        return Truth(*names, document["rows"], document["seed"], planted)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordError(f"{path}: no truth file ({error}); write it with `lineage demo mix`") from error
