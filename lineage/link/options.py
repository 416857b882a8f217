"""The parameters of linking, with the measured reasons for their defaults."""

from dataclasses import dataclass

from lineage.errors import UsageError


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """How alike two texts must be, and how far to look for them.

    threshold: smallest Jaccard similarity of two shingle sets that counts as agreeing, in (0, 1].
    bands: how many bands a signature is cut into; a pair is a candidate when one whole band agrees.
    group_limit: pairs written for two texts that recur in many samples; beyond it every sample keeps one partner.
    bucket_limit: candidates examined in one bucket of one band; what is left out is counted in the result.
    posting_limit: candidates examined for one prompt when looking for prompts that contain it; counted alike.
    threads: None means one for each core; the result does not depend on it.

    Source: 16 bands of 4 slots find a pair of J = .7 with probability 1 - (1 - .7^4)^16 = .988, of J = .8 with .9998.
    """

    threshold: float = 0.7
    bands: int = 16
    group_limit: int = 1024
    bucket_limit: int = 1 << 18
    posting_limit: int = 1 << 14
    threads: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise UsageError(f"threshold {self.threshold} is outside (0, 1]; pass a similarity such as 0.7")
        if self.bands < 1:
            raise UsageError(f"bands is {self.bands}; at least one band is needed")


DEFAULT_OPTIONS = LinkOptions()
