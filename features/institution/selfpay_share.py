from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="住院全自费占比",
    title_en="Self-pay in stays",
    unit="share",
    why="Costs a case payment should cover are shifted to the patient.",
    numerator="full self-pay amounts of stays",
    denominator="fees of stays",
    facts=("stay",),
    columns={"case_paid": "按病种付费", "item_paid": "按项目付费"},
    points_to=("cost_shifting",),
    statistic="mean",
)
def selfpay_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Apart for case-paid stays, in which shifting pays, and others."""
    case = pl.col("case_paid").fill_null(value=False)
    members = {
        "case_paid": (pl.col("selfpay_fen") * case, pl.col("fee_fen") * case),
        "item_paid": (pl.col("selfpay_fen") * ~case, pl.col("fee_fen") * ~case),
    }
    return family(t.facts("stay"), members)
