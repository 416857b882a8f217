"""Exercises with computed answers: the rows that the demo's other lab wrote itself, with a small program.

Varied in setting, wording and numbers, so that no two of them share enough words to be linked.
"""

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import NamedTuple


class Exercise(NamedTuple):
    """An instruction and its right answer."""

    prompt: str
    response: str


_PEOPLE = (
    "Amara", "Bjorn", "Chiyo", "Dmitri", "Elif", "Farah", "Goran", "Hana", "Ines", "Jabari",
    "Katya", "Liam", "Mei", "Noor", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tala",
)  # fmt: skip
_THINGS = (
    "apples", "candles", "notebooks", "lanterns", "marbles", "ribbons", "teacups", "buttons",
    "postcards", "bulbs", "spoons", "kites", "jars", "stamps", "ropes",
)  # fmt: skip
_PLACES = (
    "the harbour market", "a village school", "the night train", "an old mill", "the science fair", "a mountain hut",
    "the city archive", "a ferry terminal", "the botanic garden", "a bicycle workshop", "the puppet theatre",
    "the weather station", "a glass factory", "the chess club", "an apple orchard", "the fire brigade", "a bakery",
)  # fmt: skip
_WORDS = (
    "amber", "basin", "cedar", "delta", "ember", "fable", "grove", "haven", "ivory", "jetty", "knoll", "lilac",
    "maple", "north", "olive", "pearl", "quartz", "raven", "slate", "thorn", "umbra", "velvet", "willow", "yonder",
    "zephyr", "anchor", "bramble", "copper", "drift", "falcon", "gravel", "hollow", "indigo", "juniper", "kettle",
)  # fmt: skip
_UNITS = (
    ("kilometres", "metres", 1000), ("hours", "seconds", 3600), ("feet", "inches", 12), ("days", "hours", 24),
    ("kilograms", "grams", 1000), ("weeks", "days", 7), ("dozen", "pieces", 12), ("litres", "millilitres", 1000),
)  # fmt: skip

_SHOPPING = (
    "At {place}, {who} picks out {a} {first}, {p} crowns apiece, then {b} {second} for {q} crowns each.",
    "{who} runs an errand to {place}: {first} cost {p} crowns, {second} {q}. The list says {a} and {b} of them.",
    "The stall by {place} sells {first} ({p} crowns) and {second} ({q} crowns). {who} bags {a} plus {b}.",
)
_CHANGE = ("What comes back from {paid} crowns?", "Having handed over {paid} crowns, how much change is due?")
_JOURNEYS = (
    "Between {start} and {end} lie {km} km. At {speed} km/h with {pause} minutes of rest, how long does {who} take?",
    "{who} leaves {start} at {speed} km/h, stops {pause} minutes for tea, reaches {end} after {km} km. Minutes in all?",
    "A van does {speed} km each hour. {who} loses {pause} minutes on the {km} km from {start} towards {end}. Total?",
)
_CONVERSIONS = (
    "A sign in {place} reads {value} {big}; {who} wants that as {small}.",
    "Rewrite {value} {big} in {small} for the ledger that {who} keeps at {place}.",
    "{who} of {place} measured {value} {big}. Expressed in {small}, which number is it?",
)
_DATES = (
    "{who} opened {place} on {start:%d %B %Y}. Name the weekday and date {step} days afterwards.",
    "Counting {step} days on from {start:%d %B %Y}, when {who} painted {place}, which calendar day is reached?",
    "A permit for {place}, stamped {start:%d %B %Y}, lapses after {step} days. Tell {who} exactly when.",
)


def own_exercises(count: int, seed: int) -> list[Exercise]:
    """Write `count` exercises, the same ones for the same seed."""
    made = []
    for number in range(count):
        random = Random(f"own exercise {seed} {number}")  # noqa: S311 (not for secrets)
        made.append(_KINDS[number % len(_KINDS)](random))
    return made


def _shopping(random: Random) -> Exercise:
    who, place, (first, second) = random.choice(_PEOPLE), random.choice(_PLACES), random.sample(_THINGS, 2)
    a, b, p, q = random.randint(2, 19), random.randint(2, 19), random.randint(2, 35), random.randint(2, 35)
    total = a * p + b * q
    paid = total + random.randint(1, 90)
    scene = random.choice(_SHOPPING).format(place=place, who=who, a=a, b=b, p=p, q=q, first=first, second=second)
    answer = f"{a} x {p} = {a * p}, {b} x {q} = {b * q}; together {total}. Change: {paid - total}."
    return Exercise(f"{scene} {random.choice(_CHANGE).format(paid=paid)}", answer)


def _journey(random: Random) -> Exercise:
    who, (start, end) = random.choice(_PEOPLE), random.sample(_PLACES, 2)
    speed, hours, pause = random.randint(11, 96), random.randint(2, 9), random.randint(5, 55)
    text = random.choice(_JOURNEYS).format(
        who=who, start=start, end=end, speed=speed, pause=pause, km=speed * hours
    )  # fmt: skip
    minutes = hours * 60
    return Exercise(
        text, f"{speed * hours} / {speed} = {hours} hours = {minutes} minutes, + {pause}: {minutes + pause}."
    )


def _conversion(random: Random) -> Exercise:
    big, small, factor = random.choice(_UNITS)
    value, place, who = random.randint(3, 480), random.choice(_PLACES), random.choice(_PEOPLE)
    text = random.choice(_CONVERSIONS).format(place=place, who=who, value=value, big=big, small=small)
    return Exercise(text, f"{factor} {small} to the unit, so {value} x {factor} = {value * factor} {small}.")


def _date(random: Random) -> Exercise:
    start = dt.date(random.randint(1950, 2030), 1, 1) + dt.timedelta(days=random.randint(0, 364))
    step, place, who = random.randint(8, 400), random.choice(_PLACES), random.choice(_PEOPLE)
    end = start + dt.timedelta(days=step)
    return Exercise(
        random.choice(_DATES).format(who=who, place=place, start=start, step=step), f"It is {end:%A, %d %B %Y}."
    )


def _letters(random: Random) -> Exercise:
    words = random.sample(_WORDS, random.randint(4, 7))
    line = " ".join(words)
    by_length = sorted(words, key=lambda word: (len(word), word))
    vowels = sum(letter in "aeiou" for letter in line)
    return random.choice(
        [
            Exercise(f"Put these in alphabetical order, commas between: {line}", ", ".join(sorted(words))),
            Exercise(f"Spell each backwards, keeping the sequence: {line}", " ".join(word[::-1] for word in words)),
            Exercise(f"Which letters are the initials of {line}?", "".join(word[0] for word in words).upper()),
            Exercise(
                f"How many vowels (a, e, i, o, u) hide in this line: {line}",
                f"From {words[0]} to {words[-1]}: {vowels} vowels.",
            ),
            Exercise(f"Sort by length, shortest first, ties by spelling: {line}", ", ".join(by_length)),
        ]
    )


def _tally(random: Random) -> Exercise:
    names, place, thing = random.sample(_PEOPLE, 4), random.choice(_PLACES), random.choice(_THINGS)
    values = random.sample(range(12, 990), 4)
    lines = "\n".join(f"{name}: {value}" for name, value in zip(names, values, strict=True))
    most, least = max(values), min(values)
    leader = names[values.index(most)]
    return random.choice(
        [
            Exercise(f"Tally of {thing} at {place}:\n{lines}\nWho leads?", f"{leader}, with {most} {thing}."),
            Exercise(
                f"Give the range of this count of {thing} ({place}).\n{lines}", f"{most} - {least} = {most - least}."
            ),
            Exercise(f"{lines}\nThese {thing} lie in {place}. Add them up.", f"The sum is {sum(values)} {thing}."),
        ]
    )


_KINDS: tuple[Callable[[Random], Exercise], ...] = (_shopping, _letters, _journey, _date, _tally, _conversion)
