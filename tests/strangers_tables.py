"""Five tables as people have them, made up: with currencies, ids, gaps, few positives, unlike units."""

import csv
from pathlib import Path

import numpy as np

Rows = list[list[object]]


def write(path: Path, header: list[str], rows: Rows, separator: str = ",") -> None:
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerows([header, *rows])


def chances(logits: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.random(len(logits)) < 1 / (1 + np.exp(-logits))


def prices(path: Path, rng: np.random.Generator, n: int = 1500) -> None:
    """Houses: an id, a text, and dollars with separators of thousands."""
    area = rng.normal(120, 35, n).clip(30)
    rooms = np.rint(area / 28 + rng.normal(0, 0.7, n)).clip(1)
    year, garden = rng.integers(1900, 2024, n), rng.random(n) < 0.4
    level = {"Bern": 1.0, "Zürich": 1.6, "Jura": 0.7}
    region = rng.choice(list(level), n)
    worth = area * 4200 + rooms * 9000 + (year - 1900) * 700 + garden * 40000
    price = worth * [level[one] for one in region] * np.exp(rng.normal(0, 0.12, n))
    columns = zip(area, rooms, year, garden, region, price, strict=True)
    rows: Rows = [
        [f"H{i:05d}", f"{a:.1f}", int(r), y, "yes" if g else "no", where, f"$ {p:,.0f}"]
        for i, (a, r, y, g, where, p) in enumerate(columns)
    ]
    write(path, ["id", "area", "rooms", "year", "garden", "region", "price"], rows)


def churn(path: Path, rng: np.random.Generator, n: int = 3000) -> None:
    """Customers, few of whom leave: semicolons and decimal commas."""
    months, bill = rng.integers(1, 72, n), rng.normal(60, 20, n).clip(10)
    calls, plan = rng.poisson(1.2, n), rng.choice(["basic", "plus", "pro"], n)
    gone = chances(-4.2 + 1.1 * (calls > 2) - 0.03 * (months - 36) + 0.02 * (bill - 60), rng)
    rows: Rows = [
        [100000 + i, m, f"{b:.2f}".replace(".", ","), c, p, "yes" if g else "no"]
        for i, (m, b, c, p, g) in enumerate(zip(months, bill, calls, plan, gone, strict=True))
    ]
    write(path, ["customer_id", "months", "bill", "calls", "plan", "churned"], rows, ";")


def machines(path: Path, rng: np.random.Generator, n: int = 1000) -> None:
    """Two targets, in watts and in millimetres."""
    speed, load = rng.uniform(100, 900, n), rng.uniform(0.1, 1, n)
    power = 2e5 * load * (speed / 500) ** 1.5 + rng.normal(0, 8e3, n)
    wear = 0.02 * load + 0.01 * (speed / 900) ** 2 + rng.normal(0, 0.002, n)
    columns = zip(speed, load, power, wear, strict=True)
    rows: Rows = [[f"{s:.1f}", f"{a:.3f}", f"{p:.0f}", f"{w:.5f}"] for s, a, p, w in columns]
    write(path, ["speed", "load", "power_w", "wear_mm"], rows)


def orders(path: Path, rng: np.random.Generator, n: int = 1200) -> None:
    """Deliveries: dates, ids, gaps in the weights, and Namibia among the countries."""
    slow = {"NA": 2.0, "DE": -1.0, "FR": -0.3, "US": 0.6, "CH": -0.8}
    country = rng.choice(list(slow), n, p=[0.1, 0.3, 0.2, 0.3, 0.1])
    weight = rng.gamma(2, 1.5, n)
    day = np.datetime64("2023-01-01") + rng.integers(0, 700, n).astype("timedelta64[D]")
    late = chances(np.array([slow[one] for one in country]) + 0.35 * (weight - 3), rng)
    unknown = rng.random(n) < 0.03
    columns = zip(day, country, weight, late, unknown, strict=True)
    rows: Rows = [
        [f"2023-{i:06d}", d, c, "" if u else f"{w:.2f}", "late" if late_ else "on time"]
        for i, (d, c, w, late_, u) in enumerate(columns)
    ]
    write(path, ["order", "ordered_on", "country", "weight_kg", "delivery"], rows)


def noise(path: Path, rng: np.random.Generator, n: int = 600) -> None:
    """A target that has nothing to do with the rest."""
    x, y = rng.normal(size=(n, 12)), rng.normal(5, 2, n)
    rows: Rows = [[f"{v:.3f}" for v in (*row, t)] for row, t in zip(x, y, strict=True)]
    write(path, [*(f"sensor_{i}" for i in range(12)), "reading"], rows)


TABLES = (prices, churn, machines, orders, noise)


def make(folder: Path) -> None:
    """Write all five."""
    for seed, table in enumerate(TABLES):
        table(folder / f"{table.__name__}.csv", np.random.default_rng(seed))
