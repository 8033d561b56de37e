"""Trace: what a function does to tensors, as one program of the graph's steps."""
