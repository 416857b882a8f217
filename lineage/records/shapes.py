"""The shapes in which prompts and responses are published, recognised by their column names.

One table, `SHAPES`; the first row whose columns are all there is the shape of a file. Names are compared without case,
and with spaces and hyphens as underscores. How a row of a shape becomes messages is in `lineage.records.build`.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lineage.records import build

RESPONSES = (
    "model_output", "response", "output", "completion", "generation", "generated_text", "canonical_solution",
    "solution", "answer", "best_answer", "target", "targets", "assistant", "reply", "chosen", "code",
)  # fmt: skip
# Names that mean a prompt also where there is no response beside them.
SURE_PROMPTS = ("prompt", "instruction", "question", "query", "problem")
PROMPTS = (*SURE_PROMPTS, "inputs", "user", "human", "task", "input")
DIALOGUES = ("messages", "conversations", "conversation", "dialogue", "dialog", "chat")
INPUTS = ("input", "context")
SYSTEM = ("system", "system_prompt", "system_message")
OPTIONS = ("choices", "options", "endings")
KEYS = ("answer", "answerkey", "answer_key", "answer_idx", "answer_index", "label", "gold")


class Shape(NamedTuple):
    """One published shape: for each role the columns that may hold it, best first; and what makes messages of a row.

    Every role in `needs` must be there, those in `may` are read where they are there.
    """

    name: str
    build: build.Build
    needs: Mapping[str, tuple[str, ...]]
    may: Mapping[str, tuple[str, ...]] = {}


SHAPES = (
    Shape("seed tasks", build.instances, {"prompt": ("instruction",), "instances": ("instances",)}, {"system": SYSTEM}),
    Shape("messages", build.dialogue, {"dialogue": DIALOGUES}, {"system": SYSTEM}),
    Shape("mt-bench answers", build.model_turns, {"choices": ("choices",), "mark": ("answer_id", "model_id")}),
    Shape("vicuna answers", build.response, {"response": ("text",), "mark": ("answer_id",)}),
    Shape("mt-bench questions", build.user_turns, {"turns": ("turns",)}, {"system": SYSTEM}),
    Shape("multiple choice", build.options, {"prompt": ("question", "ctx"), "options": OPTIONS, "key": KEYS}),
    Shape(
        "multiple choice",
        build.options,
        {"prompt": ("question",), "a": ("a",), "b": ("b",), "c": ("c",), "d": ("d",), "key": KEYS},
    ),
    Shape(
        "preferences",
        build.preference,
        {"response": ("chosen",), "mark": ("rejected",)},
        {"prompt": PROMPTS, "system": SYSTEM},
    ),
    Shape(
        "magpie",
        build.pair,
        {"prompt": ("instruction",), "response": ("response",), "mark": ("gen_input_configs",)},
        {"input": INPUTS, "system": SYSTEM},
    ),
    Shape(
        "alpaca eval",
        build.pair,
        {"prompt": ("instruction",), "response": ("output",), "mark": ("generator",)},
        {"input": INPUTS, "system": SYSTEM},
    ),
    Shape(
        "alpaca",
        build.pair,
        {"prompt": ("instruction",), "response": RESPONSES},
        {"input": INPUTS, "system": SYSTEM},
    ),
    Shape("prompt and response", build.pair, {"prompt": PROMPTS, "response": RESPONSES}, {"system": SYSTEM}),
    Shape("task and code", build.pair, {"prompt": ("text", "description"), "response": ("code", "solution")}),
    Shape("alpaca prompts", build.pair, {"prompt": ("instruction",)}, {"input": INPUTS, "system": SYSTEM}),
    Shape("prompts", build.pair, {"prompt": SURE_PROMPTS}, {"system": SYSTEM}),
    Shape("vicuna questions", build.pair, {"prompt": ("text",), "mark": ("question_id",)}),
    Shape("text", build.document, {"text": ("text", "content", "document", "raw_content")}),
    Shape("responses", build.response, {"response": RESPONSES}),
)  # fmt: skip


class Match(NamedTuple):
    """A shape found in a file, and which column holds which role."""

    shape: Shape
    at: dict[str, str]

    @property
    def read_columns(self) -> frozenset[str]:
        """The columns that become messages; all others stay beside them as they are."""
        return frozenset(column for role, column in self.at.items() if role != "mark")


def match_shape(columns: Iterable[str]) -> Match | None:
    """Find the first shape whose columns are there; None when there is none.

    >>> match_shape(["Question", "Best Answer"]).at
    {'prompt': 'Question', 'response': 'Best Answer'}
    """
    named = {_plain(column): column for column in reversed(list(columns))}
    for shape in SHAPES:
        needed = {role: _first(names, named) for role, names in shape.needs.items()}
        if all(needed.values()):
            maybe = {role: _first(names, named) for role, names in shape.may.items()}
            found = {role: column for role, column in (needed | maybe).items() if column}
            if len({*found.values()}) == len(found):
                return Match(shape, found)
    return None


def matters(column: str) -> bool:
    """Tell whether any shape looks for a column of this name.

    >>> matters("Best Answer"), matters("id")
    (True, False)
    """
    return _plain(column) in _LOOKED_FOR


def _plain(column: str) -> str:
    return column.strip().lower().replace(" ", "_").replace("-", "_")


def _first(names: tuple[str, ...], named: Mapping[str, str]) -> str:
    return next((named[name] for name in names if name in named), "")


_LOOKED_FOR = frozenset(
    name for shape in SHAPES for role in (shape.needs, shape.may) for names in role.values() for name in names
)
