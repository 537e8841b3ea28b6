"""The sentences an auditor reads first: figures he can check, peers, since when, nothing twice."""

from __future__ import annotations

import re

import polars as pl
import pytest

from features.feature import features_of
from features.parameters import City, Params
from models.scoring.evidence import rule_evidence
from models.scoring.reasons import as_text, feature_reasons, finding_reasons, heading, strongest, with_onset
from tests.models.test_scoring import findings, houses

UNITS = {name: unit for unit in features_of("institution") for name in unit.names}


@pytest.fixture
def p() -> Params:
    return City.load()["scoring"]


def standardised(*rows: tuple[str, float, float, float]) -> pl.DataFrame:
    """(feature, value, peer median, z) of one institution."""
    frame = pl.DataFrame(rows, schema=["feature", "value", "peer_median", "z"], orient="row")
    return frame.with_columns(fixmedins_code=pl.lit("h0"), peer_n=pl.lit(8))


def test_a_rules_reason_gives_number_persons_yuan_volume_rate_peers_and_the_month_it_began(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    found = findings(("h0", "split_stay", "split_stay", "suspected", 60))
    row = finding_reasons(rule_evidence(found, institutions, p, {}), found, p).row(0, named=True)
    expected = "【分解住院】2024年3月有60条疑点，涉及60人、6000.00元；本机构住院1000例，合每百例6条，同类机构几乎没有。"
    assert row["sentence"] == expected
    assert row["since"] == "2024-03"
    assert row["value"] == 60.0, "the findings counted, not weighted by strength"


def test_the_peers_rate_is_told_where_they_have_one_and_no_yuan_where_there_are_none(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    found = findings(("h0", "r", "split_stay", "suspected", 100), *[(f"h{n}", "r", "split_stay", "suspected", 4) for n in range(1, 20)])
    free = found.with_columns(amount_at_issue=pl.lit(0.0))
    sentence = finding_reasons(rule_evidence(free, institutions, p, {}), free, p).filter(pl.col("fixmedins_code") == "h0")["sentence"][0]
    assert re.search(r"同类机构为0\.(39|4)条", sentence)
    assert "元" not in sentence


def test_shares_are_told_in_per_cent_money_in_yuan_and_the_direction_in_words(p: Params) -> None:
    told = feature_reasons(
        standardised(("idle_day_share", 0.357, 0.076, 6.0), ("fee_per_case_stay", 512_345.0, 301_000.0, 5.0), ("care_per_day", 2.0, 6.25, 4.0)),
        UNITS,
        p,
    )
    sentences = dict(zip(told["source"], told["sentence"], strict=True))
    assert sentences["idle_day_share"] == "【指标】无诊疗天数占比为35.7%，高于8家同类机构的中位数7.6%。"
    assert sentences["fee_per_case_stay"] == "【指标】次均费用·住院为5123.45元，高于8家同类机构的中位数3010.00元。"
    assert sentences["care_per_day"] == "【指标】日均诊疗条数为2条，低于8家同类机构的中位数6.25条。"


def test_findings_of_several_months_are_told_since_the_first(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    found = findings(("h0", "split_stay", "split_stay", "suspected", 60))
    spread = found.with_columns(occurred_to=pl.date(2024, 8, 1))
    assert "自2024年3月起有60条疑点" in finding_reasons(rule_evidence(spread, institutions, p, {}), spread, p)["sentence"][0]


@pytest.mark.parametrize(
    ("kind", "rule_id", "told"),
    [
        ("split_stay", "split_stay", "【分解住院】"),
        ("bed_hanging", "elsewhere_during_stay", "【挂床住院】住院期间在他处活动："),
        ("duplicate_charge", "haemoperfusion_with_dialysis", "【重复收费】血液灌流与血液透析重复收费："),
        ("split_stay", "a_rule_of_another_version", "【分解住院】a_rule_of_another_version："),
    ],
)
def test_kind_and_rule_are_named_without_saying_the_kind_twice(kind: str, rule_id: str, told: str) -> None:
    frame = pl.DataFrame({"kind": [kind], "rule_id": [rule_id]})
    assert frame.select(heading(pl.col("kind"), pl.col("rule_id")).alias("told"))["told"].to_list() == [told]


def told_reasons(*rows: tuple[str, str, str | None]) -> pl.DataFrame:
    """(source, sentence, since) of institution h0."""
    frame = pl.DataFrame(rows, schema={"source": pl.String, "sentence": pl.String, "since": pl.String}, orient="row")
    return frame.with_columns(fixmedins_code=pl.lit("h0"), order=pl.int_range(1, pl.len() + 1), value=pl.lit(1.0), peer_value=pl.lit(0.0))


def test_a_figures_reason_names_the_month_from_which_it_stood_out(p: Params) -> None:
    reasons = told_reasons(
        ("a", "【指标】甲为2。", None), ("b", "【指标】乙为2。", None), ("c", "【指标】丙为2。", None), ("r", "【重复收费】有3条。", "2024-02")
    )
    onset = pl.DataFrame({"fixmedins_code": ["h0", "h0"], "feature": ["a", "b"], "began": ["2024-05", "2024-01"], "from_the_first": [False, True]})
    rows = {row["source"]: row for row in with_onset(reasons, onset).iter_rows(named=True)}
    assert rows["a"]["sentence"] == "【指标】甲为2；自2024年5月起偏离。"
    assert rows["b"]["sentence"] == "【指标】乙为2；自有数据的首月（2024年1月）起即如此。"
    assert rows["c"]["sentence"] == "【指标】丙为2（按全期计算）。"
    assert rows["r"]["sentence"] == "【重复收费】有3条。"
    assert [rows[name]["since"] for name in "abcr"] == ["2024-05", "2024-01", None, "2024-02"]


def test_of_a_family_of_figures_only_the_strongest_is_told(p: Params) -> None:
    rows = standardised(
        ("dialysis_excess_share_month", 0.3, 0.0, 7.0), ("dialysis_excess_share_week", 0.4, 0.0, 8.0), ("refund_share", 0.1, 0.0, 2.9)
    )
    assert feature_reasons(rows, UNITS, p)["source"].to_list() == ["dialysis_excess_share_week"]


def test_the_strongest_reasons_come_first_and_no_more_than_the_list_holds(p: Params) -> None:
    rows = pl.DataFrame(
        [("h0", float(n), f"s{n}", f"理由{n}。", 1.0, 0.0, None) for n in range(9)],
        schema=["fixmedins_code", "weight", "source", "sentence", "value", "peer_value", "since"],
        orient="row",
    )
    assert as_text(strongest(rows, p))["reasons"][0] == " ".join(f"理由{n}。" for n in range(8, 8 - p["reasons_max"], -1))
