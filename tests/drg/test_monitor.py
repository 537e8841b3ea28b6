"""Monitoring: the measures by hand, control limits that allow for volume, alerts, budget, weights, the workbook."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import polars as pl
import pytest
from openpyxl.utils import column_index_from_string, get_column_letter

from features.drg.cases import CASES, drg_cases
from features.drg.scheme import Scheme
from features.drg.weights import estimate_weights, outlier, rate_from_budget, standards
from features.parameters import City
from flows.documents.monitor_workbook import monitor_workbook
from flows.monitor import write_drg_monitor
from models.drg_monitor.alerts import alerts
from models.drg_monitor.budget import budget_use, hospital_budget_use
from models.drg_monitor.expected import with_expectations
from models.drg_monitor.funnel import exact_z
from models.drg_monitor.monitor_table import COLUMNS, MEANING_ZH, drg_monitor
from tests.rules.support import city_of

P = City.load()["drg"]


def discharges(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Discharges with what the rows say and an honest rest."""
    honest: dict[str, Any] = {
        "psn_no": "P", "fixmedins_code": "H1", "dept": "A03", "physician": "D1", "begn_date": date(2024, 3, 1), "end_date": date(2024, 3, 8),
        "month": date(2024, 3, 1), "age": 60.0, "gend": "1", "los": 7, "fee_fen": 100_000, "fund_fen": 70_000, "selfpay_fen": 1_000,
        "hi_paymtd": "4", "case_paid": True, "case_type": "1", "mdc": "E", "adrg": "ES3", "drg_code": "ES35", "drg_name": "呼吸系统感染",
        "source": "billed", "reason": "grouped", "severe": False, "drg_wt": 1.0, "drg_rate": 1000.0, "pay_std_fen": 100_000,
        "died": False, "transferred": False, "readmitted": False, "around_fen": 0, "turned_away_by": None,
    }  # fmt: skip
    made = [{**honest, "mdtrt_id": f"M{number}", "setl_id": f"S{number}", **row} for number, row in enumerate(rows)]
    return pl.DataFrame(made, schema_overrides={name: dtype for name, dtype in CASES.items() if any(name in row for row in made)}).select(
        (pl.col(name) if any(name in row for row in made) else pl.lit(None)).cast(dtype).alias(name) for name, dtype in CASES.items()
    )


def of(table: pl.DataFrame, **where: str) -> dict[str, Any]:
    return table.filter([pl.col(name) == value for name, value in where.items()]).row(0, named=True)


def test_the_measures_of_a_hospital_are_what_a_clerk_would_work_out() -> None:
    rows = [
        {"fixmedins_code": "H1", "fee_fen": 150_000, "los": 10, "readmitted": True},
        {"fixmedins_code": "H1", "fee_fen": 150_000, "los": 10, "adrg": "BR2", "drg_code": "BR25", "drg_wt": 2.0, "pay_std_fen": 200_000},
        {"fixmedins_code": "H1", "drg_code": None, "adrg": None, "mdc": None, "drg_wt": None, "pay_std_fen": None, "reason": "main_dx_outside"},
        {"fixmedins_code": "H2", "fee_fen": 50_000, "los": 4},
        {"fixmedins_code": "H2", "fee_fen": 50_000, "los": 6, "adrg": "BR2", "drg_code": "BR25", "drg_wt": 2.0, "pay_std_fen": 200_000, "died": True},
    ]
    table = drg_monitor(discharges(rows), P)
    first = of(table, level="hospital", fixmedins_code="H1", month="all")
    assert (first["cases"], first["grouped_cases"]) == (3, 2)
    assert first["grouping_rate"] == pytest.approx(2 / 3)
    assert first["cmi"] == pytest.approx(1.5)
    # both groups cost 1000 in the city on average; H1's two cases cost 1500 each, the ungrouped one what it costs
    assert first["cost_index"] == pytest.approx((1500 + 1500 + 1000) / (1000 + 1000 + 1000))
    assert first["payment"] == pytest.approx(3000.0)
    assert first["surplus"] == pytest.approx(0.0)
    assert first["readmission_rate"] == pytest.approx(1 / 3)
    assert of(table, level="hospital", fixmedins_code="H2", month="all")["deaths"] == 1
    assert of(table, level="city", month="2024-03")["cases"] == 5
    assert table.columns == list(COLUMNS)


def _many(rng: np.random.Generator, hospital: str, cases: int, dear: float = 1.0, sick: float = 0.2) -> list[dict[str, Any]]:
    made = []
    for _ in range(cases):
        code = str(rng.choice(["ES35", "BR25"]))
        severe = bool(rng.random() < sick)
        fee = float(np.exp(rng.normal(0, 0.4))) * 100_000 * dear
        made.append(
            {
                "fixmedins_code": hospital, "adrg": code[:3], "drg_code": code[:3] + ("3" if severe else "5"),
                "severe": severe, "fee_fen": round(fee),
                "readmitted": bool(rng.random() < 0.08), "month": date(2024, int(rng.integers(1, 13)), 1),
            }
        )  # fmt: skip
    return made


def test_a_large_hospital_a_third_dearer_than_its_cases_alarms_and_a_small_one_by_chance_does_not() -> None:
    rng = np.random.default_rng(5)
    rows = [row for number in range(12) for row in _many(rng, f"H{number:02d}", 150)] + _many(rng, "DEAR", 300, dear=1.35)
    rows += [{"fixmedins_code": "TINY", "fee_fen": 300_000}]
    cases = discharges(rows)
    table = drg_monitor(cases, P)
    found = alerts(table, cases, P).filter((pl.col("level") == "hospital") & (pl.col("measure") == "cost_index") & (pl.col("month") == "all"))
    assert found.filter(pl.col("grade") == "alarm")["fixmedins_code"].to_list() == ["DEAR"]
    assert "TINY" not in found["fixmedins_code"].to_list()
    row = found.row(0, named=True)
    assert "费用消耗指数" in row["sentence"]
    mine = cases.filter(pl.col("mdtrt_id").is_in(row["driving_cases"]))
    assert set(mine["fixmedins_code"]) == {"DEAR"}
    assert mine["fee_fen"].min() > cases["fee_fen"].mean()


def test_weights_follow_the_fees_are_drawn_together_when_rare_and_keep_the_sum_of_cases() -> None:
    rows = [{"drg_code": "AA19", "adrg": "AA1", "mdc": "A", "fee_fen": 300_000} for _ in range(60)]
    rows += [{"drg_code": "ES35", "fee_fen": 100_000} for _ in range(100)] + [{"drg_code": "ES31", "fee_fen": 900_000}]
    # one posting error must not make a group dear
    rows += [{"drg_code": "ES35", "fee_fen": 90_000_000}]
    table = estimate_weights(discharges(rows), P)
    weight = dict(table.select("drg_code", "weight_estimated").iter_rows())
    assert weight["AA19"] / weight["ES35"] == pytest.approx(3.0, rel=0.35)
    assert weight["ES31"] < 9 * weight["ES35"] * 0.5
    assert table.select((pl.col("weight_estimated") * pl.col("n")).sum() / pl.col("n").sum()).item() == pytest.approx(1.0, abs=0.01)
    assert table.filter(pl.col("drg_code") == "ES31")["stable"].item() is False


def test_the_bureaus_weights_are_used_and_what_differs_from_the_fees_is_told() -> None:
    rows = [{"drg_code": "ES35", "fee_fen": 100_000, "drg_wt": 1.0}] * 30 + [
        {"drg_code": "BR25", "adrg": "BR2", "fee_fen": 100_000, "drg_wt": 1.0}
    ] * 30
    rows += [{"drg_code": "FM19", "adrg": "FM1", "fee_fen": 100_000, "drg_wt": 4.0}] * 30
    table = standards(discharges(rows), P)
    assert table.filter(pl.col("differs"))["drg_code"].to_list() == ["FM19"]
    assert table.filter(pl.col("drg_code") == "FM19")["weight"].item() == 4.0
    assert rate_from_budget(120_000.0, pl.Series([1.0, 2.0, None])) == pytest.approx(40_000.0)


def test_the_outlier_bands_narrow_with_the_weight() -> None:
    frame = pl.DataFrame({"fee": [299, 301, 251, 201, 39, 40, 100], "weight": [0.8, 0.8, 1.5, 3.0, 1.0, 1.0, None], "standard": [100] * 6 + [None]})
    kinds = frame.select(outlier(pl.col("fee"), pl.col("standard"), pl.col("weight"), P)).to_series().to_list()
    assert kinds == ["normal", "high", "high", "high", "low", "normal", None]


def test_fund_use_is_forecast_to_december_with_an_interval_that_widens() -> None:
    rng = np.random.default_rng(1)
    rows = [{"month": date(2024, month, 1), "fund_fen": int(rng.normal(70_000, 3_000))} for month in range(1, 8) for _ in range(20)]
    table = budget_use(discharges(rows), P.replaced({"budget_yuan": 24 * 7000}))
    ahead = table.filter("forecast")
    assert table.height == 12
    assert ahead["month"][0] == date(2024, 8, 1)
    width = (ahead["high"] - ahead["low"]).to_list()
    assert width == sorted(width)
    assert ahead["spent_to_date"][-1] == pytest.approx(20 * 12 * 700, rel=0.03)
    assert table["budget_to_date"][-1] == pytest.approx(24 * 7000)
    assert budget_use(discharges(rows), P)["budget_to_date"].null_count() == 12


def test_hospitals_that_join_during_the_year_are_no_growth() -> None:
    rng = np.random.default_rng(2)
    # H1 from January, H2 from May, H3 from September, each 20 cases a month at 700 yuan; in its first month a hospital has but half
    rows = [
        {"fixmedins_code": house, "month": date(2024, month, 1), "fund_fen": int(rng.normal(70_000, 3_000))}
        for house, begins in (("H1", 1), ("H2", 5), ("H3", 9))
        for month in range(begins, 11)
        for _ in range(10 if month == begins > 1 else 20)
    ]
    before = [{"fixmedins_code": house, "month": date(2024, 1, 1), "case_paid": False} for house in ("H2", "H3")]
    table = budget_use(discharges(rows + before), P)
    ahead = table.filter("forecast")["spent"].to_list()
    # all three go on as they are: the straight line through the city's months would say 48,000 and 51,000
    assert ahead == pytest.approx([3 * 14_000] * 2, rel=0.05)
    # a hospital of its own is no different
    third = hospital_budget_use(discharges(rows + before), P).filter((pl.col("fixmedins_code") == "H3") & pl.col("forecast"))
    assert third["spent"].to_list() == pytest.approx([14_000] * 2, rel=0.05)


def test_a_hospital_that_joined_in_the_last_month_is_forecast_from_it() -> None:
    rows = [{"fixmedins_code": "H1", "month": date(2024, month, 1)} for month in range(1, 7)] + [{"fixmedins_code": "H2", "month": date(2024, 6, 1)}]
    assert budget_use(discharges(rows), P).filter("forecast")["spent"].to_list() == pytest.approx([1_400.0] * 6)


def test_the_citys_budget_is_shared_by_what_the_hospitals_cases_earn() -> None:
    rows = [{"fixmedins_code": code, "pay_std_fen": fen, "fund_fen": 50_000} for code, fen in (("H1", 300_000), ("H2", 100_000))]
    table = hospital_budget_use(discharges(rows), P.replaced({"budget_yuan": 12_000}))
    december = table.filter(pl.col("month") == date(2024, 12, 1))
    assert dict(december.select("fixmedins_code", "budget_to_date").iter_rows()) == {"H1": 9_000.0, "H2": 3_000.0}
    assert table.filter(~pl.col("forecast"))["spent"].to_list() == [500.0, 500.0]
    assert hospital_budget_use(discharges([{"case_paid": False}]), P).is_empty()


def test_three_events_among_eleven_cases_are_judged_exactly_not_by_the_normal_law() -> None:
    z = exact_z(pl.Series([3, 0, 150]), pl.Series([11, 11, 1000]), pl.Series([0.165, 0.165, 100.0]))
    # the normal law would say 7 standard errors
    assert 2.5 < z[0] < 3.5
    assert -0.5 < z[1] < 0.0
    # at volume both agree: 50 above 100 with a standard error of 9.5
    assert z[2] == pytest.approx(5.0, abs=0.4)


def test_patients_seen_at_one_house_and_admitted_at_another_count_against_the_first() -> None:
    rows = [{"fixmedins_code": f"H{number}", "month": date(2024, 3, 1)} for number in range(8) for _ in range(40)]
    rows += [{"fixmedins_code": "H1", "turned_away_by": "H0", "drg_wt": 2.0, "drg_code": "ES31"} for _ in range(15)]
    cases = discharges(rows)
    table = drg_monitor(cases, P)
    house = of(table, level="hospital", fixmedins_code="H0", month="all")
    assert (house["turned_away"], house["cases"]) == (15, 40)
    assert house["turned_away_rate"] == pytest.approx(15 / 55)
    assert house["turned_away_weight"] == pytest.approx(2.0)
    assert of(table, level="hospital", fixmedins_code="H1", month="all")["turned_away"] == 0
    found = alerts(table, cases, P).filter((pl.col("measure") == "turned_away_rate") & (pl.col("month") == "all"))
    assert found["fixmedins_code"].to_list() == ["H0"]
    assert set(cases.filter(pl.col("mdtrt_id").is_in(found["driving_cases"][0].to_list()))["turned_away_by"]) == {"H0"}


def test_each_death_of_a_low_risk_case_is_an_alert_with_its_case() -> None:
    rows = [{"fixmedins_code": f"H{number % 5}", "drg_code": "ES35"} for number in range(400)]
    rows += [{"fixmedins_code": "H9", "drg_code": "AA19", "died": number < 15} for number in range(30)]
    rows += [{"fixmedins_code": "H2", "died": True}]
    cases = discharges(rows)
    found = alerts(drg_monitor(cases, P), cases, P).filter(pl.col("measure") == "low_risk_deaths")
    assert found["fixmedins_code"].to_list() == ["H2"]
    assert found["driving_cases"].to_list() == [["M430"]]
    assert "逐例核查" in found["sentence"][0]


def test_what_was_not_delivered_is_empty_and_not_nought() -> None:
    table = drg_monitor(discharges([{"died": None, "severe": None, "drg_code": "177", "adrg": "177"}] * 3), P)
    row = of(table, level="hospital", fixmedins_code="H1", month="all")
    assert row["deaths"] is None
    assert row["mortality"] is None
    assert row["severe_share"] is None


def test_a_physician_without_a_department_is_still_a_unit() -> None:
    table = drg_monitor(discharges([{"dept": None}, {"physician": None}]), P)
    assert of(table, level="physician", physician="D1", month="all")["cases"] == 1
    assert table.filter(pl.col("level") == "department")["cases"].unique().to_list() == [1]


def test_a_citys_budget_gives_the_rate_where_the_bills_have_none() -> None:
    rows = [
        {"drg_wt": weight, "drg_rate": None, "pay_std_fen": None, "month": date(2024, month, 1)} for month in range(1, 13) for weight in (1.0, 2.0)
    ]
    p = P.replaced({"budget_yuan": 36_000})
    frame = with_expectations(discharges(rows), p)
    assert frame["standard_fen"].unique().sort().to_list() == pytest.approx([100_000.0, 200_000.0])


def test_every_column_is_explained_in_chinese_and_a_group_is_not_alarmed_for_being_severe() -> None:
    assert set(MEANING_ZH) == set(COLUMNS)
    rows = [{"drg_code": "ES31", "severe": True} for _ in range(40)] + [{"drg_code": "ES35", "severe": False} for _ in range(200)]
    table = drg_monitor(discharges(rows), P)
    assert of(table, level="drg", drg_code="ES31", month="all")["severe_share_z"] is None
    assert alerts(table, discharges(rows), P).filter(pl.col("measure") == "severe_share").is_empty()


def test_no_discharges_give_an_empty_table_with_all_columns() -> None:
    assert drg_monitor(pl.DataFrame(schema=CASES), P).columns == list(COLUMNS)


DRAWN: dict[str, str] = {
    "mdtrt_d": """
        mdtrt_id | psn_no | fixmedins_code | med_type | begntime         | endtime          | dscg_way | dscg_maindiag_code
        M1       | P1     | H1             | 21       | 2024-03-01 09:00 | 2024-03-08 10:00 | 1        | J18.900
        M2       | P1     | H2             | 21       | 2024-03-20 09:00 | 2024-03-25 10:00 | 1        | J18.900
        M3       | P2     | H1             | 21       | 2024-03-02 09:00 | 2024-03-05 10:00 | 2        | I50.900
        M4       | P2     | H2             | 21       | 2024-03-05 15:00 | 2024-03-12 10:00 | 5        | I50.900
        M5       | P3     | H1             | 21       | 2024-03-02 09:00 | 2024-03-09 10:00 | 1        | Z51.100
        M6       | P3     | H1             | 21       | 2024-03-23 09:00 | 2024-03-30 10:00 | 1        | Z51.100
    """,
    "fee_list_d": """
        mdtrt_id | fee_ocur_time    | hilist_code     | cnt | pric
        M1       | 2024-03-02 09:00 | 001109000010000 | 7   | 400
        M2       | 2024-03-21 09:00 | 001109000010000 | 5   | 400
        M3       | 2024-03-03 09:00 | 001109000010000 | 3   | 400
        M4       | 2024-03-06 09:00 | 001109000010000 | 7   | 400
        M5       | 2024-03-03 09:00 | 001109000010000 | 7   | 400
        M6       | 2024-03-24 09:00 | 001109000010000 | 7   | 400
        V1       | 2024-02-27 09:00 | 002501010150000 | 1   | 90
        V2       | 2024-01-02 09:00 | 002501010150000 | 1   | 50
    """,
}


def _lists(foreign: bool) -> dict[str, str]:
    codes = {"M1": "177", "M2": "193", "M3": "291", "M4": "291", "M5": "847", "M6": "847"} if foreign else {"M1": "ES35", "M2": "ES31"}
    billed = "setl_id | drg_code | drg_wt | drg_rate | drg_pay_std | drg_case_type\n" + "\n".join(
        f"S{visit} | {code} | 1.2 | 5000 | 6000 | 1" for visit, code in codes.items()
    )
    if foreign:
        return {"drg_setl_d": billed}
    lists = "setl_id | mdtrt_id | psn_no | fixmedins_code | gend | age | hi_paymtd\n" + "\n".join(
        f"SM{number} | M{number} | P{(number + 1) // 2} | H1 | 1 | 60 | {4 if number < 3 else 1}" for number in range(1, 7)
    )
    diagnoses = "setl_list_diag_id | setl_id | psn_no | maindiag_flag | diag_code\n" + "\n".join(
        f"{number} | SM{number} | P{(number + 1) // 2} | 1 | {code}"
        for number, code in enumerate(["J18.900", "J18.900", "I50.900", "I50.900", "Z51.100", "Z51.100"], start=1)
    )
    return {"drg_setl_d": billed, "mdcs_fund_setl_list_d": lists, "mdcs_fund_setl_list_diag_d": diagnoses}


def test_a_discharge_knows_its_group_whether_billed_or_grouped_and_what_came_after(tmp_path: Path, national: Scheme) -> None:
    t = city_of(tmp_path, **DRAWN, **_lists(foreign=False))
    rows = {row["mdtrt_id"]: row for row in drg_cases(t, (national,), P).collect().iter_rows(named=True)}
    assert (rows["M1"]["drg_code"], rows["M1"]["source"], rows["M1"]["grouped_code"]) == ("ES35", "billed", "ES35")
    assert (rows["M2"]["drg_code"], rows["M2"]["grouped_code"]) == ("ES31", "ES35")
    assert (rows["M3"]["drg_code"], rows["M3"]["source"]) == ("FR25", "grouped")
    # home on the 8th, back on the 20th in another hospital: a readmission
    assert rows["M1"]["readmitted"]
    # a transfer and a chemotherapy cycle are not
    assert not rows["M3"]["readmitted"]
    assert rows["M3"]["transferred"]
    assert rows["M4"]["died"]
    assert not rows["M5"]["readmitted"]
    # the laboratory bill two days before admission counts as around the stay, the one of January does not
    assert rows["M1"]["around_fen"] == 9_000


def test_foreign_groups_are_monitored_as_billed_without_the_grouper(tmp_path: Path, national: Scheme) -> None:
    t = city_of(tmp_path, **DRAWN, **_lists(foreign=True))
    cases = drg_cases(t, (national,), P).collect()
    assert cases["drg_code"].sort().to_list() == ["177", "193", "291", "291", "847", "847"]
    assert cases["adrg"].to_list() == cases["drg_code"].to_list()
    table = drg_monitor(cases, P)
    assert of(table, level="city", month="all")["grouping_rate"] == 1.0
    assert set(table.filter(pl.col("level") == "drg")["drg_code"]) == {"177", "193", "291", "847"}


def test_a_run_writes_the_table_the_workbook_and_the_frames_and_again_the_same(tmp_path: Path) -> None:
    lake = city_of(tmp_path / "lake", **DRAWN, **_lists(foreign=False)).lake
    out = tmp_path / "out"
    out.mkdir()
    path = write_drg_monitor(lake, out, City.load())
    first = path.read_bytes()
    assert first.startswith(b"\xef\xbb\xbflevel,month,")
    write_drg_monitor(lake, out, City.load())
    assert path.read_bytes() == first
    assert {file.stem for file in (out / "drg").iterdir()} == {"cases", "monitor", "alerts", "budget", "hospital_budget", "standards", "hospitals"}
    book = openpyxl.load_workbook(out / "drg_monitor.xlsx")
    assert book.sheetnames == [
        "说明",
        "全市",
        "医疗机构",
        "医疗机构月度",
        "科室",
        "医师组",
        "病组",
        "机构病组",
        "预警",
        "基金预算",
        "机构基金预算",
        "权重对照",
    ]
    sheet = book["医疗机构"]
    header = [cell.value for cell in sheet[1]]
    assert {"机构编号", "病例数", "CMI", "费用消耗指数", "31天再入院率"} <= set(header)
    codes = [row[header.index("机构编号")].value for row in sheet.iter_rows(min_row=2)]
    assert codes == ["H1", "H2"]
    assert isinstance(sheet.cell(2, header.index("病例数") + 1).value, int)
    # distances are folded away; the figures themselves are coloured by them
    letters = [get_column_letter(place) for place, title in enumerate(header, start=1) if str(title).endswith("偏离")]
    folded = [letter for letter, column in sheet.column_dimensions.items() if column.hidden]
    assert letters
    assert all(
        any(column.min <= column_index_from_string(letter) <= column.max for column in map(sheet.column_dimensions.get, folded)) for letter in letters
    )
    coloured = " ".join(str(ranges.sqref) for ranges in sheet.conditional_formatting)
    assert f"{get_column_letter(header.index('费用消耗指数') + 1)}2" in coloured


def test_a_code_that_looks_like_a_formula_stays_text_in_the_workbook(tmp_path: Path) -> None:
    rows = [{"dept": "=1+1", "end_date": date(2024, 3, 8) + timedelta(days=number)} for number in range(3)]
    cases = discharges(rows)
    table = drg_monitor(cases, P)
    frames = {
        "monitor": table,
        "alerts": alerts(table, cases, P),
        "budget": budget_use(cases, P),
        "hospital_budget": hospital_budget_use(cases, P),
        "standards": standards(cases, P),
    }
    names = pl.DataFrame({"fixmedins_code": ["H1"], "fixmedins_name": ["甲医院"]})
    monitor_workbook(tmp_path / "book.xlsx", frames, names, rows_max=50)
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx")["科室"]
    header = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, header.index("出院科室") + 1)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
