"""What crosses the store's border: versions, claims and edges as frozen records, and a share with its bounds.

Plain values; nothing here talks to a database or decides what a claim means.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["model", "dataset", "run", "source", "org"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Share:
    """How much, as bounds and a best estimate in [0, 1]; `mid` is None where nothing better than the bounds is known.

    >>> Share(0.2, 0.25, 0.3).overlaps(Share(0.3, None, 1.0))
    True
    """

    low: float
    mid: float | None
    high: float

    def __post_init__(self) -> None:
        mid = self.low if self.mid is None else self.mid
        if not 0 <= self.low <= mid <= self.high <= 1:
            raise ValueError(f"a share needs 0 <= low <= mid <= high <= 1, not {self.low}, {self.mid}, {self.high}")

    def overlaps(self, other: "Share") -> bool:
        """Tell whether some amount lies in both."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an entity as the graph knows it; a model or a run has a single one, labelled ""."""

    id: int
    kind: str
    name: str
    label: str
    digest: str | None
    n_rows: int | None
    n_prompts: int | None
    n_responses: int | None
    date: str | None
    licence: str | None
    source: Mapping[str, Any] | None

    @property
    def title(self) -> str:
        """What people call it: the name, and the version where there may be doubt."""
        return self.name if self.label in ("", "1") else f"{self.name}@{self.label}"

    @property
    def node(self) -> str:
        """Its name in a graph of everything: `kind:title`."""
        return f"{self.kind}:{self.title}"

    def rows_of(self, role: str) -> int | None:
        """How many rows have text in this role (`prompt` or `response`)."""
        return {"prompt": self.n_prompts, "response": self.n_responses}.get(role, self.n_rows)


@dataclass(frozen=True, slots=True)
class NewVersion:
    """The content of a dataset about to be registered; `date` as `parse_date` reads it, `source` to read it again."""

    digest: str
    n_rows: int
    n_prompts: int
    n_responses: int
    source: Mapping[str, Any]
    date: str | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One statement: `subj` `pred` `obj` (version ids), how much, and on what ground.

    family: the kind of evidence (`row_column`, `overlap`, `declared_card` …); claims of one family are one witness.
    share: of the subject's `unit`s; n of n_of where it was counted. p_exists: how sure that the relation holds at all.
    """

    subj: int
    pred: str
    obj: int
    family: str
    method: str
    method_version: str
    collector: str
    role: str = ""
    stage: str = ""
    how: str = ""
    share: Share | None = None
    unit: str = ""
    n: int | None = None
    n_of: int | None = None
    p_exists: float = 1.0
    params_digest: str = ""
    locator: str = ""


@dataclass(frozen=True, slots=True)
class RecordedClaim:
    """A claim in the ledger: its number there, and when it was written and taken back."""

    id: int
    claim: Claim
    recorded: dt.datetime
    retracted: dt.datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What all live claims about one relation come to; `basis` is the family the share comes from."""

    src: int
    dst: int
    type: str
    role: str
    stage: str
    how: str
    share: Share | None
    unit: str
    n: int | None
    n_of: int | None
    basis: str
    conf: float
    n_claims: int
    conflict: bool


@dataclass(frozen=True, slots=True)
class Ingest:
    """One batch of claims: who brings it, from what input (a digest), and when."""

    importer: str
    importer_version: str
    input_digest: str
    at: dt.datetime
    counts: Mapping[str, Any]
