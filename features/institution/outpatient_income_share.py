from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import CATEGORIES_ZH
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="收入构成",
    title_en="What the house earns on",
    unit="share",
    why="A clinic that sells mostly infusions, tests or herbs differs from its peers for a reason.",
    numerator="fees of the category, inpatient and outpatient",
    denominator="all fees of lines",
    needs=("fee_list_d",),
    facts=("institution_month",),
    columns={"drug": "西药", "herb": "中药饮片", "patent_drug": "中成药", "material": "材料", "exam": "检查", "lab": "化验", "treatment": "治疗"},
    direction=0,
    own_kind=True,
    points_to=("item_swap", "over_treatment"),
    statistic="mean",
)
def outpatient_income_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Shares of all fees by charge category."""
    total = pl.sum_horizontal(f"{name}_fen" for name in CATEGORIES_ZH)
    names = ("drug", "herb", "patent_drug", "material", "exam", "lab", "treatment")
    return family(t.facts("institution_month"), {name: (pl.col(f"{name}_fen"), total) for name in names})
