"""What a pair of samples is to each other, decided from the measured evidence of both channels.

The thresholds and what they were measured on are in docs/design/0003-relations.md.
"""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from lineage.link.alike import Bools
from lineage.link.likeness import Floats
from lineage.link.pairs import Channel, SamplePairs
from lineage.link.thresholds import (
    CONTAINED,
    CONTAINED_PART,
    CONTAINED_PROMPT,
    CONTAINED_PROMPT_SHINGLES,
    CONTAINED_RESPONSE_SHINGLES,
    FORMULA_PROMPTS,
    KEPT_PROMPT,
    KEPT_RESPONSE,
    LARGER,
    LEAST_PROMPT_SHINGLES,
    LEAST_RESPONSE_SHINGLES,
    MUCH_LARGER,
    PART_RESPONSE_SHINGLES,
)

Ranks = npt.NDArray[np.int8]
Relation = Literal["identical", "near_duplicate", "extended", "revised", "same_response", "same_prompt"]

# From the strongest to the weakest: a row that is in several pairs is counted under its strongest relation.
RELATIONS: tuple[Relation, ...] = get_args(Relation)
NO_RELATION = len(RELATIONS)


def relate(pairs: SamplePairs, wrapped: Bools) -> Ranks:
    """Return for each pair the position of its relation in RELATIONS, or NO_RELATION where the evidence is too thin.

    wrapped: where the prompts differ by a template only, which makes neither an extension of the other.
    """
    prompt, response = pairs.prompt, pairs.response
    same_prompt = prompt.agree
    same_response = response.agree
    weighty_prompt = same_prompt & (prompt.small >= LEAST_PROMPT_SHINGLES)
    weighty_response = same_response & _telling(response)
    # A response alone has to be long to be evidence; beside a prompt that agrees it may be short.
    grounded = prompt.has_a & prompt.has_b | weighty_response
    rules: dict[Relation, Bools] = {
        "identical": (prompt.equal | prompt.absent) & (response.equal | response.absent) & grounded,
        "near_duplicate": (same_prompt | prompt.absent) & (same_response | response.absent) & grounded,
        "extended": same_prompt & _contained(response, CONTAINED)
        | weighty_response & _contained(prompt, CONTAINED) & ~wrapped
        | _contained(prompt, CONTAINED_PROMPT) & ~wrapped & (prompt.small >= CONTAINED_PROMPT_SHINGLES)
        | _turns(pairs) & _telling(response)
        | _telling(response) & _contained(response, CONTAINED) & (response.small >= CONTAINED_RESPONSE_SHINGLES),
        "revised": same_prompt & (response.likeness.jaccard >= KEPT_RESPONSE)
        | weighty_response & (prompt.likeness.jaccard >= KEPT_PROMPT)
        | ~same_response & (_larger(response) >= CONTAINED_PART) & (response.small >= PART_RESPONSE_SHINGLES),
        "same_response": weighty_response,
        "same_prompt": weighty_prompt,
    }
    conditions = [rules[name] for name in RELATIONS]
    ranks = np.select(conditions, list(range(len(RELATIONS))), NO_RELATION).astype(np.int8)
    return np.where(_secondhand(pairs, ranks), np.int8(NO_RELATION), ranks)


def grown(pairs: SamplePairs) -> tuple[Bools, Bools]:
    """Mark the pairs in which the sample of a holds that of b and more, and those the other way round.

    A prompt that holds the other's: answered anew, or with its answer among others, or much longer (of a little
    longer one that is answered alike the other was rather cut). Or, where the prompts are others, an answer that holds
    the other's.
    """
    prompt, response = pairs.prompt, pairs.response
    longer = _contained(prompt, CONTAINED_PROMPT, MUCH_LARGER) & (prompt.small >= CONTAINED_PROMPT_SHINGLES)
    by_prompt = (_larger(prompt) >= CONTAINED_PROMPT) & (~response.agree | _turns(pairs)) | longer
    apart = prompt.has_a & prompt.has_b & ~prompt.agree
    by_response = apart & ~by_prompt & _contained(response, CONTAINED)
    way: Ranks = np.where(by_prompt, _way(prompt), np.where(by_response, _way(response), 0)).astype(np.int8)
    return way < 0, way > 0


def _turns(pairs: SamplePairs) -> Bools:
    """Mark the pairs in which one side holds question and answer of the other, as a conversation does its turns."""
    prompt, response = pairs.prompt, pairs.response
    one_way = np.asarray(_way(prompt) == _way(response), np.bool_)
    return one_way & _contained(prompt, CONTAINED) & _contained(response, CONTAINED)


def _way(channel: Channel) -> Ranks:
    """Say which text holds more of the other than is held of it: −1 where it is a's, 1 where it is b's, else 0."""
    ab, ba = channel.likeness.containment_ab, channel.likeness.containment_ba
    return (ab > ba).astype(np.int8) - (ba > ab).astype(np.int8)


def _secondhand(pairs: SamplePairs, ranks: npt.NDArray[np.int8]) -> Bools:
    """Mark pairs that share only a prompt or only a response where one of the two has its own copy on the other side.

    Such a pair says how rows of one corpus resemble each other: in a templated set every prompt is close to many.
    """
    copied = ranks <= RELATIONS.index("near_duplicate")
    known = np.isin(pairs.a, pairs.a[copied]) | np.isin(pairs.b, pairs.b[copied])
    other_prompt = ~(pairs.prompt.agree | (_larger(pairs.prompt) >= KEPT_PROMPT))
    return np.asarray(known & ~copied & (other_prompt | (ranks >= RELATIONS.index("same_response"))), np.bool_)


def _telling(channel: Channel) -> Bools:
    return (channel.small >= LEAST_RESPONSE_SHINGLES) & (channel.recurs < FORMULA_PROMPTS)


def _larger(channel: Channel) -> Floats:
    """Return the part of one text that the other holds, of the one that is held more; NaN where one is missing."""
    return np.fmax(channel.likeness.containment_ab, channel.likeness.containment_ba)


def _contained(channel: Channel, share: float, larger: float = LARGER) -> Bools:
    """Where one text holds the other and is clearly larger; the ratio of the containments is the ratio of the sizes."""
    most, least = _larger(channel), np.fmin(channel.likeness.containment_ab, channel.likeness.containment_ba)
    return np.asarray((most >= share) & (most >= larger * least), np.bool_)
