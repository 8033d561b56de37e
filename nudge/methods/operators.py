"""Python's operators, each made from its row of the table; families that know better come before this one."""

from __future__ import annotations

from ..op import install_operators


class Operators:
    """x + y, x * y, −x, x < y and the rest."""


install_operators(Operators)
