from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._diagnoses import FEMALE_ONLY, MALE_ONLY, begins, other_sex_shown, recorded


@rule(
    title_zh="诊断与患者性别不符",
    title_en="Diagnosis of the other sex",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000204006000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("mdtrt_d", "psn_info_b"),
    exceptions=("refund",),
)
def diagnosis_sex(t: Tables, p: Params) -> pl.LazyFrame:
    """A diagnosis that only the other sex can have (sex-specific categories of ICD-10).

    A wrong code or a card used by another. Where several visits show the other sex, the registry is wrong and the person is left out.
    """
    who = t.standing_visits.select("mdtrt_id", "fixmedins_code", "gend", "age", "begn_date", "end_date")
    odd = (
        recorded(t)
        .join(who, on="mdtrt_id", how="inner")
        .filter((begins(pl.col("code"), FEMALE_ONLY) & (pl.col("gend") == "1")) | (begins(pl.col("code"), MALE_ONLY) & (pl.col("gend") == "2")))
    )
    odd = odd.join(other_sex_shown(t), on="psn_no", how="anti")
    return (
        odd.group_by("fixmedins_code", "psn_no", "mdtrt_id", "begn_date")
        .agg(
            pl.col("end_date").first(),
            pl.col("gend").first(),
            pl.col("age").first(),
            filled("{}{}", "code", pl.col("name").fill_null("")).unique().sort().alias("names"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to=pl.coalesce("end_date", "begn_date"),
            amount_fen=pl.lit(0, pl.Int64),
            loss_fen=pl.lit(0, pl.Int64),
            evidence=filled(
                "{}性患者诊断为{}，该疾病只见于另一性别。",
                pl.when(pl.col("gend") == "1").then(pl.lit("男")).otherwise(pl.lit("女")),
                pl.col("names").list.join("、"),
            ),
        )
    )
