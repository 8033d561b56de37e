"""Explanation: what became of a step, against what the machine can do."""
