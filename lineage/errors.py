"""Every error `lineage` raises on purpose, in one tree.

    LineageError                  could not complete                exit 3
    ├── UsageError                the call cannot mean anything     exit 2
    ├── RecordError               input that cannot be read
    ├── CardError                 a card that cannot be read, or two that cannot be compared
    ├── StoreError                the workspace or its database
    ├── TemplateError             a chat template that gives no prefix
    ├── GenerationError           a generation run that cannot go on
    └── PipelineError             a stage that failed

A message says what is wrong, where, and what to do next.
"""


class LineageError(Exception):
    """The work could not be completed; `exit_code` is what the command line returns."""

    exit_code = 3


class UsageError(LineageError):
    """The request itself cannot be met as written: a wrong path, an unknown name, a missing option."""

    exit_code = 2


class RecordError(LineageError):
    """A source of records that cannot be read; the message names file, line or row, and reason."""


class CardError(LineageError):
    """A fingerprint card that is damaged, of an unknown version, or made with other parameters."""


class StoreError(LineageError):
    """The workspace or its database cannot be used."""


class TemplateError(LineageError):
    """A chat template from which no prefix can be derived safely."""


class GenerationError(LineageError):
    """A generation run that cannot start or go on."""


class PipelineError(LineageError):
    """A pipeline that is not well formed, or a stage that failed."""
