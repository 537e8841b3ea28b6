"""Prices, ceilings and brands of one city: every institution charges its own price for every item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulation.habits import Habits
from simulation.reading import rows

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Items and their variants (SKUs). ``ceiling[period, tier, sku]`` and ``price[period, inst, item]`` are fen."""

    names: npt.NDArray[np.object_]
    list_type: npt.NDArray[np.object_]
    charge: npt.NDArray[np.object_]
    level: npt.NDArray[np.object_]
    spec: npt.NDArray[np.object_]
    pack_days: Ints
    sku_code: npt.NDArray[np.object_]
    sku_item: Ints
    first_sku: Ints
    sku_count: Ints
    ceiling: Ints
    price: Ints
    inst_sku: Ints
    cost: Ints
    self_share: Floats


def build(habits: Habits, tier: Ints, private: npt.NDArray[np.bool_], pharmacy: npt.NDArray[np.bool_]) -> Catalogue:
    """The catalogue of the city whose institutions have these tiers (3 2 1 0) and owners."""
    rng = np.random.default_rng([habits.seed, 2])
    table = rows("items")
    base = np.array([float(row["price"]) for row in table])
    brands = np.array([int(row["brands"]) for row in table])
    kind = np.array([row["list_type"] for row in table], dtype=object)
    first = np.concatenate([[0], np.cumsum(brands)[:-1]])
    owner = np.repeat(np.arange(len(table)), brands)
    city_price = base * habits.price_level * np.exp(rng.normal(0, 0.18, len(table)))
    spread = np.where(np.isin(kind, ["101"])[owner], np.exp(rng.normal(0, 0.28, len(owner))), 1.0)
    makers = rng.integers(1, 9_999, len(owner))
    codes = np.array(
        [_code(table[i]["code"], kind[i], int(brands[i]), int(makers[k])) for k, i in enumerate(owner)],
        dtype=object,
    )
    service = (kind == "201")[owner]
    sku_base = city_price[owner] * spread
    tier_factor = np.array([rng.uniform(0.66, 0.74), rng.uniform(0.74, 0.85), rng.uniform(0.86, 0.94), 1.0])
    headroom = np.where(service, 1.0, rng.uniform(1.06, 1.22, len(owner)))
    factor = np.where(service[None, :], tier_factor[:, None], 1.0)
    before = np.maximum(2, np.round(sku_base * headroom * factor * 20) * 5).astype(np.int64)
    moved = np.where(service & (rng.random(len(owner)) < 0.12), rng.uniform(0.82, 1.15, len(owner)), 1.0)
    after = np.maximum(2, np.round(before * moved / 5) * 5).astype(np.int64)
    ceiling = np.stack([np.maximum(before, 2), after])

    n_inst = len(tier)
    u = np.random.default_rng([habits.seed, 3]).random((n_inst, len(table)), dtype=np.float32)
    inst_sku = first[None, :] + np.floor(u * u * brands[None, :]).astype(np.int64)
    discount = np.where(private & (rng.random(n_inst) < 0.5), rng.uniform(0.86, 1.0, n_inst), 1.0)
    markup = np.where(pharmacy, rng.uniform(0.9, 1.0, n_inst), rng.uniform(0.84, 0.95, n_inst))
    own = np.where(
        (kind == "201")[None, :],
        discount[:, None],
        markup[:, None] * rng.uniform(0.985, 1.0, (n_inst, len(table))),
    )
    price = np.stack([np.maximum(1, np.floor(np.take_along_axis(ceiling[k][tier], inst_sku, axis=1) * own)).astype(np.int64) for k in (0, 1)])
    level = np.array([row["level"] for row in table], dtype=object)
    share = np.where(level == "02", np.where(kind == "301", rng.uniform(0.1, 0.2), rng.uniform(0.05, 0.15)), 0.0)
    return Catalogue(
        names=np.array([row["name"] for row in table], dtype=object),
        list_type=kind,
        charge=np.array([row["charge"] for row in table], dtype=object),
        level=level,
        spec=np.array([row["spec"] for row in table], dtype=object),
        pack_days=np.array([int(row["pack_days"] or 0) for row in table], dtype=np.int64),
        sku_code=codes,
        sku_item=owner,
        first_sku=first,
        sku_count=brands,
        ceiling=ceiling,
        price=price,
        inst_sku=inst_sku,
        cost=np.maximum(1, (ceiling[0][2] * 0.8)).astype(np.int64),
        self_share=np.where(level == "03", 1.0, share),
    )


def _code(stem: str, kind: str, brands: int, maker: int) -> str:
    """A full national drug code: the stem as selected, the maker's five digits drawn by the city."""
    if kind != "101" or brands == 1:
        return stem
    return f"{stem}{maker:05d}"[: 23 if stem.startswith("X") else 20]
