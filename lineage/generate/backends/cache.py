"""A key-value cache that grows in place, where the one of transformers copies all of itself at every token."""

from typing import Any

import torch
from transformers.cache_utils import Cache, DynamicCache, DynamicLayer

_STEP = 128


class GrowingLayer(DynamicLayer):  # type: ignore[misc]
    """Keys and values of one attention layer, in buffers with room for more; same results as the layer it replaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._length = 0
        self._buffers: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add the states of new tokens and return those of all; shape (batch, heads, tokens, size)."""
        del args, kwargs
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        end = self._length + key_states.shape[-2]
        if self._buffers is None or end > self._buffers[0].shape[-2]:
            self._buffers = (self._grown(0, key_states, end), self._grown(1, value_states, end))
        for buffer, states in zip(self._buffers, (key_states, value_states), strict=True):
            buffer[:, :, self._length : end] = states
        self._length = end
        self._show()
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keep only these rows of the batch."""
        if self._buffers is not None:
            self._buffers = (self._buffers[0][indices], self._buffers[1][indices])
            self._show()

    def batch_repeat_interleave(self, repeats: int) -> None:
        """Repeat every row of the batch."""
        if self._buffers is not None:
            keys, values = self._buffers
            self._buffers = (keys.repeat_interleave(repeats, dim=0), values.repeat_interleave(repeats, dim=0))
            self._show()

    def _grown(self, which: int, states: torch.Tensor, end: int) -> torch.Tensor:
        batch, heads, _, size = states.shape
        buffer = states.new_empty(batch, heads, end + _STEP, size)
        if self._buffers is not None:
            buffer[:, :, : self._length] = self._buffers[which][:, :, : self._length]
        return buffer

    def _show(self) -> None:
        if self._buffers is not None:
            self.keys = self._buffers[0][:, :, : self._length]
            self.values = self._buffers[1][:, :, : self._length]


def make_cache(config: Any) -> Cache:
    """Make a cache for a model; its plain layers grow in place, all others (sliding windows …) stay as they are."""
    cache = DynamicCache(config=config)
    cache.layers = [GrowingLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache
