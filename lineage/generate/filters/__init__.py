"""Checks that throw out texts before they cost more, with a reason for each: instructions first, then responses."""
