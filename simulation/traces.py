"""What leaves a trace beside the bills: face terminals, drug trace codes, stock, deaths, custody, care and cover elsewhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.chunk import Chunk
from simulation.city import City
from simulation.habits import DAY
from simulation.reading import items
from simulation.settle import Books
from simulation.tables import Keys, day, shaped, stamp, texts, yuan

Array = npt.NDArray[Any]


def tables(chunk: Chunk, books: Books, keys: Keys) -> dict[str, pl.DataFrame]:
    """The chunk's trace tables."""
    return {
        "scene_rcd_d": _scene(chunk, keys),
        "drug_trac_d": _codes(chunk, books, keys),
        "die_reg_d": _deaths(chunk, keys),
        "cust_reg_d": _custody(chunk, keys),
        "out_insu_d": _cover_elsewhere(chunk, keys),
        "outmed_setl_d": _care_elsewhere(chunk, keys),
    }


def _scene(chunk: Chunk, keys: Keys) -> pl.DataFrame:
    """Face records where a terminal stands: most dialysis sessions, part of the wards' days and pharmacy purchases."""
    v, city, rng = chunk.visits, chunk.city, chunk.rng
    at = keys.visits
    inst = v["inst"][at]
    on = (v["begn"][at] >= city.inst.sites_from[inst]) & (v["presence"][at] > 0)
    chosen = at[on & (looked_at(chunk, at) | (v["presence"][at] == 2))]
    days = np.where(chunk.inpatient()[chosen], chunk.los(chosen), 1)
    owner = np.repeat(chosen, days)
    k = np.arange(len(owner)) - np.repeat(np.cumsum(days) - days, days)
    ward = chunk.inpatient()[owner]
    seen = ~ward | (rng.random(len(owner)) < 0.8)
    owner, k, ward = owner[seen], k[seen], ward[seen]
    early = rng.integers(-500, 900, len(owner))
    begn = np.where(ward, (v["begn"][owner] // DAY + k) * DAY + rng.integers(25_000, 70_000, len(owner)), v["begn"][owner] + early)
    begn = np.where(ward, np.clip(begn, v["begn"][owner], v["end"][owner]), begn)
    until = np.where(ward, begn + rng.integers(5, 60, len(owner)), np.maximum(begn + 120, v["end"][owner] + rng.integers(-200, 900, len(owner))))
    score = np.where(v["presence"][owner] == 2, rng.uniform(0.28, 0.62, len(owner)), 0.99 - rng.beta(1.4, 12, len(owner)) * 0.45)
    kind = np.select([v["dise"][owner] == 100, ward, v["med"][owner] == 41], [1, 2, 3], 4)
    return shaped(
        "scene_rcd_d",
        pl.DataFrame(
            {
                "rcd_id": pl.Series([f"5{chunk.number:05d}{n:09d}" for n in range(len(owner))], dtype=pl.String),
                "psn_no": keys.psn.gather(pl.Series(v["person"][owner])),
                "fixmedins_code": texts(city.inst.code, v["inst"][owner]),
                "scene_type": pl.Series(kind).cast(pl.String),
                "begntime": stamp(begn),
                "endtime": stamp(until),
                "match_score": np.round(score, 3),
                "dev_code": pl.select(pl.lit("FT") + texts(city.inst.code, v["inst"][owner]).str.slice(1) + pl.lit("00")).to_series(),
            }
        ),
    )


def looked_at(chunk: Chunk, visits: Array) -> Array:
    """Whether a terminal, where one stands, records the visit: drawn anew at every call."""
    v = chunk.visits
    kinds = [v["dise"][visits] == 100, v["med"][visits] == 41, chunk.inpatient()[visits]]
    return np.asarray(chunk.rng.random(len(visits)) < np.select(kinds, [0.96, 0.55, 1.0], 0.12))


def _codes(chunk: Chunk, books: Books, keys: Keys) -> pl.DataFrame:
    """One trace code a package sold; a return gives the code back, a corrected bill sells the same package again."""
    v, city, line = chunk.visits, chunk.city, books.line
    shop = v["med"][line["visit"]] == 41
    clinic = np.isin(v["med"][line["visit"]], [11, 14]) & (city.inst.tier[line["inst"]] >= 1)
    drug = (city.cat.list_type[line["item"]] == "101") & (city.cat.pack_days[line["item"]] > 1)
    at = np.flatnonzero(drug & (shop | clinic))
    count = np.minimum(np.abs(line["cnt"][at]).astype(np.int64), 12)
    owner = np.repeat(at, count)
    k = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    origin = np.where(line["back"][owner] >= 0, line["back"][owner], owner)
    row = line["row"][origin]
    product = 8_000_000 + (line["sku"][owner] * 7_919 + city.habits.seed * 101) % 1_999_999
    serial = (chunk.number * 10**10 + row * 13 + k) * 97 % (10**13 - 11)
    fixed = line["trace"][origin]
    serial = np.where(fixed > 0, fixed + k, serial)
    codes = pl.select(pl.Series(product).cast(pl.String) + pl.Series(serial).cast(pl.String).str.zfill(13)).to_series()
    # returns and corrected bills are posted when they are settled
    moved = line["setl"][owner] >= 0
    time = np.where(moved, books.setl["time"][np.maximum(line["setl"][owner], 0)], line["t"][owner] + 300)
    return shaped(
        "drug_trac_d",
        pl.DataFrame(
            {
                "bkkp_sn": keys.line.gather(pl.Series(owner)),
                "drug_trac_codg": codes,
                "fixmedins_code": texts(city.inst.code, line["inst"][owner]),
                "hilist_code": texts(city.cat.sku_code, line["sku"][owner]),
                "sel_retn_time": stamp(time),
                "sel_retn_type": pl.Series(np.where(line["back"][owner] >= 0, 2, 1)).cast(pl.String),
            }
        ),
    )


def note_stock(chunk: Chunk, books: Books) -> None:
    """Adds the chunk's real drug sales to the city's stock sums (institution, SKU, month)."""
    line, city = books.line, chunk.city
    drug = city.cat.list_type[line["item"]] == "101"
    real = np.flatnonzero(drug & ~line["unstocked"])
    month = np.clip((line["t"][real] - city.habits.start) // (30 * DAY), 0, 400)
    frame = (
        pl.DataFrame({"inst": line["inst"][real], "sku": line["sku"][real], "month": month, "cnt": line["cnt"][real]})
        .group_by("inst", "sku", "month")
        .agg(pl.col("cnt").sum())
    )
    whole = city.stock.get("sales")
    city.stock["sales"] = frame if whole is None else pl.concat([whole, frame]).group_by("inst", "sku", "month").agg(pl.col("cnt").sum())
    claimed = pl.DataFrame({"inst": line["inst"][drug & line["unstocked"]], "sku": line["sku"][drug & line["unstocked"]]}).unique()
    earlier = city.stock.get("unbought")
    city.stock["unbought"] = claimed if earlier is None else pl.concat([earlier, claimed]).unique()


def stock_table(city: City) -> pl.DataFrame:
    """``invt_chg_d``: opening stock, purchases ahead of need, sales by month, small counting differences."""
    rng = np.random.default_rng([city.habits.seed, 30])
    sales = city.stock["sales"].sort("inst", "sku", "month")
    inst, sku, month = (sales[name].to_numpy() for name in ("inst", "sku", "month"))
    sold = np.maximum(0, sales["cnt"].to_numpy())
    bought = np.ceil(sold * rng.uniform(1.0, 1.12, len(sold)))
    first = np.append(True, (inst[1:] != inst[:-1]) | (sku[1:] != sku[:-1])) if len(inst) else np.empty(0, np.bool_)
    begin = city.habits.start + month * 30 * DAY
    opening = np.ceil(sold[first] * rng.uniform(0.4, 1.4, int(first.sum())) + rng.integers(1, 6, int(first.sum())))
    short = rng.random(len(sold)) < 0.01
    parts = [
        (inst[first], sku[first], np.full(int(first.sum()), city.habits.start), "7", opening),
        (inst, sku, begin + 9 * 3600 + rng.integers(0, 5 * DAY, len(sold)), "1", bought),
        (inst, sku, begin + 29 * DAY + rng.integers(60_000, 80_000, len(sold)), "3", sold),
        (inst[short], sku[short], begin[short] + 29 * DAY + 82_000, "6", np.ones(int(short.sum()))),
    ]
    frames = []
    for k, (house, what, time, kind, count) in enumerate(parts):
        keep = count > 0
        frames.append(
            pl.DataFrame(
                {
                    "invt_chg_id": pl.Series([f"8{k}{n:011d}" for n in range(int(keep.sum()))], dtype=pl.String),
                    "fixmedins_code": texts(city.inst.code, house[keep]),
                    "hilist_code": texts(city.cat.sku_code, what[keep]),
                    "invt_chg_time": stamp(time[keep].astype(np.int64)),
                    "invt_chg_type": kind,
                    "cnt": count[keep].astype(np.float64),
                    "pric": yuan(city.cat.cost[what[keep]]),
                }
            )
        )
    return shaped("invt_chg_d", pl.concat(frames, how="vertical_relaxed"))


def _deaths(chunk: Chunk, keys: Keys) -> pl.DataFrame:
    p, rng = chunk.persons, chunk.rng
    at = np.flatnonzero((p.dies < chunk.city.habits.end) & (rng.random(p.count) < 0.97))
    return shaped(
        "die_reg_d",
        pl.DataFrame(
            {
                "psn_no": keys.psn.gather(pl.Series(at)),
                "die_date": day(p.dies[at]),
                "data_src": pl.Series(rng.integers(1, 4, len(at))).cast(pl.String),
            }
        ),
    )


def _custody(chunk: Chunk, keys: Keys) -> pl.DataFrame:
    p = chunk.persons
    at = np.flatnonzero(p.jailed_from < chunk.city.habits.end)
    return shaped(
        "cust_reg_d",
        pl.DataFrame({"psn_no": keys.psn.gather(pl.Series(at)), "begndate": day(p.jailed_from[at]), "enddate": day(p.jailed_to[at])}),
    )


def _cover_elsewhere(chunk: Chunk, keys: Keys) -> pl.DataFrame:
    """Enrolment in another city: students and migrants; enrolment alone is no violation."""
    p, rng, h = chunk.persons, chunk.rng, chunk.city.habits
    at = np.flatnonzero((rng.random(p.count) < 0.005) & (p.age >= 18) & (p.age < 55))
    begn = h.start + rng.integers(-500, 250, len(at)) * DAY
    return shaped(
        "out_insu_d",
        pl.DataFrame(
            {
                "psn_no": keys.psn.gather(pl.Series(at)),
                "insu_admdvs": pl.Series([str(rng.choice(["440103", "330106", "320583", "110105"])) for _ in at], dtype=pl.String),
                "insutype": pl.Series(rng.choice(np.array([310, 390]), len(at))).cast(pl.String),
                "begndate": day(begn),
                "enddate": pl.Series([None] * len(at), dtype=pl.Date),
            }
        ),
    )


def _care_elsewhere(chunk: Chunk, keys: Keys) -> pl.DataFrame:
    """Stays and visits in other cities, never while the person is in a stay here."""
    p, rng, h = chunk.persons, chunk.rng, chunk.city.habits
    planned = chunk.notes.get("elsewhere", [])
    at = np.flatnonzero((rng.random(p.count) < 0.02 * h.months / 12) & (p.dies > h.end))
    begn = h.start + (rng.random(len(at)) * (h.end - h.start)).astype(np.int64)
    los = rng.integers(3, 16, len(at)) * DAY
    free = chunk.free(at, begn, begn + los) & ~_seen_here(chunk, at, begn, begn + los)
    at, begn, los = at[free], begn[free], los[free]
    person = np.concatenate([at, np.array([row[0] for row in planned], np.int64)]).astype(np.int64)
    begn = np.concatenate([begn, np.array([row[1] for row in planned], np.int64)]).astype(np.int64)
    end = np.concatenate([begn[: len(at)] + los, np.array([row[2] for row in planned], np.int64)]).astype(np.int64)
    fee = np.exp(rng.normal(9.4, 0.6, len(person))) * h.price_level
    return shaped(
        "outmed_setl_d",
        pl.DataFrame(
            {
                "setl_id": pl.Series([f"6{chunk.number:05d}{n:09d}" for n in range(len(person))], dtype=pl.String),
                "mdtrt_id": pl.Series([f"7{chunk.number:05d}{n:09d}" for n in range(len(person))], dtype=pl.String),
                "psn_no": keys.psn.gather(pl.Series(person)),
                "fixmedins_code": "H44010300012",
                "med_type": "21",
                "begndate": day(begn),
                "enddate": day(end),
                "setl_time": stamp(end + 7_200),
                "medfee_sumamt": np.round(fee, 2),
                "fund_pay_sumamt": np.round(fee * 0.55, 2),
            }
        ),
    )


def _seen_here(chunk: Chunk, person: Array, begn: Array, end: Array) -> Array:
    """True where the person has any visit in the city between begn and end."""
    v = chunk.visits
    at = np.flatnonzero(v["alive"])
    key = np.sort(v["person"][at] * 10**11 + v["begn"][at])
    first = np.searchsorted(key, person * 10**11 + begn // DAY * DAY)
    last = np.searchsorted(key, person * 10**11 + (end // DAY + 1) * DAY)
    return np.asarray(last > first)


def note_physicians(chunk: Chunk, books: Books) -> None:
    """Remembers which physicians signed anything, so that only quiet ones are registered as having left."""
    total = int(chunk.city.inst.dr_count.sum())
    active = chunk.city.stock.setdefault("active_doctors", np.zeros(total, np.bool_))
    for doc in (books.line["doc"], chunk.visits["doc"]):
        active[doc[doc >= 0]] = True


def note_census(chunk: Chunk) -> None:
    """Adds the lawful stays' days and dialysis sessions to the city's running sums."""
    v, city = chunk.visits, chunk.city
    lawful = v["alive"] & (v["case"] < 0)
    stays = np.flatnonzero(chunk.inpatient() & lawful)
    days = chunk.los(stays)
    owner = np.repeat(stays, days)
    k = np.arange(len(owner)) - np.repeat(np.cumsum(days) - days, days)
    at = (v["begn"][owner] // DAY - city.habits.start // DAY + k).clip(0, city.census.shape[1] - 1)
    np.add.at(city.census, (v["inst"][owner], at), 1)
    sessions = np.flatnonzero((v["dise"] == 100) & lawful)
    at = (v["begn"][sessions] // DAY - city.habits.start // DAY).clip(0, city.sessions.shape[1] - 1)
    np.add.at(city.sessions, (v["inst"][sessions], at), 1)
    line = chunk.lines
    inside = np.isin(line["item"], items("血液透析", "血液透析滤过")) & chunk.inpatient()[line["visit"]] & line["alive"] & lawful[line["visit"]]
    at = (line["t"][inside] // DAY - city.habits.start // DAY).clip(0, city.sessions.shape[1] - 1)
    np.add.at(city.sessions, (v["inst"][line["visit"][inside]], at), 1)
