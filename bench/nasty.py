"""Five tables as real ones are at their worst, drawn from a fixed seed; made before any score of them was seen.

Each is (columns by name, target, task). Whoever reads them gets the same CSV.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Columns = dict[str, list[Any]]


def gaps(r: np.random.Generator) -> tuple[Columns, str, str]:
    """Loans: mixed columns; that an income is missing says something by itself."""
    n = 2500
    age, amount = r.integers(18, 80, n), np.round(np.exp(r.normal(9, 0.8, n)), 2)
    income = np.round(np.exp(r.normal(10.3, 0.6, n)), 2)
    job = r.choice(["clerk", "driver", "nurse", "teacher", "none", "engineer"], n, p=[0.25, 0.2, 0.2, 0.15, 0.1, 0.1])
    home = r.choice(["rent", "own", "parents"], n)
    hidden = r.random(n) < np.where(income < np.median(income), 0.4, 0.05)
    risk = 0.9 * np.log(amount / income) + 0.8 * (job == "none") - 0.02 * (age - 45) + 0.5 * (home == "rent") + 1.0
    late = r.random(n) < 1 / (1 + np.exp(-1.5 * (risk - np.median(risk))))
    return {
        "customer": [f"C{k:06d}" for k in r.permutation(n)],
        "age": [None if u < 0.1 else int(a) for a, u in zip(age, r.random(n), strict=True)],
        "amount": amount.tolist(),
        "income": [None if h else float(i) for i, h in zip(income, hidden, strict=True)],
        "job": ["NA" if u < 0.08 else str(j) for j, u in zip(job, r.random(n), strict=True)],
        "home": home.tolist(),
        "country": ["XX"] * n,
        "late": np.where(late, "yes", "no").tolist(),
    }, "late", "classification"


def tails(r: np.random.Generator) -> tuple[Columns, str, str]:
    """Claims: features with Cauchy and log-normal tails, a target over four powers of ten."""
    n = 3000
    speed, mass, wild = r.normal(size=n), np.exp(r.normal(0, 1.5, n)), r.standard_cauchy(n)
    noise = r.normal(0, 0.25, n)
    cost = np.exp(6 + 0.7 * speed + 0.5 * np.log(mass) + 0.4 * np.tanh(wild) + noise)
    broken = r.random(n) < 0.01
    return {
        "speed": np.where(broken, 1e6, np.round(speed, 4)).tolist(),
        "mass": np.round(mass, 4).tolist(),
        "wild": np.round(wild, 4).tolist(),
        "other": np.round(r.standard_t(2, n), 4).tolist(),
        "cost": np.round(cost, 2).tolist(),
    }, "cost", "regression"


def words(r: np.random.Generator) -> tuple[Columns, str, str]:
    """Shops: a city of hundreds, most of them rare, some only in a few rows; a price for each."""
    n, cities = 4000, 400
    level = r.normal(0, 1, cities)
    city = np.minimum((r.pareto(1.1, n) * 8).astype(int), cities - 1)
    kind, area = r.integers(0, 12, n), np.round(r.gamma(3, 30, n), 1)
    kinds = r.normal(0, 0.6, 12)
    rent = 800 + 250 * level[city] + 220 * kinds[kind] + 6 * area + r.normal(0, 120, n)
    return {
        "city": [f"city-{k}" for k in city],
        "kind": [f"kind {k}" for k in kind],
        "area": area.tolist(),
        "floor": r.integers(0, 9, n).tolist(),
        "rent": np.round(rent, 2).tolist(),
    }, "rent", "regression"


def rare(r: np.random.Generator) -> tuple[Columns, str, str]:
    """Faults: one machine in twenty fails; thirty sensors, of which four tell something."""
    n, sensors = 4000, 30
    x = r.normal(size=(n, sensors))
    x[:, 5] = x[:, 0] + 0.05 * r.normal(size=n)  # the same, measured twice
    sign = 1.6 * x[:, 0] * x[:, 1] + 1.2 * np.abs(x[:, 2]) + x[:, 3] + 0.5 * r.normal(size=n)
    fails = sign > np.quantile(sign, 0.95)
    columns: Columns = {f"sensor{k}": np.round(x[:, k], 3).tolist() for k in range(sensors)}
    columns["fails"] = fails.astype(int).tolist()
    return columns, "fails", "classification"


def seasons(r: np.random.Generator) -> tuple[Columns, str, str]:
    """Demand: dates with season and weekday, products of columns, a counter, a constant, a copy in other units."""
    n = 3000
    day = np.sort(r.integers(0, 3 * 365, n))
    heat = 12 - 10 * np.cos(2 * np.pi * (day - 20) / 365.25) + 3 * r.normal(size=n)
    weekday, promo, price = (day + 1) % 7, r.random(n) < 0.2, np.round(r.uniform(1, 5, n), 2)
    demand = 200 - 25 * price + 4 * heat * promo + 40 * (weekday >= 5) + 0.5 * (heat - 15) ** 2
    dates = np.datetime64("2019-01-01") + day
    return {
        "row": list(range(1, n + 1)),
        "date": [str(date) for date in dates],
        "celsius": np.round(heat, 1).tolist(),
        "fahrenheit": np.round(heat * 1.8 + 32, 1).tolist(),
        "promo": np.where(promo, "true", "false").tolist(),
        "price": price.tolist(),
        "currency": ["EUR"] * n,
        "demand": np.round(demand + 15 * r.normal(size=n), 1).tolist(),
    }, "demand", "regression"


NASTY: dict[str, Callable[[np.random.Generator], tuple[Columns, str, str]]] = {
    "gaps": gaps, "tails": tails, "words": words, "rare": rare, "seasons": seasons,
}  # fmt: skip
SEED = 20_261_125


def write(name: str, folder: Path) -> tuple[Path, str, str]:
    """Write a table as CSV; give its path, its target and the task."""
    columns, target, task = NASTY[name](np.random.default_rng([SEED, list(NASTY).index(name)]))
    path = folder / f"{name}.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return path, target, task
