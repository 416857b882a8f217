"""What `lineage template` shows: the prompt format of a model or a bare template file, as one document."""

from dataclasses import dataclass
from pathlib import Path

from lineage.generate.bare import read_bare
from lineage.generate.markers import Markers
from lineage.generate.model import open_model
from lineage.generate.prompt_ids import PromptIds
from lineage.generate.prompt_options import PromptOptions
from lineage.generate.template import PromptFormat, derive

SCHEMA = "lineage.template/1"
_BARE_ENDINGS = {".jinja", ".jinja2", ".j2"}


@dataclass(frozen=True)
class TemplateReport:
    """A prompt format and where it comes from; `ids` is None for a bare template file."""

    name: str
    prompt: PromptFormat
    ids: PromptIds | None
    tokenizer_sha256: str | None = None
    digest: str | None = None
    revision: str | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that the derivation had to say."""
        return (*self.prompt.warnings, *(self.ids.warnings if self.ids else ()))

    def document(self) -> dict[str, object]:
        """Return the report for programs; keys in docs/formats.md."""
        prompt, ids = self.prompt, self.ids
        return {
            "schema": SCHEMA,
            "model": self.name,
            "prefix": prompt.prefix,
            "response_prefix": prompt.response_prefix,
            "stop_strings": list(prompt.stop_strings),
            "stop_ids": list(ids.stop_ids) if ids else [],
            "warnings": list(self.warnings),
            "prefix_ids": list(ids.prefix_ids) if ids else None,
            "response_prefix_ids": list(ids.response_prefix_ids) if ids else None,
            "user_end": prompt.user_end,
            "assistant_end": prompt.assistant_end,
            "bos": ids.bos if ids else "unknown",
            "boundary_merge": ids.boundary_merge if ids else None,
            "system_mode": prompt.system_mode,
            "system_supported": prompt.system_supported,
            "trims_content": prompt.trims_content,
            "content_as_parts": prompt.dialect.parts if prompt.dialect else None,
            "needs_tools_list": prompt.dialect.tools if prompt.dialect else None,
            "clock": prompt.clock,
            "template_name": prompt.template_name,
            "template_sha256": prompt.template_sha256,
            "prefix_sha256": prompt.prefix_sha256,
            "prefix_ids_sha256": ids.sha256 if ids else None,
            "tokenizer_sha256": self.tokenizer_sha256,
            "model_digest": self.digest,
            "model_revision": self.revision,
        }


def describe_template(name: str, options: PromptOptions) -> TemplateReport:
    """Derive the prompt format of a model, or of a `.jinja` file, of which only strings are known.

    Raises UsageError when there is no such model or file, TemplateError when no prefix can be derived.
    """
    if Path(name).suffix in _BARE_ENDINGS:
        prompt = options.override(derive(read_bare(Path(name)), Markers(), options.choices))
        return TemplateReport(Path(name).name, prompt, None)
    model = open_model(name, options)
    return TemplateReport(
        model.source.name, model.prompt, model.ids, model.tokenizer_sha256, model.digest, model.revision
    )
