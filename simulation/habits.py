"""What differs from city to city: drawn once from the seed, so that no detector can be fitted to one of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

DAY = 86_400
#: An epoch second far behind any period: "never", small enough to add to.
NEVER = 2**40 // 86_400 * 86_400
CITY_CODES = ("3207", "3408", "3710", "4109", "4206", "4305", "5107", "5206", "6105", "3611", "1306", "2106", "4509", "3604")
COUNTY_STEMS = "平安永和清泰兴宁长乐丰润金华崇义武德临淮东阳西陵南康北原"


@dataclass(frozen=True, slots=True)
class Habits:
    """One city's habits. Rates are per person and year, shares 0–1, times epoch seconds."""

    seed: int
    start: int
    months: int
    end: int
    city: str
    counties: tuple[str, ...]
    county_names: tuple[str, ...]
    price_level: float
    detail: float
    outpatient_rate: float
    pharmacy_rate: float
    stay_rate: float
    chronic_share: float
    dialysis_share: float
    los_scale: float
    los_sigma: float
    refund_share: float
    void_share: float
    posting_hour: float
    dept_style: int
    fine_codes: float
    secondary_mean: float
    reform: int
    drg_share: float
    drg_rate: float
    price_change: int
    long_prescriptions: float
    scene_from: int
    hdf_share: float
    village_share: float
    tertiary_share: float
    dirt: float


def add_months(year: int, month: int, count: int) -> int:
    """Epoch second at which the month ``count`` months after the given one begins."""
    index = year * 12 + month - 1 + count
    return int(datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC).timestamp())


def draw(seed: int, months: int, persons: int, price_level: float | None) -> Habits:
    """The habits of the city of this seed; ``price_level`` None draws it too (log-normal around 1)."""
    rng = np.random.default_rng([seed, 1])
    year = int(rng.integers(2022, 2026))
    start = add_months(year, 1, 0)
    city = str(rng.choice(CITY_CODES))
    count = int(rng.integers(8, 13))
    tails = rng.choice(np.array([2, 3, 4, 21, 22, 23, 24, 25, 26, 27, 28, 29, 81, 82]), count, replace=False)
    counties = tuple(sorted(f"{city}{tail:02d}" for tail in tails))
    stems = rng.permutation(list(COUNTY_STEMS))
    names = tuple(f"{stems[2 * i]}{stems[2 * i + 1]}" for i in range(count))
    end = add_months(year, 1, months)
    span = end - start
    drawn_level = float(np.exp(rng.normal(0.0, 0.22)))
    return Habits(
        seed=seed,
        start=start,
        months=months,
        end=end,
        city=city,
        counties=counties,
        county_names=names,
        price_level=drawn_level if price_level is None else float(price_level),
        detail=float(rng.uniform(1.0, 1.4)) * (1.0 if persons < 200_000 else 1.7),
        outpatient_rate=float(rng.uniform(1.7, 2.5)),
        pharmacy_rate=float(rng.uniform(1.2, 2.0)),
        stay_rate=float(rng.uniform(0.13, 0.19)),
        chronic_share=float(rng.uniform(0.7, 1.0)),
        dialysis_share=float(rng.uniform(0.003, 0.0045)) if persons < 100_000 else float(rng.uniform(0.0009, 0.0014)),
        los_scale=float(rng.uniform(0.88, 1.12)),
        los_sigma=float(rng.uniform(0.28, 0.45)),
        refund_share=float(rng.uniform(0.042, 0.06)),
        void_share=float(rng.uniform(0.0002, 0.0008)),
        posting_hour=float(rng.choice([0.1, 6.0, 8.0, 23.8])),
        dept_style=int(rng.integers(0, 4)),
        fine_codes=float(rng.uniform(0.1, 0.5)),
        secondary_mean=float(rng.uniform(2.0, 3.6)),
        reform=int(start + span * rng.uniform(0.2, 0.55)),
        drg_share=float(rng.uniform(0.4, 0.75)),
        drg_rate=0.0,
        price_change=int(start + span * rng.uniform(0.3, 0.7)) // DAY * DAY,
        long_prescriptions=float(rng.uniform(0.2, 0.5)),
        scene_from=int(start + span * rng.uniform(0.3, 0.6)) // DAY * DAY,
        hdf_share=float(rng.uniform(0.04, 0.10)),
        village_share=float(rng.uniform(0.28, 0.45)),
        tertiary_share=float(rng.uniform(0.12, 0.22)),
        dirt=float(rng.uniform(0.6, 1.4)),
    )
