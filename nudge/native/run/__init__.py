"""Run: object code, kept and loaded, on as many threads as there are."""
