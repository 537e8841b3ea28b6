"""Up-coding by diagnoses nobody treated: found where planted, never at an honest hospital, however sick its patients."""

from __future__ import annotations

import math
import random
from datetime import date
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from features.parameters import City
from models.rules.drg._support import BEARER, KIN, PAID, USE, habit, of_habit
from models.rules.drg._textbook import asked_firmly, firm_rows, with_least_care
from models.rules.drg.upcoded_severity import upcoded_severity
from models.run_rules import complete_hits

CARE = {
    "J96.000": ["00311503001", "00250307027", "00120200001"],
    "A41.900": ["XJ01D", "00250501009"],
    "N17.900": ["XC03C", "00250305001"],
}
GROUPS = {"BR2": {"1": ("BR21", 1.45), "5": ("BR25", 1.09)}, "ES3": {"1": ("ES31", 1.05), "5": ("ES35", 0.78)}}
RATE = 5000.0


def city(
    *, hospitals: int = 8, cases: int = 200, planted: float = 0.0, sick: float = 0.08, lazy: bool = False, seed: int = 1
) -> tuple[pl.DataFrame, dict[str, int]]:
    """What the extract step gathers from hospitals H0, H1, …: H0 plants in a share of its cases, H1's patients are as ``sick`` says."""
    rng = random.Random(seed)  # noqa: S311 - test data
    bearers: list[dict[str, Any]] = []
    use: dict[tuple[str, str], int] = {}
    paid: list[dict[str, Any]] = []
    truth: dict[str, int] = {}
    for hospital in range(hospitals):
        name = f"H{hospital}"
        for number in range(cases):
            true_rate = sick if hospital == 1 else 0.08
            really = rng.random() < true_rate
            faked = not really and hospital == 0 and rng.random() < planted
            code = rng.choice(list(CARE))
            keys = {key for each in CARE.values() for key in each if rng.random() < 0.06} | {"00110900001"}
            if really:
                keys |= {key for key in CARE[code] if rng.random() < 0.92}
            if lazy and hospital == 2 and code == "N17.900":
                # this house treats with means of its own and never uses the others' items
                keys = {key for key in keys if not key.startswith("XC03")} | {"XC03X"}
            for key in keys:
                use[name, key] = use.get((name, key), 0) + 1
            # what the hospitals' cases cost against their standard, as widely spread as real ones
            spent = math.exp(rng.gauss(0, 0.3))
            paid.append({"kind": PAID, "fixmedins_code": name, "drg_code": "BR25", "fee_fen": round(500_000 * spent), "pay_std_fen": 500_000})
            if not (really or faked):
                continue
            adrg = rng.choice(list(GROUPS))
            (billed, weight), (_, low) = GROUPS[adrg]["1"], GROUPS[adrg]["5"]
            case = f"{name}-{number}"
            fee = round((low if faked else weight) * RATE * 100 * spent)
            if faked:
                truth[case] = round((weight - low) * RATE * 100)
            bearers.append(
                {
                    "kind": BEARER, "case_id": case, "mdtrt_id": case, "psn_no": f"P{case}", "setl_id": f"S{case}", "fixmedins_code": name,
                    "code": code, "kin": "I63", "level": "mcc", "dx_name": code, "keys": sorted(keys), "drg_code": billed, "drg_wt": weight,
                    "pay_std_fen": round(weight * RATE * 100), "drg_fund_fen": round(weight * RATE * 80), "fee_fen": fee,
                }
            )  # fmt: skip
    rows = pl.DataFrame(bearers).with_columns(
        begn_date=pl.date(2024, 3, 1),
        end_date=pl.date(2024, 3, 8),
        cared=pl.lit(None, pl.Boolean),
        impossible=pl.lit(None, pl.String),
        entry=pl.lit(None, pl.Int64),
        firmly=pl.lit(None, pl.Boolean),
    )
    used = pl.DataFrame([{"kind": USE, "fixmedins_code": name, "key": key, "n": n, "name": key} for (name, key), n in use.items()])
    everywhere = used.group_by("key").agg(pl.col("n").sum())
    alike = pl.concat([everywhere, pl.DataFrame({"key": [None], "n": [hospitals * cases]})], how="vertical_relaxed")
    alike = alike.with_columns(kind=pl.lit(KIN), kin=pl.lit("I63"))
    weights = pl.DataFrame(
        [{"kind": "weight", "drg_code": code, "drg_wt": weight, "n": 50} for kinds in GROUPS.values() for code, weight in kinds.values()]
    )
    return pl.concat([rows, used, alike, pl.DataFrame(paid), weights], how="diagonal_relaxed"), truth


def hits(extracted: pl.DataFrame) -> pl.DataFrame:
    frame = upcoded_severity.function(SimpleNamespace(extracted=extracted.lazy()), City.load()["upcoded_severity"])  # type: ignore[arg-type]
    return complete_hits(frame, "upcoded_severity").collect()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_upcoding_in_a_tenth_of_the_cases_is_found_in_yuan(seed: int) -> None:
    extracted, truth = city(planted=0.1, seed=seed)
    found = hits(extracted)
    right = found.filter(pl.col("mdtrt_id").is_in(list(truth)))
    assert right.height / found.height >= 0.9
    assert right["amount_fen"].sum() / sum(truth.values()) >= 0.7
    assert set(found["fixmedins_code"]) == {"H0"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_an_honest_hospital_with_far_sicker_patients_is_not_accused(seed: int) -> None:
    assert hits(city(sick=0.35, seed=seed)[0]).is_empty()


def test_a_hospital_that_treats_with_other_means_is_not_accused() -> None:
    assert hits(city(lazy=True, cases=300)[0]).is_empty()


def test_a_finding_names_both_groups_the_missing_care_and_the_difference_of_standards() -> None:
    extracted, truth = city(planted=0.1)
    row = next(row for row in hits(extracted).iter_rows(named=True) if row["mdtrt_id"] in truth)
    assert row["amount_fen"] == truth[row["mdtrt_id"]]
    assert row["loss_fen"] <= row["amount_fen"]
    assert any(pair in row["evidence"] for pair in ("BR21", "ES31"))
    assert any(pair in row["evidence"] for pair in ("BR25", "ES35"))
    assert "中无相应检查、用药或治疗" in row["evidence"]


def test_a_case_much_dearer_than_usual_at_its_hospital_is_left_alone() -> None:
    extracted, truth = city(planted=0.1)
    planted = pl.col("mdtrt_id").is_in(list(truth)).fill_null(value=False)
    dear = extracted.with_columns(fee_fen=pl.when(planted).then(pl.col("pay_std_fen") * 3).otherwise("fee_fen"))
    assert not set(hits(dear)["mdtrt_id"]) & set(truth)
    # where every case costs thrice its standard, a planted one at that price is nothing unusual
    everywhere = extracted.with_columns(fee_fen=pl.col("pay_std_fen") * 3)
    assert set(hits(everywhere)["mdtrt_id"]) & set(truth)


def test_a_few_flagrant_cases_among_many_bearers_show_a_habit_and_only_they_are_at_issue() -> None:
    p = City.load()["upcoded_severity"]
    rows = [("H0", 0, False, -9.0)] * 4 + [("H0", 0, True, 5.0)] * 60 + [(f"H{n % 9 + 1}", n, True, 5.0) for n in range(900)]
    rows += [(f"H{n + 1}", n, False, -2.0) for n in range(9)]
    cases = pl.DataFrame(rows, schema=["fixmedins_code", "case", "supported", "score"], orient="row").with_columns(
        unit=pl.lit("0|A"), drg_code=pl.lit("BR21")
    )
    found = habit(cases, p, p["score_max"], p["score_flagrant"])
    assert found["fixmedins_code"].to_list() == ["H0"]
    assert of_habit(cases.with_columns(expected=0.0).drop("expected"), found).height == 4
    # as many lie below the limit elsewhere: no habit of this hospital
    assert habit(
        cases.with_columns(score=pl.when(~pl.col("supported")).then(-9.0).otherwise("score")).filter(pl.col("fixmedins_code") != "H0"),
        p,
        -1.5,
        -5.0,
    ).is_empty()


def test_cases_paid_by_item_are_no_upcoding() -> None:
    extracted, _ = city(planted=0.1)
    by_item = pl.when(pl.col("kind") == BEARER).then(None).otherwise("drg_code")
    assert hits(extracted.with_columns(drg_code=by_item)).is_empty()


def test_another_supported_complication_keeps_the_group() -> None:
    extracted, truth = city(planted=0.1)
    faked = extracted.filter(pl.col("mdtrt_id").is_in(list(truth)))
    # a second MCC that no hospital's data can judge stands in the hospital's favour
    second = faked.with_columns(code=pl.lit("I26.900"), dx_name=pl.lit("肺栓塞"))
    assert hits(pl.concat([extracted, second])).is_empty()


def test_without_settlement_lists_there_are_no_hits() -> None:
    assert hits(city()[0].clear()).is_empty()


def rare(cared: int, uncared: int) -> pl.DataFrame:
    """The honest city, and sepsis that only H0 codes: ``cared`` cases with antibiotics or cultures, ``uncared`` with none of the least care."""
    extracted, _ = city()
    with_sepsis = extracted.filter((pl.col("kind") == BEARER) & (pl.col("fixmedins_code") == "H0")).head(1)
    cases = [
        with_sepsis.with_columns(
            case_id=pl.lit(f"R{n}"), mdtrt_id=pl.lit(f"R{n}"), code=pl.lit("A41.500"), dx_name=pl.lit("革兰阴性菌败血症"), cared=pl.lit(n < cared)
        )
        for n in range(cared + uncared)
    ]
    # nobody else bears the code or its category
    return pl.concat([extracted.filter(pl.col("code").is_null() | (pl.col("code") != "A41.900")), *cases])


def test_sepsis_too_rare_elsewhere_to_be_learned_is_judged_by_the_least_care() -> None:
    found = hits(rare(cared=0, uncared=5)).filter(pl.col("mdtrt_id").str.starts_with("R"))
    assert found.height == 5
    assert "临床上至少应有血培养、降钙素原或抗菌药物" in found["evidence"][0]


@pytest.mark.parametrize(("cared", "uncared"), [(5, 0), (20, 2)])
def test_sepsis_with_any_of_its_care_or_a_slip_or_two_is_not_at_issue(cared: int, uncared: int) -> None:
    assert hits(rare(cared, uncared)).is_empty()


@pytest.mark.parametrize(
    ("code", "item", "cared"),
    [
        ("J96.000", "血气分析", True),
        ("J96.000", "普通病房床位费", False),
        ("A41.900", "注射用头孢曲松钠", True),
        ("N17.900", "肌酐测定", True),
        ("E43.x00", "脂肪乳注射液", True),
        ("I50.900", "心脏彩色多普勒超声", True),
        ("B37.900", "氟康唑胶囊", True),
        ("S06.500", "X线计算机体层(CT)平扫", True),
        ("S06.500", "葡萄糖测定", False),
        # words that stand in the names of what everybody gets support nothing
        ("J96.000", "盐酸左氧氟沙星片", False),
        ("E11.200", "葡萄糖注射液", False),
        ("K56.700", "阿司匹林肠溶片", False),
        ("T42.400", "乙型肝炎病毒表面抗原测定", False),
        ("M35.000", "肌内注射", False),
        ("T42.400", "氟马西尼注射液", True),
        ("G41.900", "丙戊酸钠注射液", True),
        # what everybody is examined for proves nothing either way
        ("D62.x00", "血气分析", None),
    ],
)
def test_one_item_of_the_least_care_supports_the_complication(code: str, item: str, cared: bool | None) -> None:
    bearer = pl.LazyFrame({"mdtrt_id": ["M1"], "code": [code], "gend": ["1"], "age": [70.0]})
    assert with_least_care(bearer, billed([item])).collect()["cared"].to_list() == [cared]


def billed(items: list[str], *, days: int = 1, test: bool = True) -> pl.LazyFrame:
    """Fee lines of stay M1, each item on so many days, and a blood gas of another patient."""
    rows = [("M1", "H0", date(2024, 3, 1 + day), item, test) for item in items for day in range(days)]
    rows.append(("M2", "H0", date(2024, 3, 1), "血气分析", True))
    return pl.LazyFrame(rows, schema=["mdtrt_id", "fixmedins_code", "date", "hilist_name", "test"], orient="row")


@pytest.mark.parametrize(
    ("code", "item", "days", "test", "firmly"),
    [
        ("J96.000", "氧气吸入", 9, False, False),
        ("J96.000", "血氧饱和度监测", 1, True, False),
        ("J96.000", "血氧饱和度监测", 3, True, True),  # watched for days
        ("J96.000", "血气分析", 1, True, True),
        ("J96.000", "无创辅助通气", 1, False, True),
        ("J96.000", "肺通气功能检查", 1, True, False),
        ("A41.900", "注射用头孢曲松钠", 9, False, False),
        ("A41.900", "血培养及鉴定", 1, True, True),
        ("N17.900", "肾功能组合测定", 2, True, False),
        ("N17.900", "肾功能组合测定", 3, True, True),
        ("N17.900", "血液透析", 1, False, True),
        ("R57.900", "心电监测", 2, True, False),
        ("R57.900", "盐酸多巴胺注射液", 1, False, True),
        ("G93.600", "甘露醇注射液", 1, False, True),
        ("K72.000", "凝血四项", 1, True, True),
        ("K72.000", "肝功能组合测定", 1, True, False),
        # of a common pneumonia nothing telling is asked
        ("J18.900", "注射用头孢曲松钠", 1, False, None),
    ],
)
def test_the_telling_care_of_an_acute_disease_is_more_than_the_ward_gets(code: str, item: str, days: int, test: bool, firmly: bool | None) -> None:
    bearer = pl.LazyFrame({"mdtrt_id": ["M1"], "code": [code], "gend": ["1"], "age": [70.0]})
    assert with_least_care(bearer, billed([item], days=days, test=test)).collect()["firmly"].to_list() == [firmly]


def test_the_telling_care_is_asked_of_houses_that_bill_it_to_anybody() -> None:
    """Respiratory failure with oxygen alone: at H0, which takes blood gases, it is unsupported; at H1, which has none, it is not."""
    bearer = pl.LazyFrame({"mdtrt_id": ["M1"], "code": ["J96.000"], "gend": ["1"], "age": [70.0]})
    lines = billed(["氧气吸入"], test=False)
    both = with_least_care(bearer, lines).collect().join(pl.DataFrame({"fixmedins_code": ["H0", "H1"]}), how="cross")
    asked = asked_firmly(both, firm_rows(lines).collect()).sort("fixmedins_code")
    assert asked["cared"].to_list() == [False, True]
    assert asked["firm"].to_list() == [True, False]


@pytest.mark.parametrize(
    ("code", "gend", "age", "said"),
    [
        ("O72.100", "1", 30.0, "妊娠、分娩和产褥期疾病"),
        ("O72.100", "2", 70.0, "妊娠、分娩和产褥期疾病"),
        ("O72.100", "2", 30.0, None),
        ("P36.900", "1", 66.0, "围生期疾病"),
        ("P36.900", "1", 0.0, None),
        ("N83.201", "1", 40.0, "女性生殖器官疾病"),
        ("N40.x00", "1", 40.0, None),
        # who is not known to be a man or a woman is not judged
        ("N40.x00", None, 40.0, None),
        ("P36.900", "1", None, None),
    ],
)
def test_a_disease_the_patient_cannot_have_is_unsupported_whatever_was_billed(
    code: str, gend: str | None, age: float | None, said: str | None
) -> None:
    bearer = pl.LazyFrame({"mdtrt_id": ["M1"], "code": [code], "gend": [gend], "age": [age]}, schema_overrides={"gend": pl.String, "age": pl.Float64})
    row = with_least_care(bearer, billed(["血培养及鉴定"])).collect().row(0, named=True)
    assert row["impossible"] == said
    assert said is None or row["cared"] is False
