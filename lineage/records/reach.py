"""Whether the Hugging Face hub can be reached, asked once before its libraries spend a minute on trying again."""

import os
import urllib.error
import urllib.request

_TIMEOUT_S = 10


def why_unreachable() -> str | None:
    """Say why the hub does not answer; None when it does, or when HF_HUB_OFFLINE keeps its libraries to their cache."""
    from huggingface_hub import constants  # noqa: PLC0415 (part of what only hub sources need)

    if os.environ.get("HF_HUB_OFFLINE"):
        return None
    request = urllib.request.Request(constants.ENDPOINT, method="HEAD")  # noqa: S310 (the hub, or what HF_ENDPOINT says)
    try:
        urllib.request.urlopen(request, timeout=_TIMEOUT_S).close()  # noqa: S310
    except urllib.error.HTTPError:
        return None  # it answers; what it thinks of a name is for its libraries to say
    except OSError as error:
        return str(getattr(error, "reason", error))
    return None
