"""Guard: all that a function can read from Python, and whether it still is what it was."""
