"""Which model wrote this training data, and where has that model's writing spread?

Importing `lineage` touches the standard library only; each capability is a sub-package that is imported by name.
"""

__version__ = "0.1.0"
