"""The engine of a run: a plan says what a row consists of, a loop writes rows by index, a ledger keeps them."""
