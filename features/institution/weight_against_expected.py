from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.expected import expected_by_case_mix, finished_stays
from features.shared.measures import observed_over_expected
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="DRG权重偏离病种预期",
    title_en="DRG weight against diagnosis",
    unit="ratio",
    why="Groups chosen higher than the same diagnosis gets elsewhere are paid higher.",
    numerator="sum of DRG weights",
    denominator="sum of weights that stays of the same diagnosis category, tier, age band and sex have at the other institutions",
    needs=("drg_setl_d",),
    facts=("stay",),
    params=("weight", "cap"),
    points_to=("upcoding",),
    universal=True,
    log=True,
)
def weight_against_expected(t: Tables, p: Params) -> pl.LazyFrame:
    """Only stays with a DRG.

    The operation is part of the comparison, since it is what lawfully raises the group; a false operation is for the rules.
    """
    stays = finished_stays(t).filter(pl.col("drg_wt").is_not_null())
    return observed_over_expected(expected_by_case_mix(stays, "drg_wt", weight=p["weight"], cap=p["cap"], comorbidity=False))
