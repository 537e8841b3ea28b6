"""Settlement lists with diagnoses and operations, and DRG results, for every stay that was settled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation import grouping
from simulation.chunk import Chunk
from simulation.reading import item, rows
from simulation.settle import Books
from simulation.tables import Keys, day, doctor_codes, shaped, stamp, texts, yuan

Array = npt.NDArray[Any]


def standing(chunk: Chunk, books: Books) -> tuple[Array, Array]:
    """Visits (stays that ended) and the settlement each list hangs on: the last one that was not taken back."""
    v, setl = chunk.visits, books.setl
    stay = chunk.inpatient()
    gone = np.zeros(len(setl["visit"]), np.bool_)
    refunds = np.flatnonzero(setl["refund"] == 1)
    whole = refunds[-setl["fee"][refunds] == setl["fee"][setl["original"][refunds]]]
    gone[setl["original"][whole]] = True
    at = np.flatnonzero((setl["refund"] == 0) & ~gone & stay[setl["visit"]] & (setl["mid"] == 0) & ~v["open"][setl["visit"]])
    order = at[np.lexsort((setl["time"][at], setl["visit"][at]))]
    visit = setl["visit"][order]
    last = np.append(visit[1:] != visit[:-1], True) if len(visit) else np.empty(0, np.bool_)
    return visit[last], order[last]


def secondary_of(chunk: Chunk, visits: Array) -> dict[int, list[int]]:
    """Secondary diagnoses by visit, claimed ones included."""
    out: dict[int, list[int]] = {int(visit): [] for visit in visits}
    owner, codes = chunk.notes.get("secondary", (np.empty(0, np.int64), np.empty(0, np.int64)))
    for visit, dx in zip(owner.tolist(), codes.tolist(), strict=True):
        if visit in out:
            out[visit].append(dx)
    for visit, found in out.items():
        found.extend(extra for extra in chunk.notes.get("claimed", {}).get(visit, []) if extra not in found)
    return out


def groups_of(chunk: Chunk, visits: Array) -> tuple[list[str], list[str]]:
    """Billed and supported DRG of stays: with and without claimed diagnoses and operations."""
    v = chunk.visits
    secondary = secondary_of(chunk, visits)
    claimed = chunk.notes.get("claimed", {})
    billed, right = [], []
    for visit in visits.tolist():
        profile, dx = int(v["profile"][visit]), int(v["dx"][visit])
        fake = set(claimed.get(visit, []))
        other = int(chunk.notes.get("billed_profile", {}).get(visit, profile))
        main = int(v["claimed_dx"][visit]) if v["claimed_dx"][visit] >= 0 else dx
        billed.append(grouping.group(other, grouping.severity(main, secondary[visit])))
        right.append(grouping.group(profile, grouping.severity(dx, [code for code in secondary[visit] if code not in fake])))
    return billed, right


def tables(chunk: Chunk, books: Books, keys: Keys) -> dict[str, pl.DataFrame]:
    """The settlement-list tables and ``drg_setl_d`` of the chunk."""
    v, city = chunk.visits, chunk.city
    visits, at = standing(chunk, books)
    person, inst = v["person"][visits], v["inst"][visits]
    los = chunk.los(visits)
    psych = city.inst.house[inst] == "psych"
    drg_paid = (v["end"][visits] >= city.inst.drg_from[inst]) & (v["med"][visits] == 21)
    single = (~drg_paid) & (v["profile"][visits] >= 0) & np.isin(v["profile"][visits], chunk.notes.get("single_disease", []))
    paymtd = np.where(psych, 5, np.where(drg_paid, 4, np.where(single, 2, 1)))
    line = books.line
    grade = {}
    for label, code in (
        ("spga_nurscare_days", "特级护理"),
        ("lv1_nurscare_days", "Ⅰ级护理"),
        ("scd_nurscare_days", "Ⅱ级护理"),
        ("lv3_nurscare_days", "Ⅲ级护理"),
    ):
        mine = (line["item"] == item(code)) & (line["back"] < 0) & line["alive"]
        pairs = np.unique(line["visit"][mine] * 100_000 + line["t"][mine] // 86_400)
        grade[label] = np.bincount(pairs // 100_000, minlength=v.size)[visits].astype(np.float64)
    vent = (line["item"] == item("呼吸机辅助呼吸")) | (line["item"] == item("无创辅助通气"))
    hours = np.bincount(line["visit"][vent], weights=np.maximum(0, line["cnt"][vent]), minlength=v.size)[visits]
    age = ((v["begn"][visits] - chunk.persons.born[person]) / (365.25 * 86_400)).astype(np.int64)
    baby = v["begn"][visits] - chunk.persons.born[person] < 365 * 86_400
    ahead = _next_gap(v, visits)
    lists = shaped(
        "mdcs_fund_setl_list_d",
        pl.DataFrame(
            {
                "setl_id": keys.setl.gather(pl.Series(at)),
                "mdtrt_id": keys.mdtrt.gather(pl.Series(visits)),
                "psn_no": keys.psn.gather(pl.Series(person)),
                "fixmedins_code": texts(city.inst.code, inst),
                "gend": pl.Series(np.where(chunk.persons.female[person], 2, 1)).cast(pl.String),
                "age": pl.Series(np.maximum(0, age)),
                "age_days": pl.select(
                    pl.when(pl.Series(baby)).then(pl.Series(np.maximum(1, (v["begn"][visits] - chunk.persons.born[person]) // 86_400)))
                ).to_series(),
                "nwb_adm_wt": pl.select(
                    pl.when(pl.Series(v["begn"][visits] - chunk.persons.born[person] < 28 * 86_400)).then(
                        pl.Series(chunk.rng.normal(3_250, 420, len(visits)).round().clip(1_500, 4_800))
                    )
                ).to_series(),
                "adm_time": stamp(v["begn"][visits]),
                "dscg_time": stamp(v["end"][visits]),
                "adm_way_code": pl.Series(v["admway"][visits]).cast(pl.String),
                "act_ipt_days": los,
                "vent_used_h_cnt": hours,
                **grade,
                "dscg_way": pl.Series(np.maximum(1, v["way"][visits])).cast(pl.String),
                "dscg_31days_rinp_flag": pl.Series((ahead > 0) & (ahead <= 31)).cast(pl.Int8).cast(pl.String),
                "hi_paymtd": pl.Series(paymtd).cast(pl.String),
                "vali_flag": "1",
            }
        ),
    )
    out = {"mdcs_fund_setl_list_d": lists}
    out.update(_diagnoses_and_operations(chunk, keys, visits, at))
    graded = np.flatnonzero(paymtd == 4)
    if len(graded):
        out["drg_setl_d"] = _results(chunk, books, keys, visits[graded], at[graded])
    if city.stock.get("list_visits") is not None:
        city.stock["list_visits"] += len(visits)
    return out


def _next_gap(v: Any, visits: Array) -> Array:
    """Days until the person's next stay; −1 when there is none."""
    order = np.lexsort((v["begn"][visits], v["person"][visits]))
    gap = np.full(len(visits), -1, np.int64)
    here, there = order[:-1], order[1:]
    same = v["person"][visits[here]] == v["person"][visits[there]]
    gap[here[same]] = (v["begn"][visits[there[same]]] - v["end"][visits[here[same]]]) // 86_400
    return gap


def _diagnoses_and_operations(chunk: Chunk, keys: Keys, visits: Array, at: Array) -> dict[str, pl.DataFrame]:
    v, city = chunk.visits, chunk.city
    table, ops = rows("diagnoses"), rows("operations")
    secondary = secondary_of(chunk, visits)
    setl, psn, main, code = [], [], [], []
    for visit, position in zip(visits.tolist(), at.tolist(), strict=True):
        first = int(v["claimed_dx"][visit]) if v["claimed_dx"][visit] >= 0 else int(v["dx"][visit])
        for k, dx in enumerate([first, *[dx for dx in secondary[visit] if dx != first]]):
            setl.append(position)
            psn.append(int(v["person"][visit]))
            main.append(1 if k == 0 else 0)
            code.append(dx)
    head = f"{city.habits.city}{chunk.number:05d}"
    diagnoses = shaped(
        "mdcs_fund_setl_list_diag_d",
        pl.DataFrame(
            {
                "setl_list_diag_id": pl.Series([f"{head}4{k:09d}" for k in range(len(setl))], dtype=pl.String),
                "setl_id": keys.setl.gather(pl.Series(setl, dtype=pl.Int64)),
                "psn_no": keys.psn.gather(pl.Series(psn, dtype=pl.Int64)),
                "diag_type": "1",
                "maindiag_flag": pl.Series(main, dtype=pl.Int64).cast(pl.String),
                "diag_code": texts([row["code"] for row in table], np.array(code, np.int64)),
                "diag_name": texts([row["name"] for row in table], np.array(code, np.int64)),
                "adm_cond_type": "1",
                "vali_flag": "1",
            }
        ),
    )
    op_index = {row["code"]: k for k, row in enumerate(ops)}
    profile_op = np.array([op_index.get(row["op"], -1) for row in rows("stays")], np.int64)
    profile = v["profile"][visits]
    performed = np.where((v["opday"][visits] >= 0) & (profile >= 0), profile_op[np.maximum(profile, 0)], -1)
    extra = v["extra_op"][visits]
    owner = np.concatenate([np.flatnonzero(performed >= 0), np.flatnonzero(extra >= 0)])
    op = np.concatenate([performed[performed >= 0], extra[extra >= 0]])
    is_main = np.concatenate([np.ones(int((performed >= 0).sum()), np.int64), (performed[extra >= 0] < 0).astype(np.int64)])
    chosen = visits[owner]
    when = (v["begn"][chosen] // 86_400 + np.maximum(0, v["opday"][chosen])) * 86_400
    operations = shaped(
        "mdcs_fund_setl_list_oprn_d",
        pl.DataFrame(
            {
                "setl_list_oprn_id": pl.Series([f"{head}5{k:09d}" for k in range(len(owner))], dtype=pl.String),
                "setl_id": keys.setl.gather(pl.Series(at[owner])),
                "psn_no": keys.psn.gather(pl.Series(v["person"][chosen])),
                "main_oprn_flag": pl.Series(is_main).cast(pl.String),
                "oprn_oprt_code": texts([row["code"] for row in ops], op),
                "oprn_oprt_name": texts([row["name"] for row in ops], op),
                "oprn_oprt_date": day(when),
                "oper_dr_code": texts(doctor_codes(chunk), v["doc"][chosen]),
                "vali_flag": "1",
            }
        ),
    )
    return {"mdcs_fund_setl_list_diag_d": diagnoses, "mdcs_fund_setl_list_oprn_d": operations}


def calibrate(chunk: Chunk, books: Books) -> None:
    """Weights and rate of the city from the first chunk's lawful stays."""
    visits, at = standing(chunk, books)
    lawful = (chunk.visits["case"][visits] < 0) & (chunk.visits["med"][visits] == 21) & (chunk.visits["profile"][visits] >= 0)
    lawful &= chunk.city.inst.house[chunk.visits["inst"][visits]] != "psych"
    visits, at = visits[lawful], at[lawful]
    _, right = groups_of(chunk, visits)
    fees = books.setl["fee"][at].astype(np.float64)
    chunk.city.drg_weight = grouping.weights(right, fees)
    chunk.city.drg_rate = round(float(fees.mean()) / 100 * 0.98, 2) if len(fees) else 8_000.0


def standard_fen(chunk: Chunk, drg: str, inst: int) -> int:
    """Payment standard of a DRG at an institution: weight × rate × coefficient of its level."""
    coefficient = (0.85, 0.9, 1.0, 1.12)[int(chunk.city.inst.tier[inst])]
    return round(chunk.city.drg_weight[drg] * chunk.city.drg_rate * coefficient * 100)


def _results(chunk: Chunk, books: Books, keys: Keys, visits: Array, at: Array) -> pl.DataFrame:
    v, city, setl = chunk.visits, chunk.city, books.setl
    billed, _ = groups_of(chunk, visits)
    inst = v["inst"][visits]
    standard = np.array([standard_fen(chunk, drg, int(house)) for drg, house in zip(billed, inst, strict=True)], np.int64)
    fee, fund = setl["fee"][at], setl["fund"][at]
    high, low = fee > 3 * standard, fee < 0.4 * standard
    case_type = np.where(high, 2, np.where(low, 3, 1))
    own = fee - fund
    paid = np.where(case_type == 1, np.maximum(0, standard - own), fund)
    return shaped(
        "drg_setl_d",
        pl.DataFrame(
            {
                "setl_id": keys.setl.gather(pl.Series(at)),
                "drg_code": billed,
                "drg_name": [grouping.name(drg) for drg in billed],
                "drg_wt": [city.drg_weight[drg] for drg in billed],
                "drg_rate": city.drg_rate,
                "drg_pay_std": yuan(standard),
                "drg_case_type": pl.Series(case_type).cast(pl.String),
                "drg_fund_pay": yuan(paid),
            }
        ),
    )
