"""Find a corpus that is a translation of another, or its paraphrase, where hardly a word is shared.

The names that linking calls; how rows are matched is in lineage.link.aligned.
"""

from lineage.link.aligned.alignment import Alignment, Kind
from lineage.link.aligned.find import find_alignment
from lineage.link.corpus import Corpus
from lineage.link.options import DEFAULT_OPTIONS, LinkOptions

__all__ = ["find_alignment", "find_rewrites", "find_translation"]


def find_translation(a: Corpus, b: Corpus, options: LinkOptions = DEFAULT_OPTIONS) -> Alignment | None:
    """Match the rows of two corpora in different languages; None where nothing but chance matches."""
    return _of_kind("translated", find_alignment(a, b, options))


def find_rewrites(a: Corpus, b: Corpus, options: LinkOptions = DEFAULT_OPTIONS) -> Alignment | None:
    """Match rows that were reworded, or got other numbers, in one language; None as for `find_translation`."""
    return _of_kind("revised", find_alignment(a, b, options))


def _of_kind(kind: Kind, alignment: Alignment | None) -> Alignment | None:
    return alignment if alignment is not None and alignment.kind == kind else None
