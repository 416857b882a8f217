"""What `lineage template` shows: the prompt format of a model or a bare template file, as one document."""

from dataclasses import dataclass
from pathlib import Path

from lineage.generate.bare import read_bare
from lineage.generate.markers import Markers
from lineage.generate.model import open_model
from lineage.generate.prompt_ids import PromptIds
from lineage.generate.prompt_options import PromptOptions
from lineage.generate.render import ChatTemplate
from lineage.generate.template import Choices, PromptFormat, derive

SCHEMA = "lineage.template/1"
_BARE_ENDINGS = {".jinja", ".jinja2", ".j2"}


@dataclass(frozen=True)
class TemplateReport:
    """A prompt format and where it comes from; ids are None for a bare template file.

    `answering` is the format for answers: the same object unless the options tell the stages apart.
    """

    name: str
    prompt: PromptFormat
    answering: PromptFormat
    ids: PromptIds | None = None
    answering_ids: PromptIds | None = None
    tokenizer_sha256: str | None = None
    digest: str | None = None
    revision: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that the derivations had to say."""
        parts = (self.prompt, self.ids, self.answering, self.answering_ids)
        return tuple(dict.fromkeys(warning for part in parts if part for warning in part.warnings))

    def document(self, turns: int = 1) -> dict[str, object]:
        """Return the report for programs, with the pieces of a chat of `turns` user turns; keys in docs/formats.md."""
        return {
            "schema": SCHEMA,
            "model": self.name,
            **_texts(self.prompt, self.answering),
            "pieces": list(self.prompt.pieces(turns)),
            "answer_pieces": list(self.answering.pieces(turns)),
            "warnings": list(self.warnings),
            **_ids(self.ids, self.answering_ids),
            **_choices(self.prompt),
            "answering": _choices(self.answering),
            "reasoning": _reasoning(self.answering),
            "prefix_ids_sha256": self.ids.sha256 if self.ids else None,
            "tokenizer_sha256": self.tokenizer_sha256,
            "model_digest": self.digest,
            "model_revision": self.revision,
        }


def describe_template(name: str, options: PromptOptions) -> TemplateReport:
    """Derive the prompt format of a model, or of a `.jinja` file, of which only strings are known.

    Raises UsageError when there is no such model or file, TemplateError when no prefix can be derived.
    """
    if Path(name).suffix in _BARE_ENDINGS:
        template = read_bare(Path(name))
        prompt = _bare(template, options, options.choices)
        same = options.response_choices == options.choices
        answering = prompt if same else _bare(template, options, options.response_choices)
        return TemplateReport(Path(name).name, prompt, answering)
    model = open_model(name, options)
    return TemplateReport(
        model.source.name, model.prompt, model.answering, model.ids, model.answering_ids,
        model.tokenizer_sha256, model.digest, model.revision,
    )  # fmt: skip


def _bare(template: ChatTemplate, options: PromptOptions, choices: Choices) -> PromptFormat:
    return options.by_hand() if options.is_whole else options.override(derive(template, Markers(), choices))


def _texts(prompt: PromptFormat, answering: PromptFormat) -> dict[str, object]:
    return {
        "prefix": prompt.prefix,
        "response_prefix": answering.response_prefix,
        "turn_prefix": prompt.turn_prefix,
        "stop_strings": list(prompt.stop_strings),
        "response_stops": list(answering.response_stops),
        "user_end": prompt.user_end,
        "assistant_end": prompt.assistant_end,
    }


def _ids(ids: PromptIds | None, answering: PromptIds | None) -> dict[str, object]:
    return {
        "prefix_ids": list(ids.prefix_ids) if ids else None,
        "response_prefix_ids": list(answering.response_prefix_ids) if answering else None,
        "stop_ids": list(ids.stop_ids) if ids else [],
        "response_stop_ids": list(answering.response_stop_ids) if answering else [],
        "bos": ids.bos if ids else "unknown",
        "boundary_merge": ids.boundary_merge if ids else None,
        "left_out": ids.left_out if ids else None,
    }


def _choices(prompt: PromptFormat) -> dict[str, object]:
    """Return what was decided about a rendering, and what the template made of it."""
    dialect = prompt.dialect
    return {
        "system_mode": prompt.system_mode,
        "system_supported": prompt.system_supported,
        "thinking": prompt.thinking,
        "template_arguments": dict(prompt.arguments),
        "trims_content": prompt.trims_content,
        "content_as_parts": dialect.parts if dialect else None,
        "needs_tools_list": dialect.tools if dialect else None,
        "stand_ins": dialect.variables() if dialect else {},
        "clock": prompt.clock,
        "template_name": prompt.template_name,
        "template_sha256": prompt.template_sha256,
        "prefix_sha256": prompt.prefix_sha256,
    }


def _reasoning(prompt: PromptFormat) -> dict[str, object]:
    answer, switch = prompt.answer, prompt.thinking_switch
    return {
        "state": answer.state,
        "opens": answer.opens,
        "closes": answer.closes,
        "answer_header": answer.header,
        "answer_end": answer.end,
        "switch": {"on": switch.on, "off": switch.off} if switch else None,
    }
