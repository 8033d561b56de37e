"""The rules: every operation of nudge, a file a family, each defined once."""

from .arithmetic import add, div, dot, floor_divide, mul, neg, pow, remainder, sub
from .functions import absolute, cast, cos, erf, exp, floor, log, log1p, sigmoid, sign, sin, sqrt, tanh
from .index import gather, scatter_add
from .linear import matmul
from .random import fma, shuffled, stream
from .reduce import argmax, cumsum, expand, max, min, prod, sum
from .select import clamp, eq, ge, gt, le, logical_and, logical_not, logical_or, lt, maximum, minimum, ne, relu, where
from .shape import alias, concatenate, flip, fold, narrow, pad, permute, reshape, slice_, unfold

__all__ = [
    "absolute", "add", "alias", "argmax", "cast", "clamp", "concatenate", "cos", "cumsum", "div", "dot", "eq", "erf",
    "exp", "expand", "flip", "floor", "floor_divide", "fma", "fold", "gather", "ge", "gt", "le", "log", "log1p",
    "logical_and", "logical_not", "logical_or", "lt", "matmul", "max", "maximum", "min", "minimum", "mul", "narrow",
    "ne", "neg", "pad", "permute", "pow", "prod", "relu", "remainder", "reshape", "scatter_add", "shuffled", "sigmoid",
    "sign", "sin", "slice_", "sqrt", "stream", "sub", "sum", "tanh", "unfold", "where",
]
