"""Hits become findings: amounts from the lines they name, or from all lines of the stay."""

from __future__ import annotations

from datetime import date

import polars as pl

from models.finding import complete_hits
from models.rules.inpatient.overlapping_stays import overlapping_stays
from models.rules.national.drug_sex import drug_sex
from models.run_rules import settle, settle_all

FEES = """
    bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code     | pric
    L1      | M1       | 2024-03-02    | 001109000010000 | 40
    L2      | M1       | 2024-03-03    | XJ01CAA001      | 60
    L3      | M2       | 2024-03-09    | XJ01CAA001      | 70
"""
STAYS = "mdtrt_id | begntime | endtime\nM1 | 2024-03-01 | 2024-03-05\nM2 | 2024-03-08 | 2024-03-12"


def hits(rule_id: str, **columns: object) -> pl.DataFrame:
    day = date(2024, 3, 2)
    row = {"fixmedins_code": "H1", "psn_no": "P1", "occurred_from": day, "occurred_to": day, "evidence": "…", **columns}
    return complete_hits(pl.LazyFrame({name: [value] for name, value in row.items()}), rule_id).collect()


def test_many_rules_settled_together_are_settled_as_each_alone(city):
    t = city(mdtrt_d=STAYS, fee_list_d=FEES)
    found = [
        (drug_sex, hits("drug_sex", mdtrt_id="M2", bkkp_sns=["L3"])),
        (overlapping_stays, hits("overlapping_stays", mdtrt_id="M1")),
        (drug_sex, hits("drug_sex").clear()),
    ]
    together = settle_all(found, t.lines, t.stays)
    assert [frame.to_dicts() for frame in together] == [settle(frame, unit, t.lines, t.stays).to_dicts() for unit, frame in found]
    assert [frame["amount_at_issue"].to_list() for frame in together] == [[70.0], [100.0], []]
    assert together[1]["bkkp_sns"].to_list() == [["L1", "L2"]]
    assert settle_all([], t.lines, t.stays) == []
