"""What tracing a text gives: the samples that match it with their evidence, and what could not have been found."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["identical", "near", "query_in_sample", "sample_in_query"]
View = Literal["prompt", "response"]

CONTRACT = "lineage.trace/1"


@dataclass(frozen=True, slots=True)
class Hit:
    """A sample that matches the text in one view.

    place: of its dataset among those searched. row: of the dataset, from 0. jaccard: of the shingle sets. in_sample:
    the part of the text's shingles that the sample holds; in_query: the part of the sample's that the text holds.
    standard_error: of the Jaccard; 0 where it was counted from the stored text.
    """

    place: int
    row: int
    view: View
    kind: Kind
    jaccard: float
    in_sample: float
    in_query: float
    standard_error: float

    @property
    def exact(self) -> bool:
        """Whether it was counted from the stored text, or is equal by key."""
        return self.standard_error == 0.0


@dataclass(frozen=True, slots=True)
class Trace:
    """All that was found for one text, the likest first.

    samples: how many were searched. equal_left: further samples with the same words that are not listed. not_examined:
    candidates beyond those compared. cut: index entries that too many samples share to be looked at.
    cannot_find: what would not have been found, in words.
    """

    text: str
    hits: tuple[Hit, ...]
    samples: int
    equal_left: int
    not_examined: int
    cut: int
    cannot_find: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of words that both texts have; where it starts and ends in each, in characters."""

    query: tuple[int, int]
    sample: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Explained:
    """A hit with what it rests on: the sample's text and the spans it shares, both None without the text.

    bits: how surprising what they share is, at least, among the samples searched. file, file_row: where the sample was
    read from, None where that is not known.
    """

    hit: Hit
    dataset: str
    sample_id: str
    file: str | None
    file_row: int
    text: str | None
    spans: tuple[Span, ...] | None
    bits: float

    def to_dict(self) -> dict[str, object]:
        """Return the hit as it appears in the JSON contract."""
        hit = self.hit
        spans = [{"query": list(one.query), "sample": list(one.sample)} for one in self.spans or ()]
        return {
            "dataset": self.dataset, "row": hit.row, "sample_id": self.sample_id, "file": self.file,
            "file_row": self.file_row, "view": hit.view, "kind": hit.kind, "jaccard": round(hit.jaccard, 6),
            "query_in_sample": round(hit.in_sample, 6), "sample_in_query": round(hit.in_query, 6),
            "exact": hit.exact, "standard_error": round(hit.standard_error, 6), "bits": round(self.bits, 1),
            "spans": None if self.spans is None else spans, "text": self.text,
        }  # fmt: skip
