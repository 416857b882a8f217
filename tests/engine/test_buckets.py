"""Buckets are paired as by plain counting, whatever the number of datasets and however full they are."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lineage.link.buckets import Members, Rule, pair_members

# dataset, key, sketch of two bytes: few values, so that keys recur across datasets and slots agree.
MEMBER = st.tuples(st.integers(0, 3), st.integers(0, 6), st.tuples(st.integers(0, 3), st.integers(0, 3)))
BUCKETS = st.lists(st.lists(MEMBER, min_size=1, max_size=14), max_size=4)

Text = tuple[int, int, tuple[int, int]]


def agreeing(one: Text, other: Text) -> int:
    return sum((x & 15) == (y & 15) for x, y in zip(one[2], other[2], strict=True)) + sum(
        x >> 4 == y >> 4 for x, y in zip(one[2], other[2], strict=True)
    )


def by_counting(buckets: list[list[Text]], rule: Rule) -> list[tuple[int, int, int]]:
    found = []
    first = 0
    for bucket in buckets:
        places = range(first, first + len(bucket))
        datasets = sorted({text[0] for text in bucket})
        for a, b in ((a, b) for a in datasets for b in datasets if a < b):
            own = [at for at in places if bucket[at - first][0] == a]
            keys = [bucket[at - first][1] for at in own]
            theirs = [at for at in places if bucket[at - first][0] == b]
            window = len(theirs)
            if len(own) * len(theirs) > rule.limit:
                window = max(1, rule.limit // len(own))
                shared = {key: place for place, key in enumerate(keys)}
                ranks = {at: shared.get(bucket[at - first][1], len(own) + n) for n, at in enumerate(theirs)}
                theirs.sort(key=lambda at: ranks[at])
                found.append((own[0], min(places[i] for i in range(len(bucket)) if bucket[i][0] == b),
                              len(own) * (len(theirs) - window)))  # fmt: skip
            for p, x in enumerate(own):
                start = min(max(p * len(theirs) // len(own) - window // 2, 0), len(theirs) - window)
                for y in theirs[start : start + window]:
                    one, other = bucket[x - first], bucket[y - first]
                    if one[1] != other[1] and agreeing(one, other) >= rule.need:
                        found.append((x, y, 0))
        first += len(bucket)
    return sorted(found)


def distinct(bucket: list[Text]) -> list[Text]:
    """A text stands once for each dataset, in the order of datasets."""
    kept = {(dataset, key): (dataset, key, sketch) for dataset, key, sketch in bucket}
    return sorted(kept.values(), key=lambda text: text[0])


@given(BUCKETS, st.integers(0, 4), st.integers(1, 40))
def test_buckets_are_paired_as_by_counting(drawn: list[list[Text]], need: int, limit: int) -> None:
    buckets = [distinct(bucket) for bucket in drawn]
    texts = [text for bucket in buckets for text in bucket]
    key = np.array([text[1] for text in texts], np.uint64)
    members = Members(
        starts=np.cumsum([0, *(len(bucket) for bucket in buckets)]),
        dataset=np.array([text[0] for text in texts], np.int64),
        high=key // np.uint64(2),
        low=key % np.uint64(2),
        sketches=np.array([text[2] for text in texts], np.uint8).reshape(-1, 2),
    )
    rule = Rule(need, limit)
    assert sorted(zip(*pair_members(members, rule).tolist(), strict=True)) == by_counting(buckets, rule)
