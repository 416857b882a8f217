"""Writes a batch of texts token by token with a transformers model.

Prompts are padded on the left, finished texts leave the batch, and a prompt shared by all is computed once.
Given the same jobs in the same order, the arithmetic is the same on every run on the same machine.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from lineage.generate.backends.cache import make_cache
from lineage.generate.backends.port import Completion, Job, StopReason, Stops
from lineage.generate.prompt_ids import decode
from lineage.generate.sampling import SamplingParams, draw

# Finished rows leave when they are at least this part of the batch: leaving costs a copy of the cache.
_LEAVE_SHARE = 8


class Writer:
    """One batch on its way: which rows are still writing, and what all have written."""

    def __init__(self, model: Any, tokenizer: Any, jobs: Sequence[Job], params: SamplingParams, stops: Stops) -> None:
        self._model, self._tokenizer, self._params, self._stops = model, tokenizer, params, stops
        self._jobs = jobs
        self._written: list[list[int]] = [[] for _ in jobs]
        self._ended: list[tuple[StopReason, str | None] | None] = [None] * len(jobs)
        context = getattr(model.config.get_text_config(), "max_position_embeddings", None) or 1 << 30
        self._limits = [min(params.max_tokens, context - len(job.prompt_ids)) for job in jobs]
        for row, limit in enumerate(self._limits):
            if limit <= 0:
                self._ended[row] = ("no_room", None)
        # The longest stop string is looked for in this many last tokens: a token is at least one byte of text.
        self._tail = max((len(text.encode()) for text in stops.strings), default=0) + 4

    def run(self) -> list[Completion]:
        """Write until every text has ended."""
        rows = [row for row, ended in enumerate(self._ended) if ended is None]
        if rows:
            with torch.inference_mode():
                self._run(rows)
        return [self._completion(row) for row in range(len(self._jobs))]

    def _run(self, rows: list[int]) -> None:
        logits, mask, cache = self._read_prompts(rows)
        positions = mask.sum(dim=1, keepdim=True)
        while True:
            self._take(rows, self._draw(logits, rows))
            open_rows = [place for place, row in enumerate(rows) if self._ended[row] is None]
            if not open_rows:
                return
            if (len(rows) - len(open_rows)) * _LEAVE_SHARE >= len(rows):
                keep = torch.tensor(open_rows, device=mask.device)
                rows, mask, positions = [rows[place] for place in open_rows], mask[keep], positions[keep]
                cache.batch_select_indices(keep)
            last = [[(self._written[row] or [0])[-1]] for row in rows]
            mask = torch.cat([mask, mask.new_ones(len(rows), 1)], dim=1)
            output = self._model(
                input_ids=torch.tensor(last, device=mask.device), attention_mask=mask, position_ids=positions,
                past_key_values=cache, use_cache=True, logits_to_keep=1,
            )  # fmt: skip
            logits, positions = output.logits[:, -1], positions + 1

    def _read_prompts(self, rows: list[int]) -> tuple[torch.Tensor, torch.Tensor, Any]:
        prompts = [self._jobs[row].prompt_ids for row in rows]
        shared = len(set(prompts)) == 1
        ids, mask = _left_padded(prompts[:1] if shared else prompts, self._model.device)
        cache = make_cache(self._model.config)
        places = (mask.cumsum(dim=1) - 1).clamp(min=0)
        output = self._model(
            input_ids=ids, attention_mask=mask, position_ids=places,
            past_key_values=cache, use_cache=True, logits_to_keep=1,
        )  # fmt: skip
        logits = output.logits[:, -1]
        if shared:
            cache.batch_repeat_interleave(len(rows))
            logits, mask = logits.repeat(len(rows), 1), mask.repeat(len(rows), 1)
        return logits, mask, cache

    def _draw(self, logits: torch.Tensor, rows: list[int]) -> NDArray[np.int64]:
        seeds = np.array([self._jobs[row].seed for row in rows], dtype=np.uint64)
        positions = np.array([len(self._written[row]) for row in rows], dtype=np.int64)
        return draw(logits.float().cpu().numpy(), [self._params] * len(rows), seeds=seeds, positions=positions)

    def _take(self, rows: list[int], tokens: NDArray[np.int64]) -> None:
        for row, token in zip(rows, tokens.tolist(), strict=True):
            if self._ended[row] is not None:
                continue
            if token in self._stops.ids:
                self._ended[row] = ("stop_token", decode(self._tokenizer, [token]))
                continue
            self._written[row].append(token)
            self._ended[row] = self._string_stop(row)
            if self._ended[row] is None and len(self._written[row]) >= self._limits[row]:
                self._ended[row] = ("length", None)

    def _string_stop(self, row: int) -> tuple[StopReason, str | None] | None:
        if not self._stops.strings:
            return None
        text = decode(self._tokenizer, self._written[row][-self._tail :])
        found = next((stop for stop in self._stops.strings if stop in text), None)
        return None if found is None else ("stop_string", found)

    def _completion(self, row: int) -> Completion:
        reason, stop = self._ended[row] or ("length", None)
        text = decode(self._tokenizer, self._written[row])
        if reason == "stop_string" and stop is not None:
            text = text[: text.rindex(stop)]
        return Completion(tuple(self._written[row]), text, reason, stop)


def _left_padded(prompts: Sequence[Sequence[int]], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    width = max(map(len, prompts))
    ids = torch.zeros(len(prompts), width, dtype=torch.long)
    mask = torch.zeros(len(prompts), width, dtype=torch.long)
    for row, prompt in enumerate(prompts):
        ids[row, width - len(prompt) :] = torch.tensor(prompt)
        mask[row, width - len(prompt) :] = 1
    return ids.to(device), mask.to(device)
