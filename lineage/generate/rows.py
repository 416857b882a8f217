"""Shapes what a run writes: one row for a conversation, one line for an instruction. Keys: docs/formats.md."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lineage.generate.backends.port import Completion
from lineage.generate.model import AlignedModel
from lineage.generate.sampling import SamplingParams


@dataclass(frozen=True)
class PromptSource:
    """Where a prompt that the model did not write comes from."""

    dataset: str
    sample_id: str
    row: int


def facts_of(model: AlignedModel) -> dict[str, object]:
    """Return what names the writer of a text exactly; the same on every row of a run."""
    named = {"model_digest": model.digest} if model.revision is None else {"model_revision": model.revision}
    return {
        "model": model.source.name,
        **named,
        "template_sha256": model.prompt.template_sha256,
        "prefix_sha256": model.prompt.prefix_sha256,
        "system_mode": model.prompt.system_mode,
    }


def stage_record(completion: Completion, params: SamplingParams, seed: int) -> dict[str, object]:
    """Return how one text was drawn and why it ended."""
    return {
        **params.as_dict(),
        "seed": seed,
        "stop_reason": completion.reason,
        "stop": completion.stop,
        "tokens": len(completion.ids),
    }


def instruction_line(
    index: int, completion: Completion, stage: Mapping[str, object], *, text: str, reason: str | None
) -> dict[str, Any]:
    """Return the line of an instruction: its verdict, its text and ids, and how it was drawn."""
    return {
        "index": index,
        "verdict": "kept" if reason is None else "rejected",
        "reason": reason,
        "text": text,
        "ids": completion.ids,
        # The text is stored stripped; where that changed it, its ids are no longer those that were drawn.
        "ids_are_of_text": text == completion.text,
        "instruction": dict(stage),
    }


def row(messages: list[tuple[str, str]], lineage: Mapping[str, object]) -> dict[str, Any]:
    """Return one row of the corpus."""
    return {
        "messages": [{"role": role, "content": content} for role, content in messages],
        "model": lineage["model"],
        "lineage": dict(lineage),
    }
