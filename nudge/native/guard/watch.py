"""Watch: whether Python's containers hold the very objects that they held, at some nanoseconds for each.

Machine code asks the interpreter, by its public functions, and compares identities: no `==` of anybody's is called, and
an equal object is another one. What it finds to differ is looked at in Python, term by term, which may find it alike.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from .guards import Term

# The words say at which part to begin, which is where the last look ended, and then each part: its kind, its container,
# where the next one begins, how many things it holds, and their identities. A kind of 0 ends them.
FIRST = 1  # where the first part begins
OF, AFTER, COUNT, HELD = 1, 2, 3, 4  # words of a part, after its kind
PAIRS, NAMES, ITEMS, CELL, DEFAULTS, SPACE = range(1, 7)  # kinds
DIFFERS = f"""
@words = global ptr null

declare i64 @PyDict_Size(ptr)
declare i32 @PyDict_Next(ptr, ptr, ptr, ptr)
declare ptr @PyDict_GetItemWithError(ptr, ptr)
declare i64 @PyList_Size(ptr)
declare ptr @PyList_GetItem(ptr, i64)
declare ptr @PyCell_Get(ptr)
declare void @Py_DecRef(ptr)
declare ptr @PyFunction_GetDefaults(ptr)
declare ptr @PyFunction_GetKwDefaults(ptr)
declare ptr @PyObject_GenericGetDict(ptr, ptr)

define zeroext i1 @go() {{
entry:
  %place = alloca i64
  %key = alloca ptr
  %value = alloca ptr
  %words = load ptr, ptr @words
  %first = load i64, ptr %words
  br label %look
look:
  %at = phi i64 [ %first, %entry ], [ %after, %same ]
  %part = getelementptr i64, ptr %words, i64 %at
  %of_at = getelementptr i64, ptr %part, i64 {OF}
  %after_at = getelementptr i64, ptr %part, i64 {AFTER}
  %count_at = getelementptr i64, ptr %part, i64 {COUNT}
  %held = getelementptr i64, ptr %part, i64 {HELD}
  %second = getelementptr i64, ptr %part, i64 {HELD + 1}
  %kind = load i64, ptr %part
  switch i64 %kind, label %end [
    i64 {PAIRS}, label %dict
    i64 {NAMES}, label %names
    i64 {ITEMS}, label %list
    i64 {CELL}, label %cell
    i64 {DEFAULTS}, label %defaults
    i64 {SPACE}, label %space
  ]
end:
  store i64 {FIRST}, ptr %words
  ret i1 false
differs:
  store i64 %at, ptr %words
  ret i1 true
same:
  %after = load i64, ptr %after_at
  br label %look

dict:
  %dict_of = load ptr, ptr %of_at
  %dict_count = load i64, ptr %count_at
  %dict_size = call i64 @PyDict_Size(ptr %dict_of)
  %dict_fits = icmp eq i64 %dict_size, %dict_count
  store i64 0, ptr %place
  br i1 %dict_fits, label %pairs, label %differs
pairs:
  %p = phi i64 [ 0, %dict ], [ %p_next, %pair_value ]
  %p_left = icmp ult i64 %p, %dict_count
  br i1 %p_left, label %pair, label %same
pair:
  %found = call i32 @PyDict_Next(ptr %dict_of, ptr %place, ptr %key, ptr %value)
  %pair_at = getelementptr [2 x ptr], ptr %held, i64 %p
  %key_now = load ptr, ptr %key
  %key_held = load ptr, ptr %pair_at
  %key_same = icmp eq ptr %key_now, %key_held
  br i1 %key_same, label %pair_value, label %differs
pair_value:
  %value_at = getelementptr ptr, ptr %pair_at, i64 1
  %value_now = load ptr, ptr %value
  %value_held = load ptr, ptr %value_at
  %value_same = icmp eq ptr %value_now, %value_held
  %p_next = add i64 %p, 1
  br i1 %value_same, label %pairs, label %differs

names:
  %names_of = load ptr, ptr %of_at
  %names_count = load i64, ptr %count_at
  br label %each
each:
  %n = phi i64 [ 0, %names ], [ %n_next, %name ]
  %n_left = icmp ult i64 %n, %names_count
  br i1 %n_left, label %name, label %same
name:
  %name_at = getelementptr [2 x ptr], ptr %held, i64 %n
  %named_at = getelementptr ptr, ptr %name_at, i64 1
  %name_held = load ptr, ptr %name_at
  %named_held = load ptr, ptr %named_at
  %named_now = call ptr @PyDict_GetItemWithError(ptr %names_of, ptr %name_held)
  %named_same = icmp eq ptr %named_now, %named_held
  %n_next = add i64 %n, 1
  br i1 %named_same, label %each, label %differs

list:
  %list_of = load ptr, ptr %of_at
  %list_count = load i64, ptr %count_at
  %list_size = call i64 @PyList_Size(ptr %list_of)
  %list_fits = icmp eq i64 %list_size, %list_count
  br i1 %list_fits, label %items, label %differs
items:
  %i = phi i64 [ 0, %list ], [ %i_next, %item ]
  %i_left = icmp ult i64 %i, %list_count
  br i1 %i_left, label %item, label %same
item:
  %item_at = getelementptr ptr, ptr %held, i64 %i
  %item_held = load ptr, ptr %item_at
  %item_now = call ptr @PyList_GetItem(ptr %list_of, i64 %i)
  %item_same = icmp eq ptr %item_now, %item_held
  %i_next = add i64 %i, 1
  br i1 %item_same, label %items, label %differs

cell:
  %cell_of = load ptr, ptr %of_at
  %cell_held = load ptr, ptr %held
  %cell_now = call ptr @PyCell_Get(ptr %cell_of)
  call void @Py_DecRef(ptr %cell_now)
  %cell_same = icmp eq ptr %cell_now, %cell_held
  br i1 %cell_same, label %same, label %differs

defaults:
  %function = load ptr, ptr %of_at
  %places_held = load ptr, ptr %held
  %places_now = call ptr @PyFunction_GetDefaults(ptr %function)
  %places_same = icmp eq ptr %places_now, %places_held
  br i1 %places_same, label %keywords, label %differs
keywords:
  %keywords_held = load ptr, ptr %second
  %keywords_now = call ptr @PyFunction_GetKwDefaults(ptr %function)
  %keywords_same = icmp eq ptr %keywords_now, %keywords_held
  br i1 %keywords_same, label %same, label %differs

space:
  %object = load ptr, ptr %of_at
  %space_held = load ptr, ptr %held
  %space_now = call ptr @PyObject_GenericGetDict(ptr %object, ptr null)
  call void @Py_DecRef(ptr %space_now)
  %space_same = icmp eq ptr %space_now, %space_held
  br i1 %space_same, label %same, label %differs
}}
"""
GONE = object()  # is held where there is nothing


class Part:
    """A container whose terms are watched together."""

    kind: ClassVar[int]

    def __init__(self, container: Any) -> None:
        """Begin with no terms."""
        self.container = container
        self.terms: list[Term] = []

    def held(self) -> tuple[int, list[int]]:
        """Count the things that the container should hold, and give their identities; the terms keep them alive."""
        raise NotImplementedError

    def is_in_order(self, alike: Callable[[Any, Any], bool]) -> bool:
        """Tell whether what has an order has that which it had."""
        return True


class Cell(Part):
    """A variable of a closure."""

    kind = CELL

    def held(self) -> tuple[int, list[int]]:
        """Give its value's identity; no value is nothing to the interpreter."""
        value = self.terms[0].held
        return 1, [0 if value is GONE else id(value)]


class Space(Part):
    """The dict of an object's attributes."""

    kind = SPACE

    def held(self) -> tuple[int, list[int]]:
        """Give the dict's identity."""
        return 1, [id(self.terms[0].held)]


class Defaults(Part):
    """A function's defaults, by place and by keyword."""

    kind = DEFAULTS

    def held(self) -> tuple[int, list[int]]:
        """Give both; no defaults are nothing to the interpreter, and None to Python."""
        return 2, [0 if term.held is None else id(term.held) for term in self.terms]


class Items(Part):
    """A whole list, of which the first term is the length."""

    kind = ITEMS

    def held(self) -> tuple[int, list[int]]:
        """Give the items' identities."""
        return len(self.terms) - 1, [id(term.held) for term in self.terms[1:]]


class Pairs(Part):
    """A whole dict, of which the first term is the length."""

    kind = PAIRS

    def __init__(self, container: dict[Any, Any]) -> None:
        """Keep the keys, in the order of the terms."""
        super().__init__(container)
        self.keys = list(container)  # which keeps alive what is compared

    def held(self) -> tuple[int, list[int]]:
        """Give the identities of keys and values."""
        self.keys = list(self.container)
        pairs = zip(self.keys, self.terms[1:], strict=True)
        return len(self.keys), [word for key, term in pairs for word in (id(key), id(term.held))]

    def is_in_order(self, alike: Callable[[Any, Any], bool]) -> bool:
        """Tell whether its keys are what they were: a function may go through them."""
        keys = list(self.container)
        return len(keys) == len(self.keys) and all(map(alike, keys, self.keys))


class Names(Part):
    """Some names of a dict, whatever else it holds: a module's globals, a class's attributes."""

    kind = NAMES

    def __init__(self, container: Mapping[str, Any]) -> None:
        """Take the dict."""
        super().__init__(container)
        self.keys: list[str] = []

    def held(self) -> tuple[int, list[int]]:
        """Give the identities of names and values."""
        pairs = [(key, term.held) for key, term in zip(self.keys, self.terms, strict=True)]
        return len(pairs), [word for key, v in pairs for word in (id(key), 0 if v is GONE else id(v))]


class Many(Part):
    """A list or dict that is compared in one go, by one term, and must hold the very same."""

    def __init__(self, container: Any, held: Sequence[Any]) -> None:
        """Take what it holds: a list's items, or a dict's keys and values in turn."""
        super().__init__(container)
        self.kind = PAIRS if isinstance(container, dict) else ITEMS  # type: ignore[misc]
        self.kept = held

    def held(self) -> tuple[int, list[int]]:
        """Give the identities."""
        return len(self.kept) // (2 if self.kind == PAIRS else 1), [id(thing) for thing in self.kept]


class Watch:
    """The words of some parts, and the look at them."""

    def __init__(self, parts: Sequence[Part], holds: Callable[[Part], bool]) -> None:
        """Take the parts, and how to look closer at one that differs."""
        from ..run.call import BUILTIN, prepare  # which needs LLVM
        from ..run.jit import code_of

        self.holds = holds
        self.parts: dict[int, Part] = {}
        self.words = array("q", [FIRST])
        for part in parts:
            self.parts[len(self.words)] = part
            count, held = part.held()
            after = len(self.words) + HELD + len(held)
            self.words.extend([part.kind, id(part.container), after, count, *held])
        self.words.append(0)
        _, self.differs = prepare(code_of(DIFFERS + BUILTIN), self.words)

    def settle(self) -> bool:
        """Look closer at what differs; where it is alike, it is what we hold from now on."""
        try:
            return self._settle()
        finally:
            self.words[0] = FIRST

    def _settle(self) -> bool:
        looked = 0
        while True:
            at = self.words[0]
            part = self.parts[at]
            start, end = at + HELD, self.words[at + AFTER]
            if at == looked or not self.holds(part) or len(held := part.held()[1]) != end - start:
                return False
            self.words[start:end] = array("q", held)
            if not self.differs():
                return True
            looked = at
