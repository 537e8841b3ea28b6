from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.mother_and_newborn import mother_and_newborn
from models.kinds import Kind
from models.rule import rule
from models.rules.national._diagnoses import begins, recorded


@rule(
    title_zh="诊断与患者年龄不符",
    title_en="Diagnosis of another age",
    kind=Kind.DATA_QUALITY,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000204007000",
    legal_basis=("reg.16", "reg.39.3"),
    needs=("mdtrt_d", "psn_info_b"),
    params=("age_known_max", "newborn_age_max", "adult_disease_age_min", "clear_mothers"),
    exceptions=("refund", "mother_and_newborn"),
)
def diagnosis_age(t: Tables, p: Params) -> pl.LazyFrame:
    """A diagnosis of the newborn in an older person, or a disease of old age in a child.

    Newborn diagnoses on the mother's record are lawful. Ages beyond ``age_known_max`` are registry errors and prove nothing.
    """
    who = t.standing_visits.select("mdtrt_id", "fixmedins_code", "gend", "age", "begn_date", "end_date")
    odd = (
        recorded(t)
        .join(who, on="mdtrt_id", how="inner")
        .filter(
            pl.col("age").is_between(0, p["age_known_max"])
            & (
                (
                    pl.col("code").str.contains("^P[0-8]|^Z38")
                    & (pl.col("age") > p["newborn_age_max"])
                    & ~pl.col("name").fill_null("").str.contains("母|产妇")
                )
                | (begins(pl.col("code"), ("I20", "I21", "G30", "F00", "M80", "M81", "N40")) & (pl.col("age") < p["adult_disease_age_min"]))
                | (
                    pl.col("name").fill_null("").str.contains("新生儿|婴儿")
                    & (pl.col("age") > p["newborn_age_max"])
                    & ~pl.col("code").str.starts_with("O")
                )
            )
        )
    )
    odd = mother_and_newborn.clear(odd, t, p) if p["clear_mothers"] else odd
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
            evidence=filled("{}岁患者诊断为{}，与年龄不符。", pl.col("age"), pl.col("names").list.join("、")),
        )
    )
