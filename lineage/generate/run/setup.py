"""Everything a run needs before a model writes: models found, prompts derived, the plan, the configuration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from lineage.generate.backends.port import Backend
from lineage.generate.backends.transformers_local import TransformersBackend
from lineage.generate.licence import licence_of
from lineage.generate.model import AlignedModel, open_model, prompted
from lineage.generate.options import RunOptions
from lineage.generate.prompt_ids import special_tokens
from lineage.generate.record import software
from lineage.generate.run.checks import RowChecks
from lineage.generate.run.draft import Desk, Draft
from lineage.generate.run.plan import Plan, RowSteps, write_row
from lineage.generate.run.scorers import Scorer, open_scorer
from lineage.generate.run.stages import GiveUser, Grid, WriteAnswer, WriteUser
from lineage.generate.run.template_voice import TemplateVoice
from lineage.generate.seeds import config_sha256

# Raised when rows would come out otherwise under the same options.
ROWS = "rows/2"
Given = Sequence[tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Request:
    """What was asked for: a model by the name a user types, options, and prompts where they are given."""

    model: str
    options: RunOptions
    given: Given | None = None


class Setup:
    """A request with its models found and its prompts derived. Raises what `open_model` and `open_filters` raise."""

    def __init__(self, request: Request) -> None:
        self.request, self.options = request, request.options
        self.asker = open_model(request.model, self.options.prompt)
        other = self.options.answer_model
        self.answerer = open_model(other, self.options.prompt) if other else self.asker
        self.checks = RowChecks(self.options.filters, special_tokens(self.asker.tokenizer))
        self.scorer: Scorer | None = open_scorer(self.options.scorer) if self.options.pick != "first" else None
        self.plan = self._plan()
        self.backends = self._backends()
        self.config = self._config()
        self.sha256 = config_sha256(self.config)
        self.run = f"gen-{self.sha256[:16]}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that the derivation of prompts had to say."""
        return tuple(dict.fromkeys((*self.asker.warnings, *self.answerer.warnings)))

    def load(self) -> None:
        """Load the weights. Raises UsageError when they cannot be."""
        self.backend_facts()

    def backend_facts(self) -> dict[str, Mapping[str, object]]:
        """Return what each backend says of what it runs; loads the weights."""
        return {voice: backend.facts() for voice, backend in self.backends.items()}

    def start(self, index: int) -> RowSteps:
        """Begin the row of an index."""
        return write_row(self.plan, Draft(self.desk, index))

    @cached_property
    def desk(self) -> Desk:
        """What all rows share."""
        asker = TemplateVoice("asker", self.asker, self._by_system(self.asker))
        # One model keeps the ids it drew; two have each their own.
        answerer = asker if self.answerer is self.asker else TemplateVoice(
            "answerer", self.answerer, self._by_system(self.answerer)
        )  # fmt: skip
        return Desk(
            self.run, self.options.seed, self.sha256, {"asker": asker, "answerer": answerer}, self.checks,
            systems=self.options.systems, shown=self._shown, facts=self._facts(), score=self.scorer,
        )  # fmt: skip

    @property
    def _shown(self) -> str | None:
        prompt = self.options.prompt
        return prompt.system if prompt.response_choices.system_mode == "custom" else None

    def _by_system(self, model: AlignedModel) -> dict[str, AlignedModel]:
        def under(text: str | None) -> AlignedModel:
            return prompted(model, replace(self.options.prompt, system_mode="custom", system=text)) if text else model

        return {one.name: under(one.text) for one in self.options.systems}

    def _plan(self) -> Plan:
        options, given = self.options, self.request.given
        answer = WriteAnswer(
            Grid(options.responses, every=1 if given is not None else len(options.instructions)),
            options.choices, options.pick,
        )  # fmt: skip
        if given is not None:
            return Plan((GiveUser(given), answer), unique=False)
        ask = WriteUser(Grid(options.instructions), options.attempts)
        # Only the last answer is chosen among several: the others would each double what a row costs.
        first = replace(answer, choices=1, pick="first")
        return Plan((*(ask, first) * (options.turns - 1), ask, answer), unique=True)

    def _backends(self) -> dict[str, Backend]:
        """Return the backend of each voice, in the order in which rows need them."""
        answers = self._backend(self.answerer)
        if self.request.given is not None:
            return {"answerer": answers}
        return {"asker": answers if self.asker is self.answerer else self._backend(self.asker), "answerer": answers}

    def _backend(self, model: AlignedModel) -> Backend:
        return TransformersBackend(
            model.source, model.tokenizer, dtype=self.options.dtype, slots=self.options.batch_size
        )

    def _config(self) -> dict[str, Any]:
        """Return all that decides which rows an index gives; a run only goes on under the same configuration."""
        two = self.asker is not self.answerer and "asker" in self.backends
        return {
            "rows": ROWS,
            "seed": self.options.seed,
            "dtype": self.options.dtype,
            "writer": _decides(self.answerer, self.backends["answerer"]),
            **({"asker": _decides(self.asker, self.backends["asker"])} if two else {}),
            "plan": self.plan.as_dict(),
            "systems": [one.as_dict() for one in self.options.systems],
            "scorer": self.scorer.as_dict() if self.scorer else None,
            "checks": self.checks.facts(),
        }

    def _facts(self) -> dict[str, Any]:
        """Return what names the writers on each row."""
        facts: dict[str, Any] = facts_of(self.answerer)
        if self.asker is not self.answerer and "asker" in self.backends:
            facts |= {f"prompt_{name}": value for name, value in facts_of(self.asker).items()}
        return {**facts, "backend": self.backends["answerer"].name, "software": software()}

    def record(self) -> dict[str, Any]:
        """Return what the record of the run holds besides its configuration."""
        models = {"answerer": self.answerer} if self.request.given is not None else {
            "asker": self.asker, "answerer": self.answerer
        }  # fmt: skip
        return {
            "request": {"model": self.request.model, "options": self.options.as_dict(),
                        "given": self.request.given is not None},
            "models": {voice: self._model_record(model) for voice, model in models.items()},
        }  # fmt: skip

    def _model_record(self, model: AlignedModel) -> dict[str, Any]:
        prompt = model.prompt
        return {
            **facts_of(model),
            "licence": licence_of(model.source, self.options.licence).as_dict(),
            "prefix": prompt.prefix, "prefix_ids": model.ids.prefix_ids, "response_prefix": prompt.response_prefix,
            "bos": model.ids.bos, "template_name": prompt.template_name, "clock": prompt.clock,
            "system_supported": prompt.system_supported, "warnings": model.warnings,
        }  # fmt: skip


def facts_of(model: AlignedModel) -> dict[str, Any]:
    """Return what names a writer and its prompt exactly; the same on every row of a run."""
    named = {"model_digest": model.digest} if model.revision is None else {"model_revision": model.revision}
    return {
        "model": model.source.name,
        **named,
        "template_sha256": model.prompt.template_sha256,
        "prefix_sha256": model.prompt.prefix_sha256,
        "system_mode": model.prompt.system_mode,
    }


def _decides(model: AlignedModel, backend: Backend) -> dict[str, Any]:
    """Return what decides the texts of one model."""
    return {
        **facts_of(model),
        "backend": backend.name,
        "tokenizer_sha256": model.tokenizer_sha256,
        "prefix_ids_sha256": model.ids.sha256,
        "response_prefix": model.answering.response_prefix,
        "stops": {"ids": list(model.stops.ids), "strings": list(model.stops.strings)},
        "response_stops": {"ids": list(model.response_stops.ids), "strings": list(model.response_stops.strings)},
    }
