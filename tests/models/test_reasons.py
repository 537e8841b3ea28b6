"""The sentences an auditor reads first: figures he can check, peers, since when, nothing twice."""

from __future__ import annotations

import polars as pl
import pytest

from features.feature import features_of
from features.parameters import City, Params
from models.scoring.evidence import rule_evidence
from models.scoring.reasons import as_text, feature_reasons, finding_reasons, strongest
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
    expected = "【分解住院】分解住院：自2024-03起60起，涉及60人、6000.00元；本机构1000例住院，每千60.0起，同类机构基本没有。"
    assert row["sentence"] == expected
    assert row["since"] == "2024-03"
    assert row["value"] == 60.0, "the findings counted, not weighted by strength"


def test_the_peers_rate_is_told_where_they_have_one_and_no_yuan_where_there_are_none(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    found = findings(("h0", "r", "split_stay", "suspected", 100), *[(f"h{n}", "r", "split_stay", "suspected", 4) for n in range(1, 20)])
    free = found.with_columns(amount_at_issue=pl.lit(0.0))
    sentence = finding_reasons(rule_evidence(free, institutions, p, {}), free, p).filter(pl.col("fixmedins_code") == "h0")["sentence"][0]
    assert "同类机构3.9起" in sentence or "同类机构4.0起" in sentence
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
    assert sentences["care_per_day"] == "【指标】日均诊疗条数为2，低于8家同类机构的中位数6.25。"


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
