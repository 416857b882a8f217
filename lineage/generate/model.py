"""A model ready to be asked: its tokenizer, its prompt format, and what names it exactly. Weights come later."""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from lineage.errors import TemplateError, UsageError
from lineage.generate.backends.load import eos_ids, load_tokenizer, resolved_revision, unpack
from lineage.generate.backends.models import ModelSource, find_model
from lineage.generate.backends.port import Stops
from lineage.generate.markers import Markers
from lineage.generate.prompt_ids import PromptIds, special_tokens, to_ids
from lineage.generate.render import ChatTemplate
from lineage.generate.template import PromptFormat, SystemMode, by_hand, derive


@dataclass(frozen=True)
class PromptOptions:
    """What the user decides about the prompt; `prefix` replaces the derived one.

    Where nothing can be derived, `prefix`, `response_prefix` and `stops` together stand for the template.
    """

    system_mode: SystemMode = "template-default"
    system: str | None = None
    prefix: str | None = None
    response_prefix: str | None = None
    stops: tuple[str, ...] = ()


@dataclass(frozen=True)
class AlignedModel:
    """A model found and its prompt derived. `digest` names files, `revision` a commit on the hub; one is None."""

    source: ModelSource
    digest: str | None
    revision: str | None
    tokenizer: Any
    tokenizer_sha256: str
    prompt: PromptFormat
    ids: PromptIds

    @property
    def stops(self) -> Stops:
        """What ends a turn of this model."""
        return Stops(self.ids.stop_ids, self.ids.text_stops)

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that the derivation of the prompt had to say."""
        return (*self.prompt.warnings, *self.ids.warnings)


def open_model(name: str, options: PromptOptions | None = None) -> AlignedModel:
    """Find a model and derive its prompt; a GGUF file is unpacked into the cache folder the first time.

    Raises UsageError when there is no such model, TemplateError when its template gives no safe prefix.
    """
    source = find_model(name)
    digest = source.digest()
    loadable = unpack(source, digest) if digest else source
    tokenizer = load_tokenizer(loadable)
    prompt = prompt_of(tokenizer, source.name, options or PromptOptions())
    # A GGUF file has no generation configuration of its own; the unpacked folder only repeats its end of text.
    ids = to_ids(tokenizer, prompt, eos_ids(loadable))
    return AlignedModel(
        loadable, digest, resolved_revision(source), tokenizer, _tokenizer_sha256(tokenizer), prompt, ids
    )


def prompt_of(tokenizer: Any, name: str, options: PromptOptions) -> PromptFormat:
    """Derive the prompt format of a tokenizer, or take the user's own."""
    if options.prefix is not None and options.response_prefix is not None and options.stops:
        return by_hand(options.prefix, options.response_prefix, options.stops)
    template = ChatTemplate(_template_source(tokenizer, name), special_tokens=tokenizer.special_tokens_map)
    markers = Markers(special_tokens(tokenizer))
    derived = derive(template, markers, system_mode=options.system_mode, system=options.system)
    return override(derived, options)


def override(derived: PromptFormat, options: PromptOptions) -> PromptFormat:
    """Put the user's own prefix, response prefix and further stops in place of the derived ones."""
    return replace(
        derived,
        prefix=derived.prefix if options.prefix is None else options.prefix,
        response_prefix=derived.response_prefix if options.response_prefix is None else options.response_prefix,
        stop_strings=tuple(dict.fromkeys((*derived.stop_strings, *options.stops))),
    )


def _template_source(tokenizer: Any, name: str) -> str:
    source = tokenizer.chat_template
    if isinstance(source, dict):
        if "default" not in source:
            raise TemplateError(f"model {name!r} has only the chat templates {sorted(source)} and no default one")
        source = source["default"]
    if not source:
        raise UsageError(
            f"model {name!r} has no chat template, so nothing marks where a user speaks: choose an aligned (instruct) "
            "model, or give --prefix, --response-prefix and --stop"
        )
    return str(source)


def _tokenizer_sha256(tokenizer: Any) -> str:
    """Hash what decides ids: the vocabulary and the added tokens."""
    digest = hashlib.sha256()
    for token, number in sorted({**tokenizer.get_vocab(), **special_tokens(tokenizer)}.items()):
        digest.update(f"{number}\t{token}\n".encode("utf-8", "replace"))
    return digest.hexdigest()
