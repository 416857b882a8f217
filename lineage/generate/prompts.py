"""Prompts that somebody else wrote, for a model to answer with the same records as a generated corpus."""

from typing import Any

from lineage.errors import RecordError
from lineage.records.identity import sample_id
from lineage.records.read import Records

# A prompt, and the keys that its row's record gets: no model of the run wrote it.
Prompt = tuple[str, dict[str, Any]]


def prompts_of(records: Records, limit: int | None = None) -> list[Prompt]:
    """Take the prompts of a dataset's samples in order, at most `limit`; samples without a prompt are left out.

    Raises RecordError when no sample has one.
    """
    prompts: list[Prompt] = []
    for place, one in enumerate(records.rows()):
        if limit is not None and len(prompts) >= limit:
            break
        text = (one.sample.prompt or "").strip()
        if text:
            source = {"dataset": records.name, "sample_id": sample_id(one.sample.messages).hex(), "row": place}
            prompts.append((text, {"prompt_model": None, "prompt_source": source}))
    if not prompts:
        raise RecordError(f"{records.name}: no sample holds a prompt; name its column with --fields prompt=COLUMN")
    return prompts
