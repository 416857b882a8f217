"""Loads tokenizers and weights with transformers; never runs code that comes with a model.

Reading a GGUF file takes transformers many times longer than reading the same weights unpacked, so the unpacked form is
kept in the user's cache folder (`XDG_CACHE_HOME`), named by the digest of the file, and can be deleted at any time.
"""

import contextlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import transformers
from huggingface_hub import try_to_load_from_cache
from huggingface_hub.utils import logging as hub_logging
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, GenerationConfig
from transformers.utils import logging

from lineage.errors import UsageError
from lineage.generate.backends.models import ModelSource
from lineage.records.reach import why_unreachable

_NEEDS = ("torch", "gguf", "accelerate")


def load_tokenizer(source: ModelSource) -> Any:
    """Load the tokenizer of a model. Raises UsageError when there is none, or the hub cannot be reached."""
    _need(source)
    _check_reachable(source)
    return _load(AutoTokenizer, source)


def load_model(source: ModelSource, *, dtype: str) -> Any:
    """Load the weights of a model for reading only, on a GPU where there is one."""
    _need(source)
    import torch  # noqa: PLC0415 - an extra; `_need` has said how to install it

    model = _load(AutoModelForCausalLM, source, dtype=getattr(torch, dtype))
    return model.to("cuda" if torch.cuda.is_available() else "cpu").eval()


def eos_ids(source: ModelSource) -> list[int]:
    """Return the token ids that the model's generation configuration ends a text with."""
    if source.kind == "gguf":
        return []
    try:
        config = GenerationConfig.from_pretrained(source.location, revision=source.revision)
    except OSError:  # A model need not have one.
        return []
    ids = config.eos_token_id
    return ids if isinstance(ids, list) else [] if ids is None else [ids]


def resolved_revision(source: ModelSource) -> str | None:
    """Return the commit that a hub model's revision stands for, None for files."""
    if source.kind != "hub":
        return None
    commit = getattr(AutoConfig.from_pretrained(source.location, revision=source.revision), "_commit_hash", None)
    return commit if isinstance(commit, str) else None


def unpack(source: ModelSource, digest: str) -> ModelSource:
    """Return a GGUF model as a folder of plain weights, writing that folder the first time; others as they are."""
    if source.kind != "gguf":
        return source
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    name = f"{digest.removeprefix('sha256:')[:24]}-transformers-{transformers.__version__}"
    folder = home / "lineage" / "unpacked" / name
    if not folder.exists():
        try:
            _write_unpacked(source, folder)
        except OSError:  # No room or no right to keep it: read the file itself, every time.
            return source
    return ModelSource(source.name, "folder", str(folder))


def _write_unpacked(source: ModelSource, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    model, tokenizer = load_model(source, dtype="float32").cpu(), load_tokenizer(source)
    # A model read from GGUF is marked as quantised although its weights are plain floats by now.
    model.hf_quantizer = None
    del model.config.quantization_config
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=folder.parent))
    try:
        with _quiet():
            model.save_pretrained(part)
        tokenizer.save_pretrained(part)
        with contextlib.suppress(FileExistsError):  # Another process was first.
            part.rename(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_reachable(source: ModelSource) -> None:
    if source.kind != "hub" or isinstance(try_to_load_from_cache(source.location, "config.json"), str):
        return
    if reason := why_unreachable():
        raise UsageError(
            f"model {source.name!r} is no folder or .gguf file here, and the hub cannot be reached ({reason}); "
            "give the path of a local model, or smollm2 for the packaged one"
        )


def _load(factory: Any, source: ModelSource, **options: Any) -> Any:
    if source.gguf:
        options["gguf_file"] = source.gguf
    try:
        with _quiet():
            return factory.from_pretrained(
                source.location, revision=source.revision or "main", trust_remote_code=False, **options
            )
    except Exception as error:  # what a damaged file raises depends on where the damage is: struct.error, IndexError …
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        what = "not a folder, a .gguf file or a hub model that can be reached" if source.kind == "hub" else "unreadable"
        raise UsageError(f"model {source.name!r} cannot be loaded ({what}): {reason}") from error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the progress bars of transformers, which know nothing of ours."""
    shown, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    hub_verbosity = hub_logging.get_verbosity()
    hub_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        hub_logging.set_verbosity(hub_verbosity)
        if shown:
            logging.enable_progress_bar()


def _need(source: ModelSource) -> None:
    needed = _NEEDS if source.kind == "gguf" else _NEEDS[:1]
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"running a model needs {', '.join(missing)}: pip install 'lineage-tracer[local]'")
