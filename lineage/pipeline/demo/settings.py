"""How a demo was made: its commands, parameters and digests, from the records of what ran."""

from collections.abc import Iterator, Mapping, Sequence

from lineage.pipeline.demo.results import Results
from lineage.pipeline.records import StageRecord

_PLAIN = (str, int, float, bool)


def commands(records: Sequence[StageRecord]) -> tuple[str, ...]:
    """Return the commands of the stages as a user would type them."""
    return tuple(record.shown for record in records)


def settings(results: Results) -> tuple[tuple[str, str], ...]:
    """Return names and values: parameters, how rows were generated, and the digest of every file read or written."""
    found: list[tuple[str, str]] = []
    for record in results.records[:1]:
        found += [(f"parameter {key}", str(value)) for key, value in record.parameters.items()]
        found += [("pipeline digest", record.pipeline_digest)]
        found += [(name, version) for name, version in record.versions.items()]
    corpus = results.texts[results.truth.corpus]
    if corpus:
        found += [(f"generation {name}", value) for name, value in _flat(corpus[0].meta.get("lineage"))]
    found.append(("smallest Jaccard that agrees", str(results.linking.get("threshold"))))
    contents = {one.path: one.digest for record in results.records for one in (*record.inputs, *record.outputs)}
    found += [(path, f"blake2b-128 {digest}") for path, digest in sorted(contents.items()) if digest]
    return tuple(found)


def _flat(value: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Name every plain value of nested mappings by its way there; what is empty or a list of lists is left out."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, f"{name} {key}".strip())
    elif isinstance(value, _PLAIN):
        yield name, str(value)
    elif isinstance(value, list) and value and all(isinstance(one, _PLAIN) for one in value):
        yield name, ", ".join(repr(one) for one in value)
