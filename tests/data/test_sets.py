"""The sets that come with nudge: all there, as published, and tables as any other."""

from __future__ import annotations

import gzip
from functools import cache
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

import nudge
from nudge.data import SETS, dataset, load_digits, moons, read_table
from nudge.data.dataset import shipped_file, size

shared = cache(dataset)  # a set is the same at every call, and takes a moment to read
REAL = [name for name, entry in SETS.items() if entry.draw is None]
SHIPPED = [name for name in REAL if name != "digits"]
DRAWN = [name for name in SETS if name not in REAL]


def counts(table, name):
    """How often each word of a column occurs."""
    column = table[name]
    return dict(zip(column.words, np.bincount(column.values[column.values >= 0]).tolist(), strict=True))


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_a_table_with_its_target(name):
    found = shared(name)
    assert (found.name, found.table.name, found.about) == (name, name, SETS[name].about)
    assert found.target in found.table.columns
    assert found.target == list(found.table.columns)[-1]
    assert found.table[found.target].gaps == 0
    assert found.table.origin.startswith(name)
    assert (len(found.table), len(found.table.columns)) == size(name)
    assert len(found.table.fingerprint) == 64


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_is_plain_csv_and_small(name):
    packed = shipped_file(name).read_bytes()
    text = gzip.decompress(packed)
    assert packed[4:8] == bytes(4), "the same file at every packing: no time in it"
    assert len(packed) < 80_000
    assert text.isascii()
    assert text.endswith(b"\n")
    assert b"\r" not in text
    assert b'"' not in text
    header, *lines = text.decode().splitlines()
    assert all(line.count(",") == header.count(",") for line in lines)


def test_each_real_set_has_its_source_and_licence():
    said = resources.files("nudge.data").joinpath("SOURCES.md").read_text("utf-8")
    sections = said.split("\n## ")[1:]
    for name in REAL:
        (section,) = [part for part in sections if f"{name}." in part.splitlines()[0]]
        assert f"{size(name)[0]:,} " in section
        assert str(SETS[name].licence) in section
        assert all(f"| {row} |" in section for row in ("what", "from", "by", "cite", "licence", "changed"))
    files = {path.name for path in Path(str(shipped_file("houses"))).parent.iterdir() if path.is_file()}
    assert files == {f"{name}.csv.gz" for name in SHIPPED}


def test_houses():
    table = shared("houses").table
    kinds = {name: column.type.kind for name, column in table.columns.items()}
    assert [name for name, kind in kinds.items() if kind == "category"] == ["stories", "wall", "garage"]
    assert [name for name, kind in kinds.items() if kind == "date"] == ["sold"]
    assert {name: c.gaps for name, c in table.columns.items() if c.gaps} == {"lot_frontage_ft": 2, "lot_depth_ft": 385}
    sold, price = table["sold"].values, table["price"].values
    assert (np.diff(sold) >= 0).all()
    assert table["sold"].describe() == "date, 1993-01-04 to 1998-10-05"
    # All 25,357 houses have a mean of 79,018 and a deviation of 59,655; a tenth of them is near.
    assert abs(price.mean() - 79_018) < 1_500
    assert abs(price.std() - 59_655) < 3_000
    assert (price.min(), price.max()) == (2_000, 600_000)
    assert (table["garage_area_sqft"].values == 0).sum() == counts(table, "garage")["no garage"]
    assert np.abs(table["longitude"].values + 83.56).max() < 0.33
    assert np.abs(table["latitude"].values - 41.575).max() < 0.16


def test_penguins_are_as_published():
    table = shared("penguins").table
    assert counts(table, "species") == {"Adelie": 152, "Chinstrap": 68, "Gentoo": 124}
    assert counts(table, "island") == {"Biscoe": 168, "Dream": 124, "Torgersen": 52}
    assert counts(table, "sex") == {"female": 165, "male": 168}
    measured = {"bill_length_mm": 43.92, "bill_depth_mm": 17.15, "flipper_length_mm": 200.92, "body_mass_g": 4201.75}
    for name, mean in measured.items():
        assert table[name].gaps == 2
        assert round(float(np.nanmean(table[name].values)), 2) == mean
    assert table["sex"].gaps == 11


def test_wine_is_as_published():
    table = shared("wine").table
    marks, often = np.unique(table["quality"].values, return_counts=True)
    assert dict(zip(marks.tolist(), often.tolist(), strict=True)) == {3: 10, 4: 53, 5: 681, 6: 638, 7: 199, 8: 18}
    means = {"fixed_acidity": 8.32, "volatile_acidity": 0.53, "citric_acid": 0.27, "residual_sugar": 2.54, "ph": 3.31}
    for name, mean in means.items():
        assert round(float(table[name].values.mean()), 2) == mean
    rows = np.stack([column.values for column in table.columns.values()], axis=1)
    assert rows[0].tolist() == [7.4, 0.7, 0, 1.9, 0.076, 11, 34, 0.9978, 3.51, 0.56, 9.4, 5]
    assert len(np.unique(rows, axis=0)) == 1599 - 240


def test_bikes_are_the_hours_of_2011():
    table = shared("bikes").table
    assert int(table["rentals"].values.sum()) == 1_243_103
    assert "rentals" in table.columns
    assert not {"casual", "registered"} & set(table.columns), "their sum is the target"
    moments = table["date"].values + 3600 * table["hour"].values
    assert (np.diff(moments) > 0).all()
    assert table["date"].describe() == "date, 2011-01-01 to 2011-12-31"
    assert counts(table, "weather") == {
        "clear": 5645, "cloudy/misty": 2218, "heavy rain/snow": 1, "light rain/snow": 781,
    }  # fmt: skip
    # A working day is neither on a weekend nor a holiday: the dates are right.
    weekend = (table["date"].values // 86400 + 3) % 7 >= 5
    holiday, working = (table[name].values == 1 for name in ("holiday", "working_day"))
    assert (working == ~(weekend | holiday)).all()
    assert (table["temperature_c"].values.min(), table["temperature_c"].values.max()) == (-7.06, 37.12)


def test_weather_has_rare_classes():
    table = shared("weather").table
    assert counts(table, "weather") == {"drizzle": 53, "fog": 101, "rain": 641, "snow": 26, "sun": 640}
    assert (np.diff(table["date"].values) == 86400).all()
    assert (table["temp_max"].values >= table["temp_min"].values).all()


def test_digits_are_pixels_in_columns():
    images, labels = load_digits()
    digits = shared("digits")
    assert digits.image == (8, 8)
    assert list(digits.table.columns)[:9] == [*(f"pixel_0_{k}" for k in range(8)), "pixel_1_0"]
    pixels = np.stack([column.values for column in digits.table.columns.values()][:64], axis=1)
    assert (pixels == images).all()
    assert (digits.table["digit"].values == labels).all()


@pytest.mark.parametrize("name", DRAWN)
def test_shapes_name_their_classes(name):
    entry = SETS[name]
    points, labels = entry.draw(seed=5)
    table = dataset(name, seed=5).table
    assert (np.stack([table["x"].values, table["y"].values], 1).astype(np.float32) == points).all()
    column = table["class"]
    assert column.type.kind == "category"
    assert [column.words[code] for code in column.values] == [entry.words[label] for label in labels]
    assert dataset(name).table.fingerprint == dataset(name, seed=0).table.fingerprint != table.fingerprint


def test_n_and_noise_are_for_what_is_drawn():
    table = dataset("moons", n=30, noise=0.5).table
    assert table.origin == "moons: 30 points, drawn with seed 0, noise 0.5"
    assert (table["x"].values.astype(np.float32) == moons(30, 0.5)[0][:, 0]).all()
    with pytest.raises(nudge.UsageError, match="houses is not drawn, and has no n and no noise: it is there as it is"):
        dataset("houses", n=3, noise=0.1)


def test_an_unknown_set_is_named_with_the_nearest():
    with pytest.raises(nudge.UsageError, match=r"there is no data set penguin; did you mean penguins\?"):
        dataset("penguin")
    with pytest.raises(nudge.UsageError, match="known: bikes, circles, digits"):
        dataset("zzzz")


def test_a_set_is_read_as_a_file_of_ones_own(tmp_path):
    path = tmp_path / "own.csv"
    path.write_bytes(gzip.decompress(shipped_file("penguins").read_bytes()))
    own, shipped = read_table(path), shared("penguins").table
    for name, column in shipped.columns.items():
        assert own[name].type == column.type
        assert np.array_equal(own[name].values, column.values, equal_nan=True)
