"""Text models: which sequences of words two texts are compared by, under a name that is stored with every result.

The name is `w<words>/<version>`. The version stands for everything that decides a shingle's hash: normalisation, what a
word is, and the hash functions. Any change to those is a new version, and cards of different models are never compared.
"""

from dataclasses import dataclass

from lineage.errors import UsageError


@dataclass(frozen=True, slots=True)
class TextModel:
    """A named way to cut a text into shingles of `words` consecutive words."""

    name: str
    words: int


# Two words for prompts: one changed word in a 15-word instruction leaves a Jaccard of .75 with 2-word shingles and .375
# with 5-word ones. Five words for responses, long enough that two texts seldom share a shingle by chance.
PROMPT_MODEL = TextModel("w2/1", 2)
RESPONSE_MODEL = TextModel("w5/1", 5)
_MODELS = {model.name: model for model in (PROMPT_MODEL, TextModel("w3/1", 3), RESPONSE_MODEL)}


def text_model(name: str) -> TextModel:
    """Return the text model of that name; raises UsageError when there is none.

    >>> text_model("w5/1").words
    5
    """
    try:
        return _MODELS[name]
    except KeyError:
        known = ", ".join(_MODELS)
        raise UsageError(f"no text model is called {name!r}; this version knows {known}") from None
