"""Tensor's methods, a family a file; each is a composition of operations, defined once and also a function of nudge's."""

from .facts import Facts
from .reduce import Reduce
from .shape import Shape

METHODS = (Facts, Reduce, Shape)
