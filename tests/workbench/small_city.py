"""A small run folder with its lake, drawn by formula: three counties, thirty institutions, a year of visits, stays and dialysis.

The workbench only shows what a run hands back, so the findings here are written, not computed; they name lines that the lake holds.
"""

from __future__ import annotations

import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import polars as pl

from features.lake import dtype_of
from models.finding import FINDING_SCHEMA

COUNTIES = ("431002", "431003", "431021")
N_BUCKETS = 2
SCHEMAS: dict[str, dict[str, str]] = json.loads((Path(__file__).parents[1] / "rules" / "lake_schema.json").read_text(encoding="utf-8"))
START = date(2024, 1, 1)
BED, NURSING, DIALYSIS, PERFUSION = "001109000010000", "001201000050000", "003110000060000", "003110000100000"

Row = dict[str, Any]


def county_of(code: str) -> str:
    """The county in an institution's code (H431002…)."""
    return code[1:7]


def institutions() -> list[tuple[str, str, str, int]]:
    """(code, name, type in words, beds)"""
    kinds = [("综合医院", "人民医院", 120), ("乡镇卫生院", "中心卫生院", 40), ("血液透析中心", "血液透析中心", 0), ("零售药店", "大药房", 0)]
    listed = []
    for number in range(30):
        word, suffix, beds = kinds[number % 4]
        letter = "P" if word == "零售药店" else "H"
        county = COUNTIES[number % 3]
        listed.append((f"{letter}{county}{number:05d}", f"第{number + 1}{suffix}", word, beds))
    return listed


class City:
    """Rows of the lake as they are drawn."""

    def __init__(self, seed: int = 7) -> None:
        self.random = random.Random(seed)  # noqa: S311  a drawing, not a secret
        self.tables: dict[str, list[Row]] = {name: [] for name in SCHEMAS}
        self.n = 0

    def add(self, table: str, **values: Any) -> None:
        self.tables[table].append({name: values.get(name) for name in SCHEMAS[table]})

    def visit(self, psn: str, code: str, day: date, med_type: str, items: list[tuple[str, str, str, int]], days: int = 0) -> tuple[str, list[str]]:
        """A visit or stay with its settlement and lines; ``items`` are (code, name, category, fen), on each day of a stay."""
        self.n += 1
        mdtrt, setl = f"M{self.n:07d}", f"S{self.n:07d}"
        begin = datetime(day.year, day.month, day.day, 9, 0)  # noqa: DTZ001
        end = begin + timedelta(days=days, hours=2)
        self.add(
            "mdtrt_d", mdtrt_id=mdtrt, psn_no=psn, fixmedins_code=code, med_type=med_type, begntime=begin, endtime=end, insutype="390",
            adm_dept_name="内科", dscg_maindiag_code="I10", dscg_maindiag_name="高血压", inhosp_stas="0", vali_flag="1", chfpdr_code="D431000012345",
        )  # fmt: skip
        lines, total = [], 0
        for offset in range(max(days, 1)):
            for item, name, category, fen in items:
                sn = f"L{self.n:07d}{len(lines):04d}"
                lines.append(sn)
                total += fen
                self.add(
                    "fee_list_d", bkkp_sn=sn, mdtrt_id=mdtrt, setl_id=setl, psn_no=psn, fixmedins_code=code, med_type=med_type,
                    fee_ocur_time=begin + timedelta(days=offset), hilist_code=item, hilist_name=name, list_type="201", med_chrgitm_type=category,
                    cnt=1, pric=fen / 100, det_item_fee_sumamt=fen / 100, inscp_amt=fen / 100, bilg_dept_name="内科", vali_flag="1",
                )  # fmt: skip
        self.add(
            "setl_d", setl_id=setl, mdtrt_id=mdtrt, psn_no=psn, fixmedins_code=code, med_type=med_type, begndate=begin.date(), enddate=end.date(),
            setl_time=end, medfee_sumamt=total / 100, inscp_amt=total / 100, fund_pay_sumamt=round(total * 0.7) / 100, refd_setl_flag="0",
            mid_setl_flag="0", vali_flag="1",
        )  # fmt: skip
        return mdtrt, lines


def draw(seed: int = 7) -> tuple[City, list[Row]]:
    """The city and the findings on it."""
    city = City(seed)
    places = institutions()
    people = [f"4310000000{number:08d}" for number in range(90)]
    for number, psn in enumerate(people):
        city.add(
            "psn_info_b",
            psn_no=psn,
            gend=str(1 + number % 2),
            brdy=date(1950 + number % 40, 1 + number % 12, 5),
            live_admdvs=COUNTIES[number % 3],
            surv_stas="1",
        )
    for code, name, word, beds in places:
        kind = "2" if word == "零售药店" else "1"
        city.add(
            "fixmedins_b", fixmedins_code=code, fixmedins_name=name, fixmedins_type=kind, hosp_lv="05", fix_blng_admdvs=county_of(code), vali_flag="1"
        )
        city.add("medins_info_b", medins_code=code, medins_type_name=word, aprv_bed_cnt=beds)
    clinic = [("XC09CAA000001", "降压药", "09", 3250), ("001102000010000", "门诊诊察费", "02", 1500)]
    for number in range(700):
        code = places[number % 30][0]
        med_type = "41" if code.startswith("P") else "11"
        city.visit(people[(number * 7) % 90], code, START + timedelta(days=(number * 13) % 360), med_type, clinic[: 1 if med_type == "41" else 2])
    findings: list[Row] = []
    _stays(city, places, people, findings)
    _dialysis(city, places, people, findings)
    findings.append(_institution_finding(places[0][0]))
    return city, findings


def _finding(rule: str, kind: str, code: str, first: date, last: date, evidence: str, **more: Any) -> Row:
    key = f"{rule}|{code}|{first}|{more.get('mdtrt_id')}"
    values: Row = {
        "finding_id": f"{rule[:4]}{crc32(key.encode()):08x}", "rule_id": rule, "rule_version": "1", "kind": kind,
        "certainty": "suspected", "fixmedins_code": code, "occurred_from": first, "occurred_to": last, "evidence": evidence,
        "legal_basis": ["reg.15", "reg.38.1"], "ruled_out": ["leave_days"], "strength": 0.8, "amount_at_issue": 0.0, "fund_loss": 0.0,
    }  # fmt: skip
    return dict.fromkeys(FINDING_SCHEMA) | values | more


def _stays(city: City, places: list[tuple[str, str, str, int]], people: list[str], findings: list[Row]) -> None:
    daily = [(BED, "普通床位费", "01", 2600), (NURSING, "III级护理", "07", 900)]
    treated = [*daily, ("002501010010000", "血常规", "04", 1800), ("XB05BBN000001", "氯化钠注射液", "09", 1250)]
    wards = [place for place in places if place[3]]
    for number in range(120):
        code = wards[number % len(wards)][0]
        psn, day, days = people[(number * 11) % 90], START + timedelta(days=(number * 3) % 340), 5 + number % 6
        hanging = number % 5 == 0
        mdtrt, lines = city.visit(psn, code, day, "21", daily if hanging else treated, days)
        if hanging:
            outside = places[3 + 4 * (number % 5)][0]
            city.visit(psn, outside, day + timedelta(days=2), "41", [("XC09CAA000001", "降压药", "09", 4300)])
            amount = days * 35.0
            findings.append(
                _finding(
                    "idle_bed_days", "bed_hanging", code, day, day + timedelta(days=days),
                    f"住院{days}天，无任何治疗、用药、检查，住院期间在零售药店购药1次。",
                    psn_no=psn, mdtrt_id=mdtrt, bkkp_sns=lines, related_bkkp_sns=[], amount_at_issue=amount, fund_loss=amount * 0.7,
                )
            )  # fmt: skip


def _dialysis(city: City, places: list[tuple[str, str, str, int]], people: list[str], findings: list[Row]) -> None:
    centres = [place[0] for place in places if place[2] == "血液透析中心"]
    session = [(DIALYSIS, "血液透析", "05", 40000), (PERFUSION, "血液灌流", "05", 80000)]
    for number, psn in enumerate(people[:6]):
        code, month = centres[number % len(centres)], START + timedelta(days=60)
        sessions = [city.visit(psn, code, month + timedelta(days=2 * i), "14", session if i % 4 == 0 else session[:1]) for i in range(16)]
        mdtrt, lines = sessions[-1]
        findings.append(
            _finding(
                "dialysis_over_frequency", "dialysis_excess", code, month, month + timedelta(days=30),
                "当月血液透析16次，超过同类患者，且灌流与透析并收。", certainty="definite",
                psn_no=psn, mdtrt_id=mdtrt, bkkp_sns=lines[:1], related_bkkp_sns=[line for _m, more in sessions[:4] for line in more[:1]],
                amount_at_issue=400.0, fund_loss=280.0,
            )
        )  # fmt: skip


def _institution_finding(code: str) -> Row:
    return _finding(
        "beds_over_approved", "fake_inpatient", code, START, START + timedelta(days=30), "在院人数连续12天超过核定床位。", amount_at_issue=5000.0
    )


def write_lake(city: City, folder: Path) -> None:
    """The rows as a lake (docs/decisions/0002-lake-layout.md): buckets of CRC-32, one part a bucket."""
    parts = []
    for table, rows in city.tables.items():
        if not rows:
            continue
        frame = pl.DataFrame(rows, schema={name: _loose(kind) for name, kind in SCHEMAS[table].items()}, strict=False)
        frame = frame.cast({name: dtype_of(kind) for name, kind in SCHEMAS[table].items()})
        groups = [("all", frame)]
        if "psn_no" in frame.columns:
            bucket = pl.Series([crc32(psn.encode()) % N_BUCKETS for psn in frame["psn_no"]])
            groups = [(f"{n:03d}", frame.filter(bucket == n)) for n in range(N_BUCKETS)]
        for name, part in groups:
            path = Path("tables") / table / f"bucket={name}" / "month=all" / "part.parquet"
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            part.write_parquet(folder / path)
            parts.append({"table": table, "bucket": name, "month": "all", "path": str(path), "rows": part.height, "digest": ""})
    manifest = {"version": 1, "n_buckets": N_BUCKETS, "fingerprint": "small-city", "parts": parts, "schemas": SCHEMAS}
    (folder / "lake.json").write_text(json.dumps(manifest), encoding="utf-8")


def _loose(kind: str) -> Any:
    return pl.Float64 if kind in ("money", "price", "quantity") else dtype_of(kind)


def write_run(out: Path, lake: Path, findings: list[Row], *, run_id: str, started: str, swap: bool = False) -> Path:
    """The run folder. ``swap`` ranks two institutions the other way round, so that a second run shows movement."""
    out.mkdir(parents=True, exist_ok=True)
    frame = pl.DataFrame(findings, schema=FINDING_SCHEMA)
    frame.write_parquet(out / "findings.parquet")
    sums = {
        row["fixmedins_code"]: row
        for row in frame.group_by("fixmedins_code").agg(pl.col("amount_at_issue", "fund_loss").sum(), pl.col("kind").unique().sort()).to_dicts()
    }
    order = sorted(institutions(), key=lambda place: (-(sums.get(place[0]) or {"amount_at_issue": 0})["amount_at_issue"], place[0]))
    if swap:
        order[0], order[2] = order[2], order[0]
    rows = [_suspect(rank, place, sums.get(place[0])) for rank, place in enumerate(order, start=1)]
    (out / "suspects.csv").write_text("\ufeff" + pl.DataFrame(rows).write_csv(), encoding="utf-8")
    reasons = [
        {
            "fixmedins_code": row["fixmedins_code"],
            "order": 1,
            "source": "idle_bed_days",
            "sentence": row["reasons"],
            "value": 0.42,
            "peer_value": 0.03,
            "since": "2024-02",
        }
        for row in rows
        if row["reasons"]
    ]
    pl.DataFrame(reasons).write_parquet(out / "reasons.parquet")
    z = [
        {"fixmedins_code": row["fixmedins_code"], "feature": name, "value": value, "peer_median": 0.1, "z": value * 10}
        for row in rows
        for name, value in (("idle_days_share", row["score"] / 100), ("exam_share", 0.2))
    ]
    (out / "facts").mkdir(exist_ok=True)
    pl.DataFrame(z).write_parquet(out / "facts" / "institution_z.parquet")
    info = {
        "run_id": run_id, "started": started, "lake": str(lake), "lake_fingerprint": "small-city", "model": {"name": "huoyan-forest", "version": "3"},
        "rules": {"idle_bed_days": "1"}, "waiting": {"stock_against_sales": ["invt_chg_d"]}, "parameters": {"death_claims": {"grace_days": 1}},
        "drift": {"score_psi": 0.04, "warnings": []},
    }  # fmt: skip
    (out / "run.json").write_text(json.dumps(info), encoding="utf-8")
    report = {"tables": {"fee_list_d": {"read": 5210, "accepted": 5190, "repeated": 15, "quarantined": {"金额不是数字": 5}}}, "not_run": []}
    (out / "delivery_report.json").write_text(json.dumps(report, ensure_ascii=False), encoding="utf-8")
    (out / "quarantine").mkdir(exist_ok=True)
    pl.DataFrame({"bkkp_sn": ["x1"], "psn_no": ["431000000000000001"], "reason": ["金额不是数字"]}).write_parquet(
        out / "quarantine" / "fee_list_d.parquet"
    )
    monitor = [
        {
            "month": "2024-03",
            "fixmedins_code": place[0],
            "fixmedins_name": place[1],
            "cases": 20 + i,
            "cmi": round(0.8 + i / 40, 3),
            "surplus": 1000.0 * (i - 6),
        }
        for i, place in enumerate(institutions())
        if place[3]
    ]
    pl.DataFrame(monitor).write_csv(out / "drg_monitor.csv")
    return out


def _suspect(rank: int, place: tuple[str, str, str, int], sums: Row | None) -> Row:
    code, name, word, _beds = place
    amount = sums["amount_at_issue"] if sums else 0.0
    level = "red" if rank <= 4 else "yellow" if rank <= 9 else "green"
    return {
        "rank": rank, "fixmedins_code": code, "fixmedins_name": name, "admdvs": county_of(code), "peer_group": word, "level": level,
        "score": round(100 - rank * 3.1, 1), "probability": round(max(0.02, 0.95 - rank / 30), 3), "amount_at_issue": amount,
        "fund_loss": sums["fund_loss"] if sums else 0.0, "expected_recovery": round(amount * 0.6, 2), "kinds": ";".join(sums["kind"]) if sums else "",
        "reasons": f"【挂床住院】{name}无诊疗住院占比42.0%，同类机构为3.0%。" if sums else "", "rank_low": max(1, rank - 2), "rank_high": rank + 3,
    }  # fmt: skip


def build(folder: Path) -> tuple[Path, Path]:
    """Two runs on one lake: (older, newer)."""
    city, findings = draw()
    lake = folder / "lake"
    write_lake(city, lake)
    older = write_run(folder / "run1", lake, findings[:-3], run_id="run-2024-12", started="2025-01-05T02:00:00+08:00", swap=True)
    newer = write_run(folder / "run2", lake, findings, run_id="run-2025-01", started="2025-02-05T02:00:00+08:00")
    return older, newer
