"""A model ready to be asked: its tokenizer, its prompt format, and what names it exactly. Weights come later."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from lineage.errors import TemplateError, UsageError
from lineage.generate.backends.load import eos_ids, load_tokenizer, resolved_revision, unpack
from lineage.generate.backends.models import ModelSource, find_model
from lineage.generate.backends.port import Stops
from lineage.generate.markers import Markers
from lineage.generate.prompt_ids import PromptIds, instruction_ids, response_ids, special_tokens, to_ids
from lineage.generate.prompt_options import PromptOptions
from lineage.generate.render import ChatTemplate, Message
from lineage.generate.template import Choices, PromptFormat, derive


@dataclass(frozen=True)
class AlignedModel:
    """A model found and its prompt derived. `digest` names files, `revision` a commit on the hub; one is None.

    `prompt` and `ids` are for writing instructions; `answering` and `answering_ids` for answers, the same unless the
    options tell the stages apart.
    """

    source: ModelSource
    digest: str | None
    revision: str | None
    tokenizer: Any
    tokenizer_sha256: str
    prompt: PromptFormat
    ids: PromptIds
    answering: PromptFormat
    answering_ids: PromptIds

    @property
    def stops(self) -> Stops:
        """What ends an instruction."""
        return Stops(self.ids.stop_ids, self.ids.text_stops)

    @property
    def response_stops(self) -> Stops:
        """What ends an answer: not what only ends its reasoning."""
        return Stops(self.answering_ids.response_stop_ids, self.answering_ids.response_text_stops)

    @property
    def warnings(self) -> tuple[str, ...]:
        """All that the derivation of the prompts had to say."""
        said = (self.prompt.warnings, self.ids.warnings, self.answering.warnings, self.answering_ids.warnings)
        return tuple(dict.fromkeys(chain.from_iterable(said)))

    def instruction_ids(self, history: Sequence[Message] = ()) -> tuple[int, ...]:
        """Return the ids after which the model writes the user's next message, after past (role, text) messages.

        Raises TemplateError when the template cannot write such a chat.
        """
        return instruction_ids(self.tokenizer, self.prompt, self.ids, history)

    def response_ids(
        self, message: str, *, history: Sequence[Message] = (), drawn: Sequence[int] | None = None
    ) -> tuple[int, ...]:
        """Return the ids after which the model answers a message. `drawn`: the ids it wrote the very message with.

        Drawn ids are kept as they are in a first turn; otherwise the text decides.
        """
        if drawn is not None and not history and self.answering.prefix == self.prompt.prefix:
            return (*self.ids.prefix_ids, *drawn, *self.answering_ids.response_prefix_ids)
        return response_ids(self.tokenizer, self.answering, message, history)


def open_model(name: str, options: PromptOptions | None = None) -> AlignedModel:
    """Find a model and derive its prompts; a GGUF file is unpacked into the cache folder the first time.

    Raises UsageError when there is no such model, TemplateError when its template gives no safe prefix.
    """
    source = find_model(name)
    digest = source.digest()
    loadable = unpack(source, digest) if digest else source
    tokenizer = load_tokenizer(loadable)
    found = _prompts(tokenizer, loadable, options or PromptOptions())
    return AlignedModel(loadable, digest, resolved_revision(source), tokenizer, _tokenizer_sha256(tokenizer), *found)


def prompted(model: AlignedModel, options: PromptOptions) -> AlignedModel:
    """Return the same model with its prompts derived under other options, such as another system message."""
    prompt, ids, answering, answering_ids = _prompts(model.tokenizer, model.source, options)
    return replace(model, prompt=prompt, ids=ids, answering=answering, answering_ids=answering_ids)


def _prompts(
    tokenizer: Any, source: ModelSource, options: PromptOptions
) -> tuple[PromptFormat, PromptIds, PromptFormat, PromptIds]:
    # A GGUF file has no generation configuration of its own; the unpacked folder only repeats its end of text.
    ends = eos_ids(source)
    prompt = prompt_of(tokenizer, source.name, options, options.choices)
    ids = to_ids(tokenizer, prompt, ends)
    if options.response_choices == options.choices:
        return prompt, ids, prompt, ids
    answering = prompt_of(tokenizer, source.name, options, options.response_choices)
    return prompt, ids, answering, to_ids(tokenizer, answering, ends)


def prompt_of(tokenizer: Any, name: str, options: PromptOptions, choices: Choices) -> PromptFormat:
    """Derive the prompt format of a tokenizer for one stage, or take the user's own."""
    if options.is_whole:
        return options.by_hand()
    source, called = _template_source(tokenizer, name, options.template)
    template = ChatTemplate(source, name=called, special_tokens=tokenizer.special_tokens_map)
    return options.override(derive(template, Markers(special_tokens(tokenizer)), choices))


def _template_source(tokenizer: Any, name: str, wanted: str | None) -> tuple[str, str]:
    """Return a chat template and its name: the default one, unless another is wanted."""
    found = tokenizer.chat_template
    named = found if isinstance(found, dict) else {"default": found} if found else {}
    if not named:
        raise UsageError(
            f"model {name!r} has no chat template, so nothing marks where a user speaks: choose an aligned (instruct) "
            "model, or give --prefix, --response-prefix and --stop"
        )
    called = wanted or "default"
    if called not in named:
        raise TemplateError(
            f"model {name!r} has no chat template {called!r}: choose with --template one of {', '.join(sorted(named))}"
        )
    return str(named[called]), called


def _tokenizer_sha256(tokenizer: Any) -> str:
    """Hash what decides ids: the vocabulary and the added tokens."""
    digest = hashlib.sha256()
    for token, number in sorted({**tokenizer.get_vocab(), **special_tokens(tokenizer)}.items()):
        digest.update(f"{number}\t{token}\n".encode("utf-8", "replace"))
    return digest.hexdigest()
