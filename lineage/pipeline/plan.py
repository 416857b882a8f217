"""A pipeline with its parameters filled in: which commands, in which order, reading and writing what.

Parameters are put in after a command is split into its arguments, so a value with spaces or quotes stays one argument
and no shell ever sees it. Looks at the file system only to tell a missing input; runs nothing.
"""

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from lineage.errors import PipelineError, UsageError
from lineage.pipeline.declaration import Pipeline, Stage, Value

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """One stage ready to run.

    command: arguments, the first is `lineage`. files: inputs read from disk or elsewhere, as written. after: stages
    named as inputs. outputs: files, then folders (`folders`); stdout: the file that takes what the command prints,
    also among the outputs.
    """

    name: str
    about: str
    command: tuple[str, ...]
    files: tuple[str, ...]
    after: tuple[str, ...]
    outputs: tuple[Path, ...]
    folders: tuple[Path, ...]
    stdout: Path | None
    seconds: float

    @property
    def shown(self) -> str:
        """The command as a user would type it."""
        typed = shlex.join(self.command)
        return f"{typed} > {shlex.quote(str(self.stdout))}" if self.stdout else typed


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a pipeline in an order in which each finds what it reads; ties keep the order of the file."""

    pipeline: Pipeline
    parameters: Mapping[str, Value]
    out: Path
    home: Path | None
    steps: tuple[Step, ...]


def make_plan(pipeline: Pipeline, settings: Iterable[tuple[str, str]], *, out: Path) -> Plan:
    """Fill in the parameters and put the stages in order.

    settings: (key, value) pairs that replace defaults; a list takes one pair an item. out: what `{out}` stands for.
    Raises UsageError for an unknown, unreadable or missing parameter; PipelineError, naming file and stage, for a
    pipeline whose stages do not fit together.
    """
    parameters = _parameters(pipeline, settings)
    values = {**parameters, "out": str(out)}
    _check_names(pipeline, values)
    steps = [_step(stage, values, pipeline=pipeline) for stage in pipeline.stages]
    home = Path(*_expand(pipeline.home, values, where=pipeline.origin)) if pipeline.home else None
    return Plan(pipeline, parameters, out, home, _in_order(steps, origin=pipeline.origin))


def _parameters(pipeline: Pipeline, settings: Iterable[tuple[str, str]]) -> dict[str, Value]:
    given: dict[str, list[str]] = {}
    for key, value in settings:
        given.setdefault(key, []).append(value)
    known = [*pipeline.requires, *pipeline.parameters]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise UsageError(f"{pipeline.origin}: no parameter {', '.join(unknown)}; it has: {', '.join(known) or 'none'}")
    missing = [key for key in pipeline.requires if key not in given]
    if missing:
        raise UsageError(f"{pipeline.origin}: needs {', '.join(missing)}; give it with --set {missing[0]}=VALUE")
    defaults: dict[str, Value] = {**dict.fromkeys(pipeline.requires, ""), **pipeline.parameters}
    return {key: _read(key, given[key], default) if key in given else default for key, default in defaults.items()}


def _read(key: str, texts: Sequence[str], default: Value) -> Value:
    if isinstance(default, list):
        return list(texts)
    try:
        return type(default)(texts[-1])
    except ValueError as error:
        kind = "a whole number" if isinstance(default, int) else "a number"
        raise UsageError(f"--set {key}={texts[-1]}: not {kind}") from error


def _check_names(pipeline: Pipeline, values: Mapping[str, Value]) -> None:
    names = [stage.name for stage in pipeline.stages]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PipelineError(f"{pipeline.origin}: two stages are called {', '.join(twice)}")
    text = " ".join(" ".join((s.run, *s.inputs, *s.outputs, s.stdout or "")) for s in pipeline.stages) + (
        pipeline.home or ""
    )
    unused = sorted(set(values) - set(_PLACEHOLDER.findall(text)) - {"out"})
    if unused:
        raise PipelineError(f"{pipeline.origin}: parameter {', '.join(unused)} is used by no stage")


def _step(stage: Stage, values: Mapping[str, Value], *, pipeline: Pipeline) -> Step:
    where = f'{pipeline.origin}: stage "{stage.name}"'
    try:
        words = shlex.split(stage.run)
    except ValueError as error:
        raise PipelineError(f"{where}: the command cannot be split into words: {error}") from error
    if len(words) < 2 or words[0] != "lineage":
        raise PipelineError(f"{where}: runs {stage.run!r}; a stage runs a `lineage` command, nothing else")
    names = {other.name for other in pipeline.stages}
    inputs = [one for text in stage.inputs for one in ([text] if text in names else _expand(text, values, where=where))]
    outputs = [one for text in stage.outputs for one in _expand(text, values, where=where)]
    stdout = Path(*_expand(stage.stdout, values, where=where)) if stage.stdout else None
    written = tuple(Path(one) for one in outputs if not one.endswith("/"))
    return Step(
        name=stage.name,
        about=stage.about,
        command=tuple(argument for word in words for argument in _expand(word, values, where=where)),
        files=tuple(one for one in inputs if one not in names),
        after=tuple(one for one in inputs if one in names),
        outputs=written if stdout is None or stdout in written else (*written, stdout),
        folders=tuple(Path(one) for one in outputs if one.endswith("/")),
        stdout=stdout,
        seconds=stage.seconds,
    )


def _expand(text: str, values: Mapping[str, Value], *, where: str) -> list[str]:
    """Put values in for `{name}`; a list may only stand alone, and becomes as many arguments as it has items."""
    for name in _PLACEHOLDER.findall(text):
        if name not in values:
            raise PipelineError(f"{where}: {{{name}}} is no parameter; declare it under [parameters]")
        value = values[name]
        if isinstance(value, list):
            if text != f"{{{name}}}":
                raise PipelineError(f"{where}: {text!r}: {{{name}}} is a list and must stand alone")
            return value
    return [_PLACEHOLDER.sub(lambda match: str(values[match[1]]), text)]


def _in_order(steps: Sequence[Step], *, origin: str) -> tuple[Step, ...]:
    makers: dict[Path, str] = {}
    for step in steps:
        for path in (*step.outputs, *step.folders):
            if path in makers:
                raise PipelineError(f'{origin}: stages "{makers[path]}" and "{step.name}" both write {path}')
            makers[path] = step.name
    needs = {step.name: {*step.after, *_makers_of(step, makers, origin=origin)} for step in steps}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        raise PipelineError(f"{origin}: stages wait for each other: {' ← '.join(error.args[1])}") from error
    return tuple(_stable(steps, needs))


def _makers_of(step: Step, makers: Mapping[Path, str], *, origin: str) -> set[str]:
    found = set()
    for name in step.files:
        maker = makers.get(Path(name))
        if maker:
            found.add(maker)
        elif is_file_name(name) and not Path(name).exists():
            raise PipelineError(f'{origin}: stage "{step.name}" reads {name}, which is not there and no stage writes')
    return found


def is_file_name(source: str) -> bool:
    """Tell whether an input is a file or folder here, not a hub name, a URL, a package's file or a pattern."""
    return not re.match(r"\w+:", source) and not any(mark in source for mark in "*?[")


def _stable(steps: Sequence[Step], needs: Mapping[str, set[str]]) -> Iterable[Step]:
    """Yield the steps, always the first of the file that has all it needs; there are no cycles."""
    waiting, done = list(steps), set[str]()
    while waiting:
        step = next(one for one in waiting if needs[one.name] <= done)
        waiting.remove(step)
        done.add(step.name)
        yield step
