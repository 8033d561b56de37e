"""Tensor's methods, a family a file; each is a composition of operations, defined once, and a function too."""

from .casts import Casts
from .facts import Facts
from .gradients import Gradients
from .index import Index
from .inplace import InPlace
from .linalg import Linalg
from .new import New
from .operators import Operators
from .pointwise import Pointwise
from .reduce import Reduce
from .seen import Seen
from .shape import Shape
from .write import Write

METHODS = (Pointwise, Reduce, Shape, Index, Linalg, InPlace, Write, New, Casts, Gradients, Facts, Seen, Operators)
