"""Results as text, JSON and pages; pure functions of results."""
