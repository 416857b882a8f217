"""What was left out, by which rule: nothing is cut in silence."""

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Cuts:
    """How much was not looked at or not written out, by rule; all 0 when the result is complete as promised.

    bucket_pairs: pairs of texts that met in an overfull bucket of a band and were not compared there.
    postings: times a text was not looked at as a partner, because the shingles or hashes it shares are too common.
    group_pairs: pairs of samples not written out, because both texts recur in many samples; see `GroupPair`.
    """

    bucket_pairs: int = 0
    postings: int = 0
    group_pairs: int = 0

    @property
    def total(self) -> int:
        """All that was left out."""
        return sum(astuple(self))

    def plus(self, other: "Cuts") -> "Cuts":
        """Return both together."""
        return Cuts(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))

    def described(self) -> list[str]:
        """Say what was left out, a sentence for each rule that left something out.

        >>> Cuts(postings=3).described()
        ['3 times a text was passed over, because what it shares is too common']
        """
        sentences = {
            f"{self.bucket_pairs:,} pairs of very common texts were not compared": self.bucket_pairs,
            f"{self.postings:,} times a text was passed over, because what it shares is too common": self.postings,
            f"{self.group_pairs:,} pairs of samples whose texts recur are not listed": self.group_pairs,
        }
        return [sentence for sentence, count in sentences.items() if count]

    def to_dict(self) -> dict[str, int]:
        """Return the counts by name.

        >>> Cuts(postings=3).to_dict()
        {'bucket_pairs': 0, 'postings': 3, 'group_pairs': 0}
        """
        return {"bucket_pairs": self.bucket_pairs, "postings": self.postings, "group_pairs": self.group_pairs}


NO_CUTS = Cuts()
