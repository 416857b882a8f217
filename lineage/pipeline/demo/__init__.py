"""The parts of `lineage demo` that are its own: a lab's training set with a known truth, the score, and the story."""
