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
from models.drg_monitor.monitor_table import COLUMNS as MONITOR
from models.finding import FINDING_SCHEMA

COUNTIES = ("431002", "431003", "431021")
N_BUCKETS = 2
SCHEMAS: dict[str, dict[str, str]] = json.loads((Path(__file__).parents[1] / "rules" / "lake_schema.json").read_text(encoding="utf-8"))
START = date(2024, 1, 1)
BED, NURSING, DIALYSIS, PERFUSION = "001109000010000", "001201000050000", "003110000060000", "003110000100000"

#: What is said first of an institution, by the first of its kinds.
REASONS = {
    "bed_hanging": "【挂床住院】{}无诊疗住院占比42.0%，同类机构为3.0%。",
    "dialysis_excess": "【透析频次异常】{}人均每月透析16.0次，同类机构为11.9次。",
    "drug_hoarding": "【超量购药倒卖】{}每千人次有2条多店超量购药疑点，同类机构几乎没有。",
    "fake_inpatient": "【虚假住院】{}同村同日住进的占20.0%，同类机构为1.0%。",
}

Row = dict[str, Any]


def county_of(code: str) -> str:
    """The county in an institution's code (H431002…)."""
    return code[1:7]


def institutions() -> list[tuple[str, str, str, int]]:
    """(code, name, type in words, beds)"""
    kinds = [("综合医院", "人民医院", 4), ("乡镇卫生院", "中心卫生院", 3), ("血液透析中心", "血液透析中心", 0), ("零售药店", "大药房", 0)]
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
    _together(city, places, people, findings)
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
            at_the_till = datetime(day.year, day.month, day.day, 10, 30) + timedelta(days=2)  # noqa: DTZ001
            city.add("scene_rcd_d", rcd_id=f"R{number:04d}", psn_no=psn, fixmedins_code=outside, scene_type="2", begntime=at_the_till)
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


def _together(city: City, places: list[tuple[str, str, str, int]], people: list[str], findings: list[Row]) -> None:
    """Four persons admitted to the first hospital on one day, twice; two of them have findings at a pharmacy of another county too."""
    code, elsewhere = places[0][0], places[7][0]
    for day in (START + timedelta(days=100), START + timedelta(days=160)):
        for psn in people[:4]:
            mdtrt, lines = city.visit(psn, code, day, "21", [(BED, "普通床位费", "01", 2600)], 4)
            findings.append(
                _finding(
                    "group_admission", "fake_inpatient", code, day, day + timedelta(days=4), "同村的4人于同日住进，并同批出院。",
                    psn_no=psn, mdtrt_id=mdtrt, bkkp_sns=lines, related_bkkp_sns=[], amount_at_issue=104.0, fund_loss=72.8,
                )
            )  # fmt: skip
    for psn in people[:2]:
        mdtrt, lines = city.visit(psn, elsewhere, START + timedelta(days=102), "41", [("XC09CAA000001", "降压药", "09", 4300)])
        findings.append(
            _finding(
                "drug_hoarding_over_shops", "drug_hoarding", elsewhere, START + timedelta(days=102), START + timedelta(days=102), "多店超量购药。",
                psn_no=psn, mdtrt_id=mdtrt, bkkp_sns=lines, related_bkkp_sns=[], amount_at_issue=43.0, fund_loss=30.1,
            )
        )  # fmt: skip


def _institution_finding(code: str) -> Row:
    return _finding(
        "beds_over_approved", "fake_inpatient", code, START, START + timedelta(days=30), "在院人数最高5人，超过核定床位4张。", amount_at_issue=5000.0
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
    write_drg(out)
    write_effects(out / "effect")
    detail = frame.select("finding_id", ruled_out=pl.lit(["refund"]), strength=pl.lit(0.7))
    detail.write_parquet(out / "findings_detail.parquet")
    innocent = [
        {"fixmedins_code": row["fixmedins_code"], "order": 1, "kind": "bed_hanging", "sentence": "若属清白，须有查房记录佐证。"} for row in rows
    ]
    pl.DataFrame(innocent).write_parquet(out / "innocent.parquet")
    shap = [
        {"fixmedins_code": row["fixmedins_code"], "feature": name, "shap": value} for row in rows for name, value in (("exam_share", 0.4), ("x", 0.0))
    ]
    pl.DataFrame(shap).write_parquet(out / "facts" / "shap.parquet")
    ranking = [{"fixmedins_code": row["fixmedins_code"], "rank_low": row["rank"], "rank_high": row["rank"] + 2} for row in rows]
    pl.DataFrame(ranking).write_parquet(out / "ranking.parquet")
    _write_models(out)
    return out


def _write_models(out: Path) -> None:
    learned = {"in_force": "priors", "sentence_zh": "采用先验权重：已查实0家、排除0家。", "confirmed": 0, "cleared": 0}
    drift = {"score_psi": 0.04, "warnings": [], "shifts": [{"name": "exam_share", "psi": 0.31, "limit": 0.25, "shifted": True}]}
    gates = [{"name": "top_churn", "passed": True, "measured": 0.1, "limit": 0.3, "sentence_zh": "首位名单变动10%，要求不高于30%。"}]
    retrained = {"challenger": {"name": "huoyan-forest", "version": "4"}, "promoted": False, "gates": gates}
    for name, content in (("learned", learned), ("drift", drift), ("retrain", retrained)):
        (out / f"{name}.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    power = [
        {
            "plant_id": "idle_days",
            "kind": "bed_hanging",
            "strength": strength,
            "cases": 20,
            "share_found": strength,
            "median_rank": 4,
            "share_red": 0.5,
        }
        for strength in (0.1, 0.5)
    ]
    pl.DataFrame(power).write_csv(out / "power.csv")


def write_drg(out: Path) -> None:
    """The monitor of the hospitals over three months, one alert each, their discharges and the budget, as the monitoring flow leaves them."""
    hospitals = [place for place in institutions() if place[3]]
    empty = dict.fromkeys(MONITOR)
    rows: list[Row] = []
    for month in ("2024-01", "2024-02", "2024-03", "all"):
        figures = {"month": month, "cases": 400, "grouping_rate": 0.98, "cmi": 1.02, "cost_index": 1.0, "time_index": 0.99, "mean_fee": 5200.0}
        rows.append(empty | figures | {"level": "city", "payment": 2.1e6, "cost": 2.0e6, "surplus": 1e5, "surplus_rate": 0.048})
        rows.append(empty | figures | {"level": "drg", "drg_code": "ES35", "drg_name": "呼吸系统感染，不伴并发症"})
        for number, (code, name, _word, _beds) in enumerate(hospitals):
            own = {"fixmedins_code": code, "fixmedins_name": name, "surplus": 1000.0 * (number - 6), "cost_index_z": float(number - 4)}
            rows.append(empty | figures | own | {"level": "hospital"})
            rows.append(empty | figures | own | {"level": "department", "dept": "A03"})
            rows.append(empty | figures | own | {"level": "physician", "dept": "A03", "physician": "D431000012345"})
            rows.append(empty | figures | own | {"level": "hospital_drg", "drg_code": "ES35", "drg_name": "呼吸系统感染，不伴并发症"})
    (out / "drg").mkdir(exist_ok=True)
    pl.DataFrame(rows, schema={name: dtype for name, (dtype, _zh, _meaning) in MONITOR.items()}).write_parquet(out / "drg" / "monitor.parquet")
    alerts = [
        {
            "level": "hospital", "month": "all", "fixmedins_code": code, "dept": None, "physician": None, "drg_code": None, "measure": "cost_index",
            "measure_zh": "费用消耗指数", "value": 1.4, "z": 3.2 + number / 10, "grade": "alarm" if number % 2 else "warn", "cases": 20,
            "previous": None, "sentence": "费用消耗指数为1.4，高于预期3.2个标准误（20例）。", "driving_cases": [f"M{number:07d}"],
        }
        for number, (code, _name, _word, _beds) in enumerate(hospitals)
    ]  # fmt: skip
    pl.DataFrame(alerts).write_parquet(out / "drg" / "alerts.parquet")
    cases = [
        {
            "mdtrt_id": f"M{number:07d}", "psn_no": "431000000000000001", "fixmedins_code": code, "dept": "A03", "end_date": date(2024, 2, 3),
            "month": date(2024, 2, 1), "main_dx": "J18.9", "los": 7, "fee_fen": 612000, "pay_std_fen": 480000, "drg_code": "ES35",
            "drg_name": "呼吸系统感染，不伴并发症", "grouped_code": "ES33" if number % 2 else "ES35", "died": False,
            "transferred": False, "readmitted": True,
        }
        for number, (code, _name, _word, _beds) in enumerate(hospitals)
    ]  # fmt: skip
    pl.DataFrame(cases).write_parquet(out / "drg" / "cases.parquet")
    budget = [
        {
            "month": date(2024, m, 1),
            "spent": 1e5,
            "spent_to_date": 1e5 * m,
            "budget_to_date": 1.1e5 * m,
            "forecast": m > 3,
            "low": 0.9e5 * m,
            "high": 1.2e5 * m,
        }
        for m in range(1, 7)
    ]
    pl.DataFrame(budget).write_parquet(out / "drg" / "budget.parquet")
    of_hospitals = [{"fixmedins_code": hospitals[0][0], **row, "budget_to_date": 2.2e5 * row["month"].month} for row in budget]
    pl.DataFrame(of_hospitals).write_parquet(out / "drg" / "hospital_budget.parquet")


def write_effects(folder: Path) -> None:
    """One effect that is proved, one that is not, one that cannot be estimated, as docs/drg.md names the fields."""
    folder.mkdir(exist_ok=True)
    months = range(-6, 7)
    event = [
        {
            "event_time": m,
            "effect": -400.0 if m >= 0 else 10.0 * m,
            "low": -600.0 if m >= 0 else -150.0,
            "high": -200.0 if m >= 0 else 120.0,
            "treated": 8,
        }
        for m in months
    ]
    estimate = {
        "effect": -400.0, "standard_error": 90.0, "low": -576.0, "high": -224.0, "p_value": 0.0004, "baseline": 5200.0, "relative": -0.077,
        "units": 20, "treated": 8, "pretrend_p": 0.4, "warnings": ["实施后可比较的月份不足六个月，看不出长期效果。"],
    }  # fmt: skip
    money = {"yuan": 4e5, "low": 2.2e5, "high": 5.8e5, "yuan_a_year": 8e5, "low_a_year": 4.4e5, "high_a_year": 1.16e6}
    proved = {"proved": True, "sentence": "实施后每例费用变化-400.00元，共节约400,000元。"}
    common = {
        "unit_zh": "元/例",
        "change_zh": "按病组付费",
        "method": "staggered",
        "refused": None,
        "placebo": {**estimate, "effect": 3.0, "low": -90, "high": 96},
    }
    records = [
        common | {"measure": "cost_per_case", "title_zh": "例均费用", "estimate": estimate, "savings": money | proved, "event_study": event},
        common
        | {
            "measure": "fund_per_case", "title_zh": "例均基金支付", "estimate": estimate | {"pretrend_p": float("nan"), "warnings": []},
            "savings": money | {"proved": False, "sentence": "数据不足以证明节约或增加。"}, "event_study": event,
        },
        common
        | {
            "measure": "own_measure", "title_zh": "本市自定指标", "method": "none", "refused": "没有可比较的机构。", "estimate": None,
            "placebo": None, "savings": None, "event_study": [],
        },
    ]  # fmt: skip
    for record in records:
        (folder / f"{record['measure']}.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")


def _suspect(rank: int, place: tuple[str, str, str, int], sums: Row | None) -> Row:
    code, name, word, _beds = place
    amount = sums["amount_at_issue"] if sums else 0.0
    level = "red" if rank <= 4 else "yellow" if rank <= 9 else "green"
    return {
        "rank": rank, "fixmedins_code": code, "fixmedins_name": name, "admdvs": county_of(code), "peer_group": word, "level": level,
        "score": round(100 - rank * 3.1, 1), "probability": round(max(0.02, 0.95 - rank / 30), 3), "amount_at_issue": amount,
        "fund_loss": sums["fund_loss"] if sums else 0.0, "expected_recovery": round(amount * 0.6, 2), "kinds": ";".join(sums["kind"]) if sums else "",
        "reasons": REASONS[sums["kind"][0]].format(name) if sums else "", "rank_low": max(1, rank - 2), "rank_high": rank + 3,
    }  # fmt: skip


def build(folder: Path) -> tuple[Path, Path]:
    """Two runs on one lake: (older, newer)."""
    city, findings = draw()
    lake = folder / "lake"
    write_lake(city, lake)
    older = write_run(folder / "run1", lake, findings[:-3], run_id="run-2024-12", started="2025-01-05T02:00:00+08:00", swap=True)
    newer = write_run(folder / "run2", lake, findings, run_id="run-2025-01", started="2025-02-05T02:00:00+08:00")
    return older, newer
