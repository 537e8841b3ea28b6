"""Draws two uses of an item, of 60 and of 50 yuan, under a ceiling of their total."""

from __future__ import annotations

from models.rule import Rule
from tests.rules.support import found, lines_of

VISITS = "mdtrt_id | begntime | endtime | med_type\nM1 | 2024-03-02 | 2024-03-08 | 21\nM2 | {second} | {second} | 21"
HEAD = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | cnt | pric | init_feedetl_sn | inscp_amt\n"


def judged(unit: Rule, city, code, ceiling, *, visit="M1", day="2024-03-03", covered="50", more=""):
    """The lines at fault of each finding. ``ceiling`` is a row period | lmt_amt | begndate | enddate; ``more`` are further fee lines."""
    lines = f"L1 | M1 | 2024-03-02 | {code} | 1 | 60 | - | 60\nL2 | {visit} | {day} | {code} | 1 | 50 | - | {covered}\n{more}"
    t = city(
        mdtrt_d=VISITS.format(second=day if visit == "M2" else "2024-05-01"),
        fee_list_d=HEAD + lines,
        hilist_lmttot_d=f"hilist_code | period | lmt_amt | begndate | enddate\n{code} | {ceiling}",
    )
    return lines_of(found(unit, t))
