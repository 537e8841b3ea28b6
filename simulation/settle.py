"""From lines to settlements: prices, scope, fund shares, interim and unsettled stays, refunds and re-bills."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulation.chunk import Chunk
from simulation.habits import DAY

Ints = npt.NDArray[np.int64]
Array = npt.NDArray[Any]


@dataclass(slots=True)
class Books:
    """The chunk's accounts. Money is fen. ``line_setl`` is −1 where a line is not settled; refunds refer to originals."""

    line: dict[str, Array]
    setl: dict[str, Array]


def price_lines(chunk: Chunk) -> dict[str, Array]:
    """Living lines of living visits with SKU, price, fee, scope amount and own-pay amount, ordered by time."""
    city, v, line = chunk.city, chunk.visits, chunk.lines
    # an open stay's bills end with the period; what comes later is not yet known
    known = ~v["open"][line["visit"]] | (line["t"] < city.habits.end)
    rows = np.flatnonzero(line["alive"] & v["alive"][line["visit"]] & known)
    rows = rows[np.lexsort((rows, line["t"][rows]))]
    out: dict[str, Array] = {name: line[name][rows] for name in line.spec}
    out["row"] = rows
    inst = v["inst"][out["visit"]]
    period = (out["t"] >= city.habits.price_change).astype(np.int64)
    tier = city.inst.tier[inst]
    out["inst"] = inst
    own_sku = city.cat.inst_sku[inst, out["item"]]
    sku = np.where(out["sku"] >= 0, out["sku"], own_sku)
    out["sku"] = sku
    out["ceiling"] = city.cat.ceiling[period, tier, sku]
    usual = city.cat.price[period, inst, out["item"]]
    brand = np.where(sku == own_sku, usual, np.maximum(1, (out["ceiling"] * 0.94).astype(np.int64)))
    out["price"] = np.where(out["price"] > 0, out["price"], brand)
    out["fee"] = np.rint(out["cnt"] * out["price"]).astype(np.int64)
    # billed as payable although it is not (``fault``): nothing is left to the patient
    payable = out["fault"] > 0
    self_share = np.where(payable, 0.0, city.cat.self_share[out["item"]])
    own = ~payable & (out["selfpay"] | (city.cat.level[out["item"]] == "03"))
    out["own"] = np.where(own, out["fee"], 0)
    out["inscp"] = np.where(own, 0, out["fee"] - np.rint(out["fee"] * self_share).astype(np.int64))
    return out


def settle(chunk: Chunk) -> Books:
    """Settles the chunk: every visit once, long stays also in between, open stays not at the end; then refunds."""
    v, h = chunk.visits, chunk.city.habits
    line = price_lines(chunk)
    visit = line["visit"]
    interim = v["interim"][visit]
    last = np.maximum(0, (chunk.los(np.arange(v.size)) - 1) // np.maximum(1, v["interim"]))
    part = np.where(interim > 0, np.minimum((line["t"] // DAY - v["begn"][visit] // DAY) // np.maximum(1, interim), last[visit]), 0)
    part = np.maximum(part, 0)
    key = visit * 64 + part
    keys, setl_of_line = np.unique(key, return_inverse=True)
    owner, piece = keys // 64, keys % 64
    n = len(keys)
    total: dict[str, Array] = {name: np.bincount(setl_of_line, weights=line[name], minlength=n).astype(np.int64) for name in ("fee", "inscp", "own")}
    is_last = piece == np.where(v["interim"][owner] > 0, last[owner], 0)
    begn = np.where(piece > 0, (v["begn"][owner] // DAY + piece * v["interim"][owner]) * DAY, v["begn"][owner])
    end = np.where(is_last, v["end"][owner], (v["begn"][owner] // DAY + (piece + 1) * np.maximum(1, v["interim"][owner])) * DAY + 36_000)
    settled = np.where(v["open"][owner], ~is_last & (end < h.end), np.bool_(True))
    stay = chunk.inpatient()[owner]
    lag = np.where(stay, chunk.rng.integers(1_200, 20_000, n), chunk.rng.integers(60, 900, n))
    lag = lag + np.where(stay & (chunk.rng.random(n) < 0.12), chunk.rng.integers(1, 4, n) * DAY, 0)
    late = np.zeros(n, np.int64)
    np.maximum.at(late, setl_of_line, line["t"])
    time = np.maximum(end, np.where(is_last, late, 0)) + lag + 30
    fund = fund_of(chunk, owner, total["inscp"], stay, first=piece == 0)
    keep = np.flatnonzero(settled)
    new = np.full(n, -1, np.int64)
    new[keep] = np.arange(len(keep))
    line["setl"] = new[setl_of_line]
    line["back"] = np.full(len(visit), -1, np.int64)
    setl: dict[str, Array] = {
        "visit": owner[keep],
        "begn": begn[keep],
        "end": end[keep],
        "time": time[keep],
        "fee": total["fee"][keep],
        "inscp": total["inscp"][keep],
        "own": total["own"][keep],
        "fund": fund[keep],
        "mid": (~is_last & (v["interim"][owner] > 0))[keep].astype(np.int64),
        "refund": np.zeros(len(keep), np.int64),
        "original": np.full(len(keep), -1, np.int64),
    }
    return refund(chunk, Books(line, setl))


def fund_of(chunk: Chunk, visit: Ints, inscp: Ints, stay: npt.NDArray[np.bool_], *, first: npt.NDArray[np.bool_]) -> Ints:
    """What the fund pays: above the deductible, by level of house and insurance."""
    v, city = chunk.visits, chunk.city
    inst = v["inst"][visit]
    tier = city.inst.tier[inst]
    employee = chunk.persons.employee[v["person"][visit]]
    special = v["med"][visit] == 14
    ward = np.where(employee, np.array([0.90, 0.90, 0.87, 0.83])[tier], np.array([0.82, 0.82, 0.73, 0.62])[tier])
    clinic = np.where(employee, np.array([0.60, 0.65, 0.60, 0.55])[tier], np.array([0.50, 0.55, 0.45, 0.40])[tier])
    rate = np.where(stay, ward, np.where(special, np.maximum(clinic, 0.72), clinic))
    level = city.habits.price_level
    deductible = np.where(stay & first & (v["med"][visit] != 52), np.array([15_000, 20_000, 40_000, 80_000])[tier] * level, 0)
    return np.asarray(np.rint(np.maximum(0, inscp - deductible) * rate), np.int64)


def refund(chunk: Chunk, books: Books) -> Books:
    """Takes settlements back: wholly, wholly with a corrected second bill, or one line only. Sums cancel to the fen."""
    rng, v, h = chunk.rng, chunk.visits, chunk.city.habits
    line, setl = books.line, books.setl
    n = len(setl["visit"])
    planted = np.zeros(v.size, np.bool_)
    planted[line["visit"][line["case"] >= 0]] = True
    clean = ~planted[setl["visit"]] & ~v["norefund"][setl["visit"]] & (v["case"][setl["visit"]] < 0) & (setl["mid"] == 0)
    share = h.refund_share / (1 - h.refund_share) * 1.25
    at = np.flatnonzero(clean & (rng.random(n) < share))
    mode = rng.choice(3, len(at), p=[0.14, 0.72, 0.14])
    mode_of = np.full(n, -1, np.int64)
    mode_of[at] = mode
    lines_mode = np.where(line["setl"] >= 0, mode_of[line["setl"]], -1)
    whole = np.flatnonzero((lines_mode == 0) | (lines_mode == 1))
    partial = np.flatnonzero(lines_mode == 2)
    _, first = np.unique(line["setl"][partial], return_index=True)
    partial = partial[first]
    delay = np.where(rng.random(len(at)) < 0.7, rng.integers(600, 30_000, len(at)), rng.integers(1, 20, len(at)) * DAY)
    order = np.full(n, -1, np.int64)
    order[at] = np.arange(len(at))
    taken = np.concatenate([whole, partial])
    taken = taken[np.argsort(line["setl"][taken], kind="stable")]
    minus = {name: line[name][taken].copy() for name in line}
    for name in ("cnt", "fee", "inscp", "own"):
        minus[name] = -minus[name]
    minus["back"] = taken
    minus["setl"] = n + order[line["setl"][taken]]
    rebill = np.flatnonzero(mode == 1)
    again_of = np.full(n, -1, np.int64)
    again_of[at[rebill]] = n + len(at) + np.arange(len(rebill))
    again_rows = np.flatnonzero(lines_mode == 1)
    again = {name: line[name][again_rows].copy() for name in line}
    again["setl"] = again_of[line["setl"][again_rows]]
    merged = {name: np.concatenate([line[name], minus[name], again[name]]) for name in line}
    back_fee = np.bincount(order[line["setl"][taken]], weights=line["fee"][taken], minlength=len(at)).astype(np.int64)
    back_in = np.bincount(order[line["setl"][taken]], weights=line["inscp"][taken], minlength=len(at)).astype(np.int64)
    back_own = np.bincount(order[line["setl"][taken]], weights=line["own"][taken], minlength=len(at)).astype(np.int64)
    fund = np.where(mode == 2, np.rint(setl["fund"][at] * back_in / np.maximum(1, setl["inscp"][at])), setl["fund"][at]).astype(np.int64)
    taken_back = {name: setl[name][at].copy() for name in setl}
    taken_back.update(fee=-back_fee, inscp=-back_in, own=-back_own, fund=-fund, time=setl["time"][at] + delay)
    taken_back["refund"], taken_back["original"] = np.ones(len(at), np.int64), at
    second = {name: setl[name][at[rebill]].copy() for name in setl}
    second["time"] = setl["time"][at[rebill]] + delay[rebill] + rng.integers(120, 3_000, len(rebill))
    whole_setl = {name: np.concatenate([setl[name], taken_back[name], second[name]]) for name in setl}
    return Books(merged, whole_setl)
