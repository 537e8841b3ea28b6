"""``simulate``: a whole city's delivery from a seed, chunk by chunk, within bounded memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from simulation import city as cities
from simulation import dirt as dirty
from simulation import lists, population, registries, settle, tables, traces
from simulation import truth as truths
from simulation.chunk import Chunk
from simulation.city import City
from simulation.frauds import plan as plans
from simulation.lawful import comorbidity, dialysis, groups, lookalikes, maternity, oncology, outpatient, psychiatric, stays
from simulation.reading import stay_index
from simulation.settle import Books
from simulation.tables import Keys
from simulation.write import Delivery

#: Persons made at a time; memory grows with it, not with the city.
CHUNK = 10_000
IN_PARTS = ("mdtrt_d", "setl_d", "fee_list_d", "drug_trac_d", "scene_rcd_d")
Progress = Callable[[str, int, int], None]


def simulate(
    persons: int,
    months: int,
    seed: int,
    out: Path,
    truth: Path | None = None,
    *,
    institutions: float | None = None,
    guilty_share: float = 0.12,
    disguise: float = 0.5,
    price_level: float | None = None,
    dirt: bool | float = True,
    form: str = "csv.gz",
    chunk_persons: int = CHUNK,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Writes a delivery of ``persons`` over ``months`` into ``out`` and, when asked, what was planted into ``truth``.

    ``institutions`` scales how many institutions there are (1 = usual for the size); ``guilty_share`` is the share of them
    that cheat (0 = clean city); ``disguise`` 0–1 how well they hide it; ``price_level`` None draws it from the seed;
    ``dirt`` False gives clean files; ``form`` is ``csv.gz`` or ``parquet``; ``chunk_persons`` bounds memory. Returns rows written per table.
    The same arguments give the same bytes. Raises ValueError on sizes that cannot make a city.
    """
    if persons < 1_000 or months < 1:
        raise ValueError(f"A city needs at least 1,000 persons and one month; asked for {persons} persons, {months} months.")
    if form not in ("csv.gz", "parquet"):
        raise ValueError(f"Unknown form {form!r}; expected 'csv.gz' or 'parquet'.")
    city = cities.build(persons, months, seed, price_level=price_level, institution_factor=institutions or 1.0)
    city.plan = plans.draw(city, guilty_share=guilty_share, disguise=disguise)
    level = city.habits.dirt if dirt is True else float(dirt)
    delivery = Delivery(out, form)
    rng = np.random.default_rng([seed, 40])
    chunks = max(1, round(persons / chunk_persons))
    bounds = np.linspace(0, persons, chunks + 1).astype(int)
    found, looks = [], []
    for number in range(chunks):
        chunk = live(city, number, int(bounds[number]), int(bounds[number + 1] - bounds[number]))
        books, keys, made = finish(chunk)
        for table, frame in made.items():
            _hand_over(rng, delivery, table, frame, level, whole=chunks == 1)
        if truth is not None:
            found.append(truths.cases(chunk, books, keys))
            looks.append(truths.lookalikes(chunk, books, keys))
        if progress is not None:
            progress("persons", int(bounds[number + 1]), persons)
    for table, frame in {**registries.tables(city), "invt_chg_d": traces.stock_table(city)}.items():
        delivery.whole(table, frame, dirty.forms_of(rng, table, level))
    if truth is not None:
        truths.write(truth, city, found, looks)
        chosen = {"persons": persons, "months": months, "seed": seed, "guilty_share": guilty_share, "disguise": disguise}
        (truth / "city.json").write_text(json.dumps({**chosen, "price_level": city.habits.price_level}), encoding="utf-8")
    return delivery.rows


def finish(chunk: Chunk) -> tuple[Books, Keys, dict[str, pl.DataFrame]]:
    """Settles a chunk and makes its tables."""
    books = settle.settle(chunk)
    if chunk.number == 0:
        lists.calibrate(chunk, books)
    plans.after_settlement(chunk)
    lookalikes.after_settlement(chunk, books)
    keys = tables.keys_of(chunk, books)
    traces.note_stock(chunk, books)
    traces.note_physicians(chunk, books)
    made = {
        **tables.persons_tables(chunk, keys),
        "mdtrt_d": tables.visits_table(chunk, keys),
        "setl_d": tables.settlements_table(chunk, books, keys).sort("setl_id"),
        "fee_list_d": tables.lines_table(chunk, books, keys).sort("bkkp_sn"),
        **lists.tables(chunk, books, keys),
        **traces.tables(chunk, books, keys),
    }
    return books, keys, made


def _hand_over(rng: np.random.Generator, delivery: Delivery, table: str, frame: pl.DataFrame, level: float, *, whole: bool) -> None:
    """Writes a chunk's table: a part of many, or, in a city of one chunk, one file or three parts by size."""
    if not whole:
        dirty.deliver(rng, delivery, table, frame, level)
    elif table not in IN_PARTS:
        delivery.whole(table, dirty.soil(rng, table, frame, level), dirty.forms_of(rng, table, level))
    else:
        size = max(1, -(-frame.height // 3)) if frame.height > 30_000 else max(1, frame.height)
        for first in range(0, frame.height, size):
            dirty.deliver(rng, delivery, table, frame.slice(first, size), level)


def live(city: City, number: int, first: int, count: int) -> Chunk:
    """One chunk of persons with their lawful life, then what the guilty institutions add and change."""
    persons = population.build(city.habits, city.villages, first, count, city.persons, number)
    chunk = Chunk(city, persons, np.random.default_rng([city.habits.seed, 9, number]), number)
    plans.before_life(chunk)
    chunk.notes["single_disease"] = [stay_index()[name] for name in ("白内障", "腹股沟疝", "痔")]
    maternity.live(chunk)
    oncology.live(chunk)
    psychiatric.live(chunk)
    lookalikes.deaths(chunk)
    stays.live(chunk)
    groups.live(chunk)
    dialysis.live(chunk)
    outpatient.chronic(chunk)
    outpatient.outpatient(chunk)
    outpatient.pharmacy(chunk)
    groups.around_stays(chunk)
    lookalikes.same_day_departments(chunk)
    lookalikes.relatives_buy(chunk)
    lookalikes.controls(chunk)
    lookalikes.multi_site(chunk)
    comorbidity.live(chunk)
    lookalikes.mark(chunk)
    traces.note_census(chunk)
    plans.plant(chunk)
    return chunk
