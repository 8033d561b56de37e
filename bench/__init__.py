"""Peers and nudge side by side, in one run: `python -m bench [scalar] [eager] [startup] [tables] [wide] [memory]`.

Machines are noisy, so what counts is the ratio, taken pair by pair from runs in turn (A B A B …).
"""
