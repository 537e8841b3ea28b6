"""Planted cases: what each fraud changes, what stays, and what counts as found."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from features.lake import Lake, dtype_of
from features.parameters import City, Params
from flows.power import copy_bucket
from models.finding import FINDING_SCHEMA
from models.kinds import Kind
from models.plant import Plant, all_plants
from models.power import curve, found, plant_cases, waves

CONTRACT = json.loads((Path(__file__).parents[1] / "rules" / "lake_schema.json").read_text(encoding="utf-8"))
BED, DRIP, DIALYSIS = "001109000010000", "001204000060000", "003110000060000"


def table(name: str, *rows: dict[str, Any]) -> pl.DataFrame:
    schema = {column: dtype_of(word) for column, word in CONTRACT[name].items()}
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


@pytest.fixture
def p() -> Params:
    return City.load()["power"]


@pytest.fixture
def frames() -> dict[str, pl.DataFrame]:
    """Hospital H: six stays of ten days, a bed and a drip a day. Dialysis house D: six visits. Shop S: six traced sales of one drug."""
    visits, settled, lines, traced = [], [], [], []

    def visit(house: str, number: int, begin: date, days: int, med_type: str, items: list[tuple[str, str, float, float | None]]) -> None:
        mdtrt, psn = f"{house}m{number}", f"{house}p{number}"
        key = {"mdtrt_id": mdtrt, "psn_no": psn, "fixmedins_code": house, "med_type": med_type, "vali_flag": "1"}
        start = datetime.combine(begin, time(8))
        end = datetime.combine(begin + timedelta(days=days), time(10))
        visits.append(key | {"begntime": start, "endtime": end, "ipt_otp_no": mdtrt})
        total = 0.0
        for day in range(max(days, 1)):
            for place, (code, kind, price, ceiling) in enumerate(items):
                total += price
                lines.append(
                    key
                    | {
                        "bkkp_sn": f"{mdtrt}-{day}-{place}",
                        "setl_id": f"{mdtrt}s",
                        "fee_ocur_time": datetime.combine(begin + timedelta(days=day), time(9)),
                        "hilist_code": code,
                        "list_type": kind,
                        "cnt": 1.0,
                        "pric": price,
                        "det_item_fee_sumamt": price,
                        "inscp_amt": price,
                        "pric_uplmt_amt": ceiling,
                    }
                )
        money = {"medfee_sumamt": total, "inscp_amt": total, "fund_pay_sumamt": total / 2}
        settled.append(key | money | {"setl_id": f"{mdtrt}s", "begndate": begin, "enddate": end.date(), "setl_time": end, "refd_setl_flag": "0"})

    for number in range(6):
        visit("H", number, date(2024, 3, 1 + number), 10, "21", [(BED, "201", 40.0, None), (DRIP, "201", 10.0, None)])
        visit("D", number, date(2024, 3, 1 + number), 0, "14", [(DIALYSIS, "201", 400.0, None)])
        visit("S", number, date(2024, 3, 1 + number), 0, "41", [("XDRUG", "101", 30.0, 30.0)])
        traced.append(
            {
                "bkkp_sn": f"Sm{number}-0-0",
                "drug_trac_codg": f"code{number}",
                "fixmedins_code": "S",
                "hilist_code": "XDRUG",
                "sel_retn_time": datetime.combine(date(2024, 3, 1 + number), time(9)),
                "sel_retn_type": "1",
            }
        )
    made = {"mdtrt_d": visits, "setl_d": settled, "fee_list_d": lines, "drug_trac_d": traced}
    return {name: table(name, *rows) for name, rows in made.items()}


def planted(plant_id: str, frames: dict[str, pl.DataFrame], strength: float, p: Params) -> tuple[dict[str, pl.DataFrame], pl.DataFrame]:
    plants = [unit for unit in all_plants() if unit.plant_id == plant_id]
    (wave,), refused = waves(plants, frames, 1000, p)
    assert not refused
    done = plant_cases(plants, frames, wave, strength, p)
    return {**frames, **done.frames}, done.cases


def test_nothing_is_planted_at_strength_zero(frames: dict[str, pl.DataFrame], p: Params) -> None:
    done = plant_cases(all_plants(), frames, {"bed_hanging": ["H"]}, 0.0, p)
    assert done.frames == {}
    assert done.cases.is_empty()


def test_a_strength_beyond_one_is_refused(frames: dict[str, pl.DataFrame], p: Params) -> None:
    with pytest.raises(ValueError, match="share from 0 to 1"):
        plant_cases(all_plants(), frames, {}, 1.5, p)


def some(*plant_ids: str) -> list[Plant]:
    return [unit for unit in all_plants() if unit.plant_id in plant_ids]


def test_every_kind_of_violation_has_a_plant() -> None:
    assert {unit.kind for unit in all_plants()} == set(Kind)


def test_every_plant_says_in_chinese_what_it_does_and_with_what() -> None:
    for unit in all_plants():
        for text in (unit.title_zh, unit.unit_zh, unit.does_zh):
            assert any("\u4e00" <= sign <= "\u9fff" for sign in text), unit.plant_id


FIVE = ("bed_days_twice", "split_stay", "extra_sessions", "price_over_ceiling", "trace_code_again")


def test_an_institution_cheats_in_one_way_only_in_a_wave(frames: dict[str, pl.DataFrame], p: Params) -> None:
    planned, _ = waves(some(*FIVE), frames, 1000, p)
    # hospital and shop can each do two of the five
    assert [len(wave) for wave in planned] == [3, 2]
    for wave in planned:
        chosen = [code for houses in wave.values() for code in houses]
        assert len(chosen) == len(set(chosen))
    assert sorted(name for wave in planned for name in wave) == sorted(FIVE)


def test_cheats_stay_a_small_share_of_each_wave(frames: dict[str, pl.DataFrame], p: Params) -> None:
    one = p.replaced({"houses": 1, "share_max": 0.1})
    assert [len(wave) for wave in waves(some(*FIVE), frames, 10, one)[0]] == [1, 1, 1, 1, 1]
    assert [len(wave) for wave in waves(some(*FIVE), frames, 20, one)[0]] == [2, 2, 1]


def test_a_plant_that_the_data_do_not_allow_says_why(frames: dict[str, pl.DataFrame], p: Params) -> None:
    del frames["drug_trac_d"]
    _, refused = waves(some("trace_code_again", "bed_hanging", "gene_tests_for_everybody"), frames, 1000, p)
    assert {unit.plant.plant_id: unit.reason_zh for unit in refused} == {
        "trace_code_again": "数据中没有drug_trac_d",
        "gene_tests_for_everybody": "没有机构有至少4个可供植入的非肿瘤住院（最多的一家有0个）",
    }


def test_a_larger_strength_holds_the_cases_of_a_smaller(frames: dict[str, pl.DataFrame], p: Params) -> None:
    few = planted("bed_days_twice", frames, 0.3, p)[1]
    many = planted("bed_days_twice", frames, 0.9, p)[1]
    assert few.height == 2
    assert set(few["mdtrt_id"]) < set(many["mdtrt_id"])


def test_doubled_bed_days_double_lines_and_settlement(frames: dict[str, pl.DataFrame], p: Params) -> None:
    now, cases = planted("bed_days_twice", frames, 1.0, p)
    assert cases["bkkp_sns"].list.len().to_list() == [10] * 6
    assert now["fee_list_d"].filter(pl.col("hilist_code") == BED)["cnt"].cast(pl.Float64).unique().to_list() == [2.0]
    paid = now["setl_d"].filter(pl.col("fixmedins_code") == "H")["medfee_sumamt"].cast(pl.Float64).unique().to_list()
    assert paid == [900.0]


def test_a_hanging_bed_keeps_the_bed_and_loses_the_care(frames: dict[str, pl.DataFrame], p: Params) -> None:
    now, cases = planted("bed_hanging", frames, 1.0, p)
    lines = now["fee_list_d"].filter(pl.col("fixmedins_code") == "H")
    assert lines.filter(pl.col("hilist_code") == BED).height == 60
    assert lines.filter(pl.col("hilist_code") == DRIP).height == 6 * p["present_days"]
    assert cases["bkkp_sns"].list.len().to_list() == [10 - p["present_days"]] * 6


def test_a_split_stay_is_two_stays_with_all_lines_and_the_same_money(frames: dict[str, pl.DataFrame], p: Params) -> None:
    now, cases = planted("split_stay", frames, 1.0, p)
    assert now["mdtrt_d"].filter(pl.col("fixmedins_code") == "H").height == 12
    assert now["fee_list_d"].height == frames["fee_list_d"].height
    assert now["setl_d"]["medfee_sumamt"].sum() == frames["setl_d"]["medfee_sumamt"].sum()
    second = now["mdtrt_d"].filter(pl.col("mdtrt_id").str.ends_with("S")).row(0, named=True)
    first = now["mdtrt_d"].filter(pl.col("mdtrt_id") + "S" == second["mdtrt_id"]).row(0, named=True)
    assert (second["begntime"].date() - first["endtime"].date()).days == 1
    assert cases.height == 6


def test_an_extra_session_is_a_visit_of_its_own_on_the_next_day(frames: dict[str, pl.DataFrame], p: Params) -> None:
    now, cases = planted("extra_sessions", frames, 0.5, p)
    assert now["fee_list_d"].filter(pl.col("hilist_code") == DIALYSIS).height == 9
    assert cases["mdtrt_id"].str.ends_with("X").all()


def test_a_price_over_the_ceiling_raises_the_amount_with_it(frames: dict[str, pl.DataFrame], p: Params) -> None:
    now, cases = planted("price_over_ceiling", frames, 1.0, p)
    dear = now["fee_list_d"].filter(pl.col("bkkp_sn").is_in(cases["bkkp_sns"].explode().implode()))
    assert dear["pric"].cast(pl.Float64).unique().to_list() == [30.0 * p["over_ceiling_ratio"]]
    assert dear["inscp_amt"].cast(pl.Float64).unique().to_list() == [30.0 * p["over_ceiling_ratio"]]


def test_a_trace_code_sold_again_is_the_first_boxes_code(frames: dict[str, pl.DataFrame], p: Params) -> None:
    now, cases = planted("trace_code_again", frames, 1.0, p)
    assert now["drug_trac_d"]["drug_trac_codg"].to_list() == ["code0"] * 6
    assert cases.height == 5


def test_a_line_that_a_refund_takes_back_bears_no_fraud(frames: dict[str, pl.DataFrame], p: Params) -> None:
    back = frames["fee_list_d"].filter(pl.col("bkkp_sn") == "Sm0-0-0").with_columns(
        bkkp_sn=pl.lit("back"), init_feedetl_sn=pl.lit("Sm0-0-0"), cnt=-pl.col("cnt"), det_item_fee_sumamt=-pl.col("det_item_fee_sumamt")
    )  # fmt: skip
    refunded = {**frames, "fee_list_d": pl.concat([frames["fee_list_d"], back.select(frames["fee_list_d"].columns)], how="vertical_relaxed")}
    assert "Sm0-0-0" not in planted("price_over_ceiling", refunded, 1.0, p)[1]["bkkp_sns"].explode().to_list()


def finding(number: int, kind: str, mdtrt: str | None, lines: list[str]) -> dict[str, Any]:
    base = dict.fromkeys(FINDING_SCHEMA) | {"finding_id": f"f{number}", "kind": kind, "fixmedins_code": "H", "mdtrt_id": mdtrt, "bkkp_sns": lines}
    return base | {"psn_no": "elsewhere"}


def test_only_findings_that_were_not_there_before_count(frames: dict[str, pl.DataFrame], p: Params) -> None:
    cases = planted("bed_days_twice", frames, 0.3, p)[1]
    line = cases["bkkp_sns"][0][0]
    findings = pl.DataFrame([finding(1, "duplicate_charge", None, [line])], schema=FINDING_SCHEMA)
    assert found(cases, findings, findings)["found"].to_list() == [False, False]
    assert found(cases, findings, findings.head(0))["found_same_kind"].sum() == 1


def test_a_finding_of_another_kind_is_found_but_not_of_the_same_kind(frames: dict[str, pl.DataFrame], p: Params) -> None:
    cases = planted("bed_days_twice", frames, 0.3, p)[1]
    findings = pl.DataFrame([finding(1, "bed_hanging", cases["mdtrt_id"][0], [])], schema=FINDING_SCHEMA)
    judged = found(cases, findings, findings.head(0))
    assert judged["found"].sum() == 1
    assert judged["found_same_kind"].sum() == 0
    ranked = pl.DataFrame({"wave": [1], "strength": [0.3], "fixmedins_code": ["H"], "rank": [4], "rank_before": [40], "level": ["red"]})
    row = curve(judged.with_columns(wave=pl.lit(1)), ranked, 5000.0).row(0, named=True)
    assert (row["cases"], row["share_found"], row["median_rank"], row["median_rank_before"], row["share_red"]) == (2, 0.5, 4.0, 40.0, 1.0)
    assert (row["yuan"], row["yuan_found"], row["cost_to_reach"]) == (1600.0, 800.0, 20_000.0)


def test_the_copy_shares_untouched_files_and_leaves_the_lake_as_it_was(frames: dict[str, pl.DataFrame], tmp_path: Path) -> None:
    root = tmp_path / "lake"
    whole = {"n_buckets": 1, "fingerprint": "f", "parts": [], "schemas": {name: CONTRACT[name] for name in frames}}
    (root / "files").mkdir(parents=True)
    for name, frame in frames.items():
        frame.write_parquet(root / "files" / f"{name}.parquet")
        whole["parts"].append({"table": name, "bucket": "000", "month": "all", "path": f"files/{name}.parquet", "rows": frame.height, "digest": name})
    (root / "lake.json").write_text(json.dumps(whole), encoding="utf-8")
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    changed = frames["fee_list_d"].head(3)
    copy = Lake(copy_bucket(Lake(root), "000", {"fee_list_d": changed}, tmp_path / "copy"))
    assert copy.scan("fee_list_d", "000").collect().equals(changed)
    assert copy.scan("mdtrt_d", "000").collect().equals(frames["mdtrt_d"])
    assert copy.fingerprint != "f"
    assert {path: path.read_bytes() for path in root.rglob("*") if path.is_file()} == before
