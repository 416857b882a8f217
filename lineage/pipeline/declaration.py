"""A pipeline as it is written down: a TOML file of stages, each a command a user could type.

Knows the form of the file and nothing of parameters' values, paths or running.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from lineage.errors import PipelineError, UsageError

Value = str | int | float | list[str]

_PIPELINE_KEYS = {"name", "about", "home", "requires"}
_STAGE_KEYS = {"name", "about", "run", "inputs", "outputs", "stdout", "seconds"}


@dataclass(frozen=True, slots=True)
class Stage:
    """One command of a pipeline, before its parameters are filled in.

    inputs: files, or names of stages. outputs: files, or folders when they end in "/".
    stdout: the file that takes what the command prints. seconds: how long it takes on two cores, for the time left.
    """

    name: str
    about: str
    run: str
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    stdout: str | None = None
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages and the parameters they share; `origin` is where it was read, `digest` the BLAKE2b-128 of that text."""

    name: str
    about: str
    origin: str
    digest: str
    stages: tuple[Stage, ...]
    parameters: Mapping[str, Value]
    requires: tuple[str, ...] = ()
    home: str | None = None


def installed_pipelines() -> tuple[str, ...]:
    """Name the pipelines that came with `lineage`."""
    found = files("lineage._pipelines").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in found if file.name.endswith(".toml")))


def read_pipeline(source: str) -> Pipeline:
    """Read a pipeline from a path, or from those that came with `lineage` by its name.

    Raises UsageError when there is no such pipeline, PipelineError when it is not well formed.

    >>> read_pipeline("corpus").name
    'corpus'
    """
    file = _find(source)
    try:
        text = file.read_text(encoding="utf-8")
        document = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PipelineError(f"{source}: cannot be read as TOML: {error}") from error
    return parse_pipeline(document, origin=source, digest=hashlib.blake2b(text.encode(), digest_size=16).hexdigest())


def parse_pipeline(document: Mapping[str, object], *, origin: str, digest: str) -> Pipeline:
    """Check the form of a pipeline's document; raises PipelineError naming the file and the key or stage."""
    _only(document, {"pipeline", "parameters", "stage"}, where=origin)
    head = _table(document.get("pipeline"), where=f"{origin}: [pipeline]")
    _only(head, _PIPELINE_KEYS, where=f"{origin}: [pipeline]")
    stages = document.get("stage")
    if not isinstance(stages, list) or not stages:
        raise PipelineError(f"{origin}: no [[stage]]; a pipeline has at least one")
    return Pipeline(
        name=_text(head, "name", where=f"{origin}: [pipeline]"),
        about=_text(head, "about", where=f"{origin}: [pipeline]"),
        origin=origin,
        digest=digest,
        stages=tuple(_stage(stage, origin=origin, number=number) for number, stage in enumerate(stages, 1)),
        parameters=_parameters(_table(document.get("parameters", {}), where=f"{origin}: [parameters]"), origin=origin),
        requires=_texts(head, "requires", where=f"{origin}: [pipeline]"),
        home=_text(head, "home", where=f"{origin}: [pipeline]") if "home" in head else None,
    )


def _find(source: str) -> Traversable:
    path = Path(source)
    if path.suffix == ".toml" or path.parent != Path():
        if not path.is_file():
            raise UsageError(f"{source}: no such pipeline file")
        return path
    if source not in installed_pipelines():
        raise UsageError(
            f"{source}: no such pipeline; installed: {', '.join(installed_pipelines())}; or give a .toml file"
        )
    return files("lineage._pipelines") / f"{source}.toml"


def _stage(document: object, *, origin: str, number: int) -> Stage:
    table = _table(document, where=f"{origin}: stage {number}")
    name = _text(table, "name", where=f"{origin}: stage {number}")
    where = f'{origin}: stage "{name}"'
    if "/" in name or name.startswith("."):
        raise PipelineError(f"{where}: a stage's name becomes a file name; use letters, digits and -")
    _only(table, _STAGE_KEYS, where=where)
    seconds = table.get("seconds", 1.0)
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds <= 0:
        raise PipelineError(f"{where}: seconds is {seconds!r}; it must be a number above 0")
    return Stage(
        name=name,
        about=_text(table, "about", where=where),
        run=_text(table, "run", where=where),
        inputs=_texts(table, "inputs", where=where),
        outputs=_texts(table, "outputs", where=where),
        stdout=_text(table, "stdout", where=where) if "stdout" in table else None,
        seconds=float(seconds),
    )


def _parameters(table: Mapping[str, object], *, origin: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for key, value in table.items():
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            values[key] = list(value)
        elif isinstance(value, str | int | float) and not isinstance(value, bool) and key != "out":
            values[key] = value
        else:
            hint = "`out` is the folder given by --out" if key == "out" else "use a text, a number or a list of texts"
            raise PipelineError(f"{origin}: parameter {key} = {value!r}: {hint}")
    return values


def _only(table: Mapping[str, object], known: set[str], *, where: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise PipelineError(f"{where}: unknown key {', '.join(unknown)}; known: {', '.join(sorted(known))}")


def _table(value: object, *, where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise PipelineError(f"{where}: missing, or not a table")
    return value


def _text(table: Mapping[str, object], key: str, *, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise PipelineError(f"{where}: {key} is {value!r}; it must be a text")
    return value


def _texts(table: Mapping[str, object], key: str, *, where: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise PipelineError(f"{where}: {key} is {value!r}; it must be a list of texts")
    return tuple(value)
