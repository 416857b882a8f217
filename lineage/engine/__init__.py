"""Where the work runs: the same stages on this machine's threads, or on a cluster, behind three verbs.

A stage is a top-level function from one Arrow record batch to another; an engine moves batches between stages and knows
nothing of what they hold.
"""
