"""Finds out how a template is told to think or not to think.

Templates have different names for it (`enable_thinking`, `thinking`, `reasoning_effort` …). A switch is taken for one
only when turning it changes what the template writes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from jinja2 import meta, nodes

from lineage.errors import TemplateError
from lineage.generate.render import ChatTemplate, Dialect, syntax_tree
from lineage.generate.turns import glue

# default: whatever the template does when nobody says anything.
Thinking = Literal["default", "on", "off"]

_YES_OR_NO = ("enable_thinking", "thinking", "enable_reasoning", "reasoning")
_ABOUT_THINKING = re.compile(r"think|reason|effort")
_ON = ("on", "enabled", "enable", "think", "high")
_OFF = ("off", "disabled", "disable", "none", "no_think", "nothink", "no", "minimal")


@dataclass(frozen=True)
class Switch:
    """A template's switch for thinking: the arguments for on and for off."""

    on: dict[str, Any]
    off: dict[str, Any]

    def arguments(self, choice: Thinking) -> dict[str, Any]:
        """Return the arguments for a choice; none for the default."""
        return {"on": self.on, "off": self.off, "default": {}}[choice]


def find_switch(template: ChatTemplate, dialect: Dialect) -> Switch | None:
    """Find the switch of a template, or None when it has none that changes anything."""
    return next((one for one in _candidates(template) if _matters(template, dialect, one)), None)


def _candidates(template: ChatTemplate) -> Iterator[Switch]:
    tree = syntax_tree(template)
    free = meta.find_undeclared_variables(tree)
    for name in _YES_OR_NO:
        if name in free:
            yield Switch({name: True}, {name: False})
    for name in sorted(one for one in free if _ABOUT_THINKING.search(one)):
        values = _compared_with(tree, name)
        off = _first_of(_OFF, values)
        if off is not None:
            on = _first_of(_ON, values)
            yield Switch({} if on is None else {name: on}, {name: off})
        elif "budget" in name and 0 in values:
            yield Switch({}, {name: 0})


def _matters(template: ChatTemplate, dialect: Dialect, switch: Switch) -> bool:
    try:
        on, off = (glue(template.with_arguments(one), dialect) for one in (switch.on, switch.off))
    except TemplateError:
        return False
    return on != off


def _compared_with(tree: nodes.Template, name: str) -> list[Any]:
    """List the constants that a template compares a variable with: the values it knows."""
    values: list[Any] = []
    for one in tree.find_all(nodes.Compare):
        if any(found.name == name for found in one.find_all(nodes.Name)):
            for found in one.find_all(nodes.Const):
                values += found.value if isinstance(found.value, (list, tuple)) else [found.value]
    return values


def _first_of(words: tuple[str, ...], values: list[Any]) -> str | None:
    known = {str(value).lower(): str(value) for value in values if isinstance(value, str)}
    return next((known[word] for word in words if word in known), None)
