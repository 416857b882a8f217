"""Reads a bare `.jinja` file as a chat template: which special tokens exist is not known, only the text is."""

from pathlib import Path

from lineage.errors import UsageError
from lineage.generate.render import ChatTemplate

# What models of a family call their end of text, told by how the template writes its other markers. Only used to say
# where a turn ends, and always with a warning.
_END_OF_TEXT = (("<｜", "<｜end▁of▁sentence｜>"), ("<seed:", "<seed:eos>"), ("<|im_start|>", "<|im_end|>"))
_USUAL_END_OF_TEXT = "</s>"


def read_bare(path: Path) -> ChatTemplate:
    """Read a template file. Raises UsageError when it cannot be read or is empty."""
    try:
        source = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"{path}: no such file; name an existing .jinja file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as UTF-8 text: {error}") from error
    if not source.strip():
        raise UsageError(f"{path}: the file is empty; a chat template was expected")
    end = next((token for sign, token in _END_OF_TEXT if sign in source), _USUAL_END_OF_TEXT)
    # Defined but empty: a template that joins strings to them would stop at an undefined one.
    empty = dict.fromkeys(("bos_token", "eos_token", "unk_token", "pad_token"), "")
    return ChatTemplate(source, name=path.name, special_tokens=empty, assumed={"eos_token": end})
