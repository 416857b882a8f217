"""The backend on transformers, on a tiny real model: what is its own beside the contract of all backends."""

from pathlib import Path

from lineage.generate.backends.port import Completion, Job, Stops
from lineage.generate.backends.transformers_local import TransformersBackend
from lineage.generate.model import AlignedModel, open_model
from lineage.generate.prompt_ids import message_ids
from lineage.generate.sampling import SamplingParams


def backend_of(model: AlignedModel, slots: int = 32) -> TransformersBackend:
    return TransformersBackend(model.source, model.tokenizer, dtype="float32", slots=slots)


def one(backend: TransformersBackend, job: Job) -> Completion:
    ((_, completion),) = backend.complete([job])
    return completion


def test_a_sample_does_not_depend_on_its_batch(tiny_model: Path) -> None:
    model = open_model(str(tiny_model))
    backend = backend_of(model)
    prompts = [message_ids(model.tokenizer, model.prompt, model.ids, "word " * (1 + index)) for index in range(7)]
    for params in (SamplingParams(1.0, max_tokens=40), SamplingParams(0.0, max_tokens=40)):
        jobs = [Job(tuple(ids), 1000 + index, params, model.stops) for index, ids in enumerate(prompts)]
        assert dict(backend.complete(jobs)) == {job: one(backend, job) for job in jobs}


def test_greedy_text_is_what_transformers_generates(tiny_model: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM

    model = open_model(str(tiny_model))
    ids = message_ids(model.tokenizer, model.prompt, model.ids, "Name three rivers.")
    ours = one(backend_of(model), Job(tuple(ids), 0, SamplingParams(0.0, max_tokens=30), Stops(())))
    theirs = AutoModelForCausalLM.from_pretrained(tiny_model).generate(
        torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), do_sample=False,
        max_new_tokens=30, eos_token_id=None, pad_token_id=2,
    )  # fmt: skip
    assert list(ours.ids) == theirs[0, len(ids) :].tolist()


def test_stop_strings_end_a_text_and_are_cut_off(tiny_model: Path) -> None:
    model = open_model(str(tiny_model))
    backend, params = backend_of(model), SamplingParams(1.0, max_tokens=60)
    free = one(backend, Job(model.ids.prefix_ids, 5, params, Stops(())))
    stop = free.text[10:12]
    ended = one(backend, Job(model.ids.prefix_ids, 5, params, Stops((), (stop,))))
    assert (ended.reason, ended.stop) == ("stop_string", stop)
    assert ended.text == free.text[: free.text.index(stop)]
