from __future__ import annotations

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.shared.category import CATEGORIES_ZH
from features.shared.measures import family
from features.tables import Tables


@feature(
    grain="institution",
    title_zh="住院费用构成",
    title_en="Cost structure of stays",
    unit="share",
    why="The mix of drugs, tests, materials and beds shows what a house lives on.",
    numerator="fees of the category",
    denominator="all fees of stays' lines",
    needs=("fee_list_d",),
    facts=("stay",),
    columns={
        "drug": "药品",
        "material": "材料",
        "exam": "检查",
        "lab": "化验",
        "treatment": "治疗",
        "operation": "手术",
        "nursing": "护理",
        "bed": "床位",
    },
    direction=0,
    own_kind=True,
    points_to=("over_treatment", "low_threshold_admission"),
    statistic="mean",
)
def cost_share(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Shares of inpatient fees; far from peers either way is worth a look. Western drugs, patent drugs and herbal pieces are one."""
    total = pl.sum_horizontal(f"{name}_fen" for name in CATEGORIES_ZH)
    drugs = pl.sum_horizontal("drug_fen", "herb_fen", "patent_drug_fen")
    others = {name: (pl.col(f"{name}_fen"), total) for name in ("material", "exam", "lab", "treatment", "operation", "nursing", "bed")}
    return family(t.facts("stay"), {"drug": (drugs, total), **others})
