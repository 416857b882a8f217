"""The parameters of linking, with the measured reasons for their defaults."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lineage.errors import UsageError

# Called with the phase, what is done of it, and what there is to do (0: not known).
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """How alike two texts must be, and how far to look for them.

    threshold: smallest Jaccard similarity of two shingle sets that counts as agreeing, in (0, 1].
    recall: the part of the pairs just at the threshold that the bands have to find; they are chosen for it (`banding`).
    exact: find every pair at or above the threshold, by their rarest shingles instead of signatures; needs the texts.
    group_limit: pairs written for two texts that recur in many samples; beyond it every sample keeps one partner, and
    the two groups are reported as groups.
    bucket_limit: pairs compared in one bucket of one band. posting_limit: texts looked at for one text whose rarest
    shingles are common. winnow_limit: texts that hold a winnowed hash, beyond which it is not looked at. What is left
    out by each is counted in the result.
    background: what shared words are weighed against: "corpora", the words of the corpora at hand, or "wordfreq:LANG",
    those of a language by the package wordfreq ("wordfreq": English; needs the extra `frequency`).
    memory: bytes that working arrays may take beside the fingerprints and the result; it decides nothing but speed.
    threads: None means one for each core; the result does not depend on it.
    progress: called from time to time with how far a phase is.
    """

    threshold: float = 0.7
    recall: float = 0.998
    exact: bool = False
    group_limit: int = 1024
    bucket_limit: int = 1 << 16
    posting_limit: int = 1 << 14
    winnow_limit: int = 1 << 8
    background: str = "corpora"
    memory: int = 1 << 30
    threads: int | None = None
    progress: Progress | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 0 < self.recall < 1:
            raise UsageError(
                f"recall {self.recall} is outside (0, 1); pass a probability such as 0.998, or ask for exact"
            )
        if not 0 < self.threshold <= 1:
            raise UsageError(f"threshold {self.threshold} is outside (0, 1]; pass a similarity such as 0.7")
        if self.memory < 1:
            raise UsageError(f"memory is {self.memory} bytes; give at least one, and some 100 million for speed")

        if self.background != "corpora" and self.language is None:
            raise UsageError(
                f"there is no background {self.background!r}; choose corpora, wordfreq, or wordfreq:LANG such as "
                "wordfreq:de"
            )

    @property
    def language(self) -> str | None:
        """The language whose words are the background, None where the corpora are."""
        package, _, language = self.background.partition(":")
        return (language or "en") if package == "wordfreq" else None

    def report(self, phase: str, done: int, total: int) -> None:
        """Tell the caller how far a phase is, when it wants to know."""
        if self.progress is not None:
            self.progress(phase, done, total)


DEFAULT_OPTIONS = LinkOptions()
