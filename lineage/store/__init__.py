"""The workspace on disk and its database."""
