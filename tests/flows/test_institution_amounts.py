"""What an institution is accused of in total: every yuan once."""

from __future__ import annotations

import polars as pl

from flows.scoring import institution_amounts
from models.finding import FINDING_SCHEMA

NO_LINES = pl.DataFrame(schema={"bkkp_sn": pl.String, "fixmedins_code": pl.String, "inscp_fen": pl.Int64, "loss_fen": pl.Float64})


def findings(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame([dict.fromkeys(FINDING_SCHEMA) | row for row in rows], schema=FINDING_SCHEMA)


def total(found: pl.DataFrame, lines: pl.DataFrame = NO_LINES) -> tuple[int, float]:
    row = institution_amounts(found, lines).row(0, named=True)
    return row["amount_fen"], row["loss_fen"]


def stay(mdtrt_id: str, kind: str, amount: float, loss: float) -> dict[str, object]:
    return {"fixmedins_code": "H1", "mdtrt_id": mdtrt_id, "kind": kind, "amount_at_issue": amount, "fund_loss": loss}


def test_a_stay_without_lines_under_two_kinds_counts_once_with_the_larger_sum():
    assert total(findings(stay("M1", "split_stay", 90.0, 60.0), stay("M1", "bed_hanging", 100.0, 50.0))) == (10000, 6000.0)


def test_two_stays_without_lines_both_count():
    assert total(findings(stay("M1", "split_stay", 90.0, 60.0), stay("M2", "split_stay", 100.0, 50.0))) == (19000, 11000.0)


def test_a_line_under_a_finding_counts_beside_them_and_a_sum_of_the_whole_house_once_a_kind():
    house = [{"fixmedins_code": "H1", "kind": "drug_hoarding", "amount_at_issue": amount, "fund_loss": 1.0} for amount in (5.0, 7.0)]
    lines = pl.DataFrame({"bkkp_sn": ["L1"], "fixmedins_code": ["H1"], "inscp_fen": [300], "loss_fen": [200.0]})
    assert total(findings(stay("M1", "split_stay", 90.0, 60.0), *house), lines) == (9000 + 700 + 300, 6000.0 + 100 + 200)
