"""Pairs the texts of different datasets that meet in a bucket of a band, by the rules of `bands`.

A bucket comes with its members all together, from any number of datasets; it is made of what a worker is sent.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from lineage.link.arrays import Hashes, Ints
from lineage.link.bands import overfull_window
from lineage.text.jit import kernel

Sketches = npt.NDArray[np.uint8]


class Members(NamedTuple):
    """Texts in buckets: bucket i is starts[i] to starts[i + 1], in it ascending by dataset, then by place.

    high, low: the halves of a text's key. sketches: uint8 (n, K / 2), four bits of every slot of its signature.
    """

    starts: Ints
    dataset: Ints
    high: Hashes
    low: Hashes
    sketches: Sketches


class Rule(NamedTuple):
    """need: slots of a sketch that must agree. limit: pairs compared of one bucket and two datasets."""

    need: int
    limit: int


def pair_members(members: Members, rule: Rule) -> Ints:
    """Return (x, y, 0) for two members that may be alike, as columns of an array of int64, shape (3, n).

    (x, y, cut) says what was left out of a bucket between the datasets of x and y.
    No pair is missed whose signatures agree in `need` slots: where a slot agrees, its four bits do.
    """
    capacity = max(1024, len(members.dataset) // 4)
    while True:
        room = np.empty((3, capacity), np.int64)
        count = _pair_all(members, rule, room)
        if count <= capacity:
            return room[:, :count]
        capacity = count


@kernel
def _pair_all(members: Members, rule: Rule, room: Ints) -> int:
    """Go through every two datasets of every bucket; returns how many rows there are and writes those that fit."""
    starts, dataset = members.starts, members.dataset
    count = 0
    for bucket in range(starts.shape[0] - 1):
        end = starts[bucket + 1]
        begin_a = starts[bucket]
        while begin_a < end and dataset[begin_a] != dataset[end - 1]:
            end_a = _end_of_dataset(dataset, begin_a, end)
            begin_b = end_a
            while begin_b < end:
                end_b = _end_of_dataset(dataset, begin_b, end)
                count += _pair_two(
                    members, (begin_a, end_a), (begin_b, end_b), rule, room[:, min(count, room.shape[1]) :]
                )
                begin_b = end_b
            begin_a = end_a
    return count


@kernel
def _end_of_dataset(dataset: Ints, begin: int, end: int) -> int:
    at = begin
    while at < end and dataset[at] == dataset[begin]:
        at += 1
    return at


@kernel
def _pair_two(members: Members, a: tuple[int, int], b: tuple[int, int], rule: Rule, room: Ints) -> int:
    size_a, size_b = a[1] - a[0], b[1] - b[0]
    order = np.arange(b[0], b[1])
    window = size_b
    count = 0
    if size_a * size_b > rule.limit:
        # An overfull bucket is examined in a window around the same relative place.
        window = overfull_window(size_a, rule.limit)
        order = order[_shared_first(members, a, b)]
        if count < room.shape[1]:
            room[0, count], room[1, count], room[2, count] = a[0], b[0], size_a * (size_b - window)
        count += 1
    for p in range(size_a):
        x = a[0] + p
        start = min(max(p * size_b // size_a - window // 2, 0), size_b - window)
        for q in range(start, start + window):
            y = order[q]
            same = members.high[x] == members.high[y] and members.low[x] == members.low[y]
            if same or _agreeing(members.sketches[x], members.sketches[y]) < rule.need:
                continue
            if count < room.shape[1]:
                room[0, count], room[1, count], room[2, count] = x, y, 0
            count += 1
    return count


@kernel
def _agreeing(one: Sketches, other: Sketches) -> int:
    count = 0
    for place in range(one.shape[0]):
        differing = one[place] ^ other[place]
        count += ((differing & 15) == 0) + ((differing >> 4) == 0)
    return count


@kernel
def _shared_first(members: Members, a: tuple[int, int], b: tuple[int, int]) -> Ints:
    """Order b as texts are numbered for two datasets: those that a has, in a's order, then the others in their own."""
    high, low = members.high, members.low
    by_key = np.argsort(high[a[0] : a[1]], kind="mergesort")
    keys = high[a[0] : a[1]][by_key]
    ranks = np.empty(b[1] - b[0], np.int64)
    for q in range(ranks.shape[0]):
        y = b[0] + q
        ranks[q] = a[1] - a[0] + q
        at = np.searchsorted(keys, high[y])
        while at < keys.shape[0] and keys[at] == high[y]:
            if low[a[0] + by_key[at]] == low[y]:
                ranks[q] = by_key[at]
            at += 1
    return np.argsort(ranks)
