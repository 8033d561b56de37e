"""The sets that come with nudge, by name: real ones, read from the files in `sets/`, and shapes, drawn."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import resources
from importlib.resources.abc import Traversable

import numpy as np

from ..errors import UsageError, nearest
from . import shapes
from .digits import load_digits
from .reader import read_table
from .table import Table

Types = Mapping[str, str] | None


@dataclass(frozen=True)
class Dataset:
    """A table, and what is told from it if nothing else is said."""

    name: str
    about: str
    table: Table
    target: str
    image: tuple[int, int] | None = None  # rows and columns, where the other columns are an image's pixels


@dataclass(frozen=True)
class Entry:
    """What is known of a set before it is read; source and authors are in `SOURCES.md`."""

    about: str
    target: str
    licence: str | None  # None for what is drawn
    image: tuple[int, int] | None = None
    draw: Callable[..., tuple[shapes.Points, shapes.Labels]] | None = None
    words: tuple[str, ...] = ()  # the names of the classes that are drawn


CC0, CC_BY, PUBLIC = "CC0 1.0", "CC BY 4.0", "public domain"
SETS = {
    "digits": Entry("handwritten digits, images of 8×8 pixels", "digit", CC_BY, image=(8, 8)),
    "houses": Entry("houses sold in Ohio, 1993 to 1998, in US dollars", "price", CC0),
    "penguins": Entry("penguins of three species, measured, with gaps", "species", CC0),
    "wine": Entry("red wines, analysed, and marked by experts", "quality", CC_BY),
    "bikes": Entry("bicycles rented in each hour of 2011", "rentals", CC_BY),
    "weather": Entry("days in Seattle; some weather is rare", "weather", PUBLIC),
    "moons": Entry(
        "two half circles that reach into each other", "class", None, draw=shapes.moons, words=("upper", "lower")
    ),
    "circles": Entry("a circle within a circle", "class", None, draw=shapes.circles, words=("outer", "inner")),
    "xor": Entry("whether two signs are the same", "class", None, draw=shapes.xor, words=("same", "different")),
    "gaussians": Entry("three round clouds", "class", None, draw=shapes.gaussians, words=("a", "b", "c")),
    "spirals": Entry("three arms around one another", "class", None, draw=shapes.spirals, words=("a", "b", "c")),
}


def dataset(
    name: str,
    seed: int = 0,
    *,
    n: int | None = None,
    noise: float | None = None,
    types: Mapping[str, str] | None = None,
) -> Dataset:
    """Give a set by its name.

    Shapes are drawn: `n` points, with so much noise, from a seed. Real sets are the same for every seed. `types` as in
    `read_table`.

    Raises:
        UsageError: there is no such set; n or noise for one that is not drawn, or out of range.

    >>> houses = dataset("houses")
    >>> len(houses.table), houses.target, houses.table["price"].values.max()
    (2536, 'price', np.float64(600000.0))
    >>> dataset("moons", n=100).table["class"].words
    ('lower', 'upper')
    """
    if name not in SETS:
        raise UsageError(f"there is no data set {name}{nearest(name, SETS)}")
    entry = SETS[name]
    given = {key: value for key, value in (("n", n), ("noise", noise)) if value is not None}
    if entry.draw is not None:
        table = drawn(name, entry, seed, types, **given)
    elif given:
        raise UsageError(f"{name} is not drawn, and has no {' and no '.join(given)}: it is there as it is")
    else:
        table = digits(types) if name == "digits" else shipped(name, types)
    return Dataset(name, entry.about, table, entry.target, entry.image)


def drawn(name: str, entry: Entry, seed: int, types: Types, **given: float) -> Table:
    """Draw points, with the names of their classes."""
    assert entry.draw is not None
    points, labels = entry.draw(**given, seed=seed)
    # float32 knows these digits; as float64 they are again the decimal numbers that a file has.
    x, y = points.astype(np.float64).round(shapes.DIGITS).T
    table = read_table({"x": x, "y": y, entry.target: np.array(entry.words)[labels]}, name=name, types=types)
    how = "".join(f", {key} {value:g}" for key, value in given.items() if key != "n")
    return replace(table, origin=f"{name}: {len(table):,} points, drawn with seed {seed}{how}")


def digits(types: Types = None) -> Table:
    """Put the digits into columns, a pixel each."""
    images, labels = load_digits()
    pixels = {f"pixel_{k // 8}_{k % 8}": column for k, column in enumerate(images.T)}
    table = read_table({**pixels, "digit": labels}, name="digits", types=types)
    return replace(table, origin=f"digits: {len(table):,} images, {len(table.columns)} columns")


def shipped(name: str, types: Types = None) -> Table:
    """Read one of the files that come with nudge."""
    with resources.as_file(shipped_file(name)) as path:
        return read_table(path, name=name, types=types)


def shipped_file(name: str) -> Traversable:
    """Say where a file is that comes with nudge."""
    return resources.files("nudge.data").joinpath("sets", f"{name}.csv.gz")


def size(name: str) -> tuple[int, int]:
    """Count a set's rows and columns, without reading what is in them.

    >>> size("houses")
    (2536, 17)
    """
    entry = SETS[name]
    if entry.draw is not None:
        return len(entry.draw()[1]), 3
    if name == "digits":
        images, _ = load_digits()
        return len(images), images.shape[1] + 1
    with shipped_file(name).open("rb") as packed, gzip.open(packed, "rt", encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        columns = len(next(rows))
        return sum(1 for _ in rows), columns
