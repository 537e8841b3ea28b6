"""From the chunk's accounts to the contract's tables, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from features.contracts import all_tables
from simulation.chunk import Chunk
from simulation.institutions import DEPARTMENTS, SURNAMES
from simulation.lawful.dialysis import DISE_DIALYSIS
from simulation.population import address, psn_no
from simulation.reading import rows
from simulation.settle import Books

Array = npt.NDArray[Any]
FREQUENCY = ("qd", "bid", "tid", "qn")


@cache
def columns() -> dict[str, tuple[str, ...]]:
    """The contract's tables with their columns, in order."""
    return {name: tuple(column.name for column in declared.columns) for name, declared in all_tables().items()}


@cache
def types() -> dict[tuple[str, str], str]:
    """Kind of each contract column: string, date, datetime, money, price or quantity."""
    return {(name, column.name): column.kind for name, declared in all_tables().items() for column in declared.columns}


def shaped(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with exactly the contract's columns; those not made are null."""
    names = columns()[table]
    unknown = set(frame.columns) - set(names)
    if unknown:
        raise ValueError(f"Table {table}: made columns the contract does not know: {sorted(unknown)}.")
    return frame.select(pl.col(name) if name in frame.columns else pl.lit(None, pl.String).alias(name) for name in names)


@dataclass(slots=True)
class Keys:
    """The identifiers handed out in a chunk: visit, settlement and line numbers in order of time."""

    mdtrt: pl.Series
    setl: pl.Series
    line: pl.Series
    psn: pl.Series
    visits: npt.NDArray[np.int64]
    number: npt.NDArray[np.int64]


def _serial(prefix: str, rank: Array) -> pl.Series:
    return pl.select(pl.lit(prefix) + pl.Series(rank).cast(pl.String).str.zfill(10)).to_series()


def rank(*keys: Array) -> Array:
    """Position of each element in the order of the keys (last key first, as lexsort)."""
    order = np.lexsort(keys)
    out = np.empty(len(order), np.int64)
    out[order] = np.arange(len(order))
    return out


def keys_of(chunk: Chunk, books: Books) -> Keys:
    """Numbers visits, settlements and lines by time, so that no identifier gives away how a row was made."""
    v, h = chunk.visits, chunk.city.habits
    head = f"{h.city}{chunk.number:05d}"
    with_lines = np.zeros(v.size, np.bool_)
    with_lines[books.line["visit"]] = True
    visits = np.flatnonzero(with_lines & v["alive"])
    visits = visits[np.argsort(v["begn"][visits], kind="stable")]
    number = np.full(v.size, -1, np.int64)
    number[visits] = np.arange(len(visits))
    psn = pl.Series(psn_no(h, chunk.persons.number))
    return Keys(
        mdtrt=_serial(head + "1", number),
        setl=_serial(head + "2", rank(np.arange(len(books.setl["time"])), books.setl["time"])),
        line=_serial(head + "3", rank(np.arange(len(books.line["t"])), books.line["t"])),
        psn=psn,
        visits=visits,
        number=number,
    )


def stamp(seconds: Array) -> pl.Series:
    """Epoch seconds as Datetime."""
    return (pl.Series(seconds) * 1_000_000).cast(pl.Datetime("us"))


def day(seconds: Array) -> pl.Series:
    """Epoch seconds as Date."""
    return stamp(seconds).dt.date()


def yuan(fen: Array) -> Array:
    """Fen as yuan with two decimals."""
    return np.round(np.asarray(fen, np.float64) / 100, 2)


def texts(values: list[str] | Array, index: Array, none_below: int = 0) -> pl.Series:
    """values[index] as strings; null where the index lies below ``none_below``."""
    series = pl.Series(list(values), dtype=pl.String)
    index_series = pl.Series(np.where(index < none_below, 0, index))
    return pl.select(pl.when(pl.Series(index >= none_below)).then(series.gather(index_series))).to_series()


def visits_table(chunk: Chunk, keys: Keys) -> pl.DataFrame:
    """``mdtrt_d`` of the chunk."""
    v, p, city = chunk.visits, chunk.persons, chunk.city
    at = keys.visits
    person, inst = v["person"][at], v["inst"][at]
    stay = chunk.inpatient()[at]
    dx = v["dx"][at]
    claimed = np.where(v["claimed_dx"][at] >= 0, v["claimed_dx"][at], dx)
    table = rows("diagnoses")
    chronic = rows("chronic")
    dise_no = [row["dise_no"] for row in chronic] + ["M07800"]
    dise_name = [row["dise_name"] for row in chronic] + ["慢性肾功能衰竭透析"]
    dise = np.where(v["dise"][at] == DISE_DIALYSIS, len(chronic), v["dise"][at])
    closed = ~v["open"][at]
    shop = v["med"][at] == 41
    dept = np.where(shop, -1, v["dept"][at])
    refer = v["refer"][at]
    doctor = doctor_codes(chunk)
    no_doctor = (v["doc"][at] < 0) | (chunk.rng.random(len(at)) < 0.012)
    return shaped(
        "mdtrt_d",
        pl.DataFrame(
            {
                "mdtrt_id": keys.mdtrt.gather(pl.Series(at)),
                "psn_no": keys.psn.gather(pl.Series(person)),
                "fixmedins_code": texts(city.inst.code, inst),
                "med_type": pl.Series(v["med"][at]).cast(pl.String),
                "begntime": stamp(v["begn"][at]),
                "endtime": pl.select(pl.when(pl.Series(closed)).then(stamp(v["end"][at]))).to_series(),
                "insutype": pl.Series(np.where(p.employee[person], 310, 390)).cast(pl.String),
                "insu_admdvs": texts(list(city.habits.counties), p.county[person]),
                "emp_name": employers(chunk, person),
                "adm_dept_codg": texts(city.dept_code, dept),
                "adm_dept_name": texts(list(DEPARTMENTS), dept),
                "adm_bed": pl.select(pl.when(pl.Series(stay)).then(pl.Series(v["bed"][at]).cast(pl.String) + "床")).to_series(),
                "dscg_dept_codg": texts(city.dept_code, np.where(stay & closed, dept, -1)),
                "dscg_maindiag_code": texts([row["code"] for row in table], np.where(closed, claimed, -1)),
                "dscg_maindiag_name": texts([row["name"] for row in table], np.where(closed, claimed, -1)),
                "dise_no": texts(dise_no, dise),
                "dise_name": texts(dise_name, dise),
                "dscg_way": pl.select(pl.when(pl.Series(stay & closed)).then(pl.Series(np.maximum(1, v["way"][at])).cast(pl.String))).to_series(),
                "chfpdr_code": texts(doctor, np.where(no_doctor, -1, v["doc"][at])),
                "ipt_otp_no": pl.select(
                    pl.lit("M") + pl.Series(keys.number[at] * 3 + chunk.number * 10_000_000).cast(pl.String).str.zfill(11)
                ).to_series(),
                "inhosp_stas": pl.Series(np.where(closed, "0", "1").astype(object), dtype=pl.String),
                "refl_old_mdtrt_id": pl.select(pl.when(pl.Series(refer >= 0)).then(keys.mdtrt.gather(pl.Series(np.maximum(refer, 0))))).to_series(),
                "vali_flag": "1",
            }
        ),
    )


def doctor_codes(chunk: Chunk) -> list[str]:
    """Codes of the city's physicians by position."""
    code: list[str] | None = chunk.city.stock.get("doctor_codes")
    if code is None:
        h = chunk.city.habits
        total = int(chunk.city.inst.dr_count.sum())
        number = (np.arange(total) * 7_919 + 1_234 + h.seed * 31) % 999_983
        code = [f"D{h.city}00{value:06d}" for value in number]
        chunk.city.stock["doctor_codes"] = code
    return code


def employers(chunk: Chunk, person: Array) -> pl.Series:
    """Employer names of employees; hospital staff bear the hospital's name."""
    emp = chunk.persons.emp[person]
    city = chunk.city
    hospital = emp >= 900_000
    names = texts(city.inst.name, np.where(hospital, emp - 900_000, -1))
    town = texts(list(city.habits.county_names), chunk.persons.county[person])
    plain = pl.select(town + pl.lit("第") + pl.Series(emp).cast(pl.String) + pl.lit("单位")).to_series()
    return pl.select(pl.when(pl.Series(hospital)).then(names).when(pl.Series(emp > 0)).then(plain)).to_series()


def lines_table(chunk: Chunk, books: Books, keys: Keys) -> pl.DataFrame:
    """``fee_list_d`` of the chunk."""
    v, city, line = chunk.visits, chunk.city, books.line
    cat = city.cat
    visit, item, inst = line["visit"], line["item"], line["inst"]
    shop = v["med"][visit] == 41
    dept = np.where(line["dept"] >= 0, line["dept"], v["dept"][visit])
    dept = np.where(shop, -1, dept)
    doc = np.where(line["doc"] == -2, v["doc"][visit], line["doc"])
    empty = (doc < 0) | (chunk.rng.random(len(visit)) < 0.02)
    drug = np.isin(cat.list_type[item], ["101", "102"])
    pack = cat.pack_days[item]
    days = np.where(line["days"] >= 0, line["days"], np.where(pack > 1, np.abs(line["cnt"]) * pack, 1))
    days = np.where(cat.list_type[item] == "102", 7, days)
    lab = cat.charge[item] == "04"
    image = cat.charge[item] == "03"
    done_in = np.where(lab, DEPARTMENTS.index("检验科"), np.where(image, DEPARTMENTS.index("影像科"), dept))
    order = keys.number[visit] * 400 + np.maximum(0, line["t"] // 86_400 - v["begn"][visit] // 86_400)
    return shaped(
        "fee_list_d",
        pl.DataFrame(
            {
                "bkkp_sn": keys.line,
                "mdtrt_id": keys.mdtrt.gather(pl.Series(visit)),
                "setl_id": pl.select(
                    pl.when(pl.Series(line["setl"] >= 0)).then(keys.setl.gather(pl.Series(np.maximum(line["setl"], 0))))
                ).to_series(),
                "psn_no": keys.psn.gather(pl.Series(v["person"][visit])),
                "fixmedins_code": texts(city.inst.code, inst),
                "med_type": pl.Series(v["med"][visit]).cast(pl.String),
                "fee_ocur_time": stamp(line["t"]),
                "hilist_code": texts(cat.sku_code, line["sku"]),
                "hilist_name": texts(cat.names, item),
                "list_type": texts(cat.list_type, item),
                "med_chrgitm_type": texts(cat.charge, item),
                "chrgitm_lv": texts(cat.level, item),
                "cnt": line["cnt"],
                "pric": yuan(line["price"]),
                "det_item_fee_sumamt": yuan(line["fee"]),
                "pric_uplmt_amt": yuan(line["ceiling"]),
                "inscp_amt": yuan(line["inscp"]),
                "fulamt_ownpay_amt": yuan(line["own"]),
                "bilg_dept_codg": texts(city.dept_code, dept),
                "bilg_dept_name": texts(list(DEPARTMENTS), dept),
                "bilg_dr_code": texts(doctor_codes(chunk), np.where(empty, -1, doc)),
                "acord_dept_codg": texts(city.dept_code, np.where(shop, -1, done_in)),
                "rx_drord_no": pl.select(pl.lit("R") + pl.Series(order).cast(pl.String)).to_series(),
                "spec": pl.select(pl.when(pl.Series(drug)).then(texts(cat.spec, item))).to_series(),
                "used_frqu_dscr": texts(list(FREQUENCY), np.where(drug, (item * 7 + visit) % 4, -1)),
                "sin_dos_dscr": pl.select(pl.when(pl.Series(drug)).then(texts(cat.spec, item))).to_series(),
                "prd_days": pl.select(pl.when(pl.Series(drug)).then(pl.Series(np.maximum(1.0, days.astype(np.float64))))).to_series(),
                "etip_flag": pl.Series(line["outside"]).cast(pl.Int8).cast(pl.String),
                "etip_hosp_code": pl.select(pl.when(pl.Series(line["outside"])).then(pl.lit(f"H{city.habits.counties[0]}99001"))).to_series(),
                "dscg_tkdrug_flag": pl.Series(line["home"] & drug).cast(pl.Int8).cast(pl.String),
                "init_feedetl_sn": pl.select(
                    pl.when(pl.Series(line["back"] >= 0)).then(keys.line.gather(pl.Series(np.maximum(line["back"], 0))))
                ).to_series(),
                "vali_flag": "1",
            }
        ),
    )


def settlements_table(chunk: Chunk, books: Books, keys: Keys) -> pl.DataFrame:
    """``setl_d`` of the chunk."""
    v, city, setl = chunk.visits, chunk.city, books.setl
    visit = setl["visit"]
    person, inst = v["person"][visit], v["inst"][visit]
    employee = chunk.persons.employee[person]
    pay = setl["fee"] - setl["fund"]
    account = np.where(employee, np.rint(pay * 0.7), 0).astype(np.int64)
    pre = setl["fee"] - setl["own"] - setl["inscp"]
    manual = v["manual"][visit] > 0
    clear = np.where(chunk.inpatient()[visit], "21", np.where(v["med"][visit] == 41, "41", "11"))
    return shaped(
        "setl_d",
        pl.DataFrame(
            {
                "setl_id": keys.setl,
                "mdtrt_id": keys.mdtrt.gather(pl.Series(visit)),
                "psn_no": keys.psn.gather(pl.Series(person)),
                "fixmedins_code": texts(city.inst.code, inst),
                "insutype": pl.Series(np.where(employee, 310, 390)).cast(pl.String),
                "insu_admdvs": texts(list(city.habits.counties), chunk.persons.county[person]),
                "med_type": pl.Series(v["med"][visit]).cast(pl.String),
                "begndate": day(setl["begn"]),
                "enddate": day(setl["end"]),
                "setl_time": stamp(setl["time"]),
                "setl_type": pl.Series(np.where(manual, "1", "2").astype(object), dtype=pl.String),
                "clr_type": pl.Series(clear.astype(object), dtype=pl.String),
                "pay_loc": pl.Series(np.where(manual, "1", "2").astype(object), dtype=pl.String),
                "medfee_sumamt": yuan(setl["fee"]),
                "fulamt_ownpay_amt": yuan(setl["own"]),
                "overlmt_selfpay": 0.0,
                "preselfpay_amt": yuan(pre),
                "inscp_amt": yuan(setl["inscp"]),
                "hifp_pay": yuan(setl["fund"]),
                "fund_pay_sumamt": yuan(setl["fund"]),
                "psn_pay": yuan(pay),
                "acct_pay": yuan(account),
                "cash_payamt": yuan(pay - account),
                "refd_setl_flag": pl.Series(setl["refund"]).cast(pl.String),
                "init_setl_id": pl.select(
                    pl.when(pl.Series(setl["original"] >= 0)).then(keys.setl.gather(pl.Series(np.maximum(setl["original"], 0))))
                ).to_series(),
                "mid_setl_flag": pl.Series(setl["mid"]).cast(pl.String),
                "invono": pl.select(pl.when(pl.Series(manual)).then(pl.Series(v["invoice"][visit]).cast(pl.String).str.zfill(10))).to_series(),
                "manl_reim_rea": pl.select(pl.when(pl.Series(manual)).then(pl.lit("急诊未能联网"))).to_series(),
                "vali_flag": "1",
            }
        ),
    )


def persons_tables(chunk: Chunk, keys: Keys) -> dict[str, pl.DataFrame]:
    """``psn_info_b`` and ``psn_insu_d`` of the chunk. Names and identity numbers are invented."""
    p, h, rng = chunk.persons, chunk.city.habits, chunk.rng
    dead = p.dies < h.end
    number = rng.integers(10**8, 10**9, p.count)
    base = {
        "psn_no": keys.psn,
        "certno": pl.select(pl.lit("0") + pl.Series(number).cast(pl.String) + pl.Series(number * 7 % 10**9).cast(pl.String).str.zfill(9)).to_series(),
        "psn_name": texts([f"{name}*" for name in SURNAMES], p.surname),
        "gend": pl.Series(np.where(p.female, 2, 1)).cast(pl.String),
        "brdy": day(p.born),
        "live_admdvs": texts(list(h.counties), p.county),
        "live_addr": pl.Series(address(h, p.village, p.county, p.household), dtype=pl.String),
        "surv_stas": pl.Series(np.where(dead, 2, 1)).cast(pl.String),
    }
    kind = np.where(p.employee, np.where(p.retired, 12, 11), np.where(p.age < 18, 14, np.where(p.age >= 60, 16, 15)))
    joined = np.where(p.born > h.start, p.born, h.start - rng.integers(200, 4_000, p.count) * 86_400)
    insured = {
        "psn_no": keys.psn,
        "insutype": pl.Series(np.where(p.employee, 310, 390)).cast(pl.String),
        "insu_admdvs": base["live_admdvs"],
        "psn_type": pl.Series(kind).cast(pl.String),
        "psn_insu_stas": "1",
        "crt_insu_date": day(joined),
        "emp_no": pl.select(pl.when(pl.Series(p.emp > 0)).then(pl.Series(p.emp).cast(pl.String))).to_series(),
    }
    return {"psn_info_b": shaped("psn_info_b", pl.DataFrame(base)), "psn_insu_d": shaped("psn_insu_d", pl.DataFrame(insured))}
