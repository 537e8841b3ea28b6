from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import BED_PREFIX, INPATIENT_CONSULTATION, NURSING_I, NURSING_II, NURSING_III, NURSING_SPECIAL
from features.tables import Tables
from models.exceptions.mother_and_newborn import mother_and_newborn
from models.kinds import Kind
from models.rule import rule
from models.wording import yuan

#: the four nursing grades: one a day, whichever
GRADES = (NURSING_SPECIAL, NURSING_I, NURSING_II, NURSING_III)


@rule(
    title_zh="按日项目一日多次收费",
    title_en="Day item charged twice",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000102014000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d", "mdtrt_d"),
    params=("days_min",),
    exceptions=("mother_and_newborn", "refund"),
)
def day_item_charged_twice(t: Tables, p: Params) -> pl.LazyFrame:
    """Bed, in-patient consultation or nursing grade charged more than once for one day of a stay.

    The items of each group are one charge a day. A day on which the ward changed (two departments or two items of the group, each
    once) is cleared, as are lines posted late in one go (the stay's charges do not exceed its days, counting both end days), and
    mother and newborn on one account. Stays with at least ``days_min`` such days make a finding. At fault are the cheaper
    charges beyond the first. One finding a stay.
    """
    group = (
        pl.when(pl.col("hilist_code").str.starts_with(BED_PREFIX))
        .then(pl.lit("床位费"))
        .when(pl.col("hilist_code") == INPATIENT_CONSULTATION)
        .then(pl.lit("住院诊查费"))
        .when(pl.col("hilist_code").is_in(GRADES))
        .then(pl.lit("分级护理"))
    )
    charged = (
        t.lines.filter(pl.col("inpatient"))
        .with_columns(group=t.of_item(group))
        .filter(pl.col("group").is_not_null())
        .join(t.stays.select("mdtrt_id", "los"), on="mdtrt_id", how="inner")
    )
    day = ["mdtrt_id", "group", "date"]
    surplus = (
        mother_and_newborn.clear(charged, t, p)
        .with_columns(charges=pl.col("cnt").sum().over("mdtrt_id", "group"), today=pl.col("cnt").sum().over(day))
        .filter((pl.col("today") > 1) & (pl.col("charges") > pl.col("los") + 1))
        # a change of ward: as many departments, or items, as charges
        .filter(pl.max_horizontal(pl.col("bilg_dept_codg").n_unique().over(day), pl.col("hilist_code").n_unique().over(day)) < pl.col("today"))
        .sort("inscp_fen", "bkkp_sn", descending=[True, False])
        .with_columns(rank=pl.int_range(pl.len()).over(day))
        .with_columns(faulty=(pl.col("rank") > 0) | (pl.col("cnt") > 1))
    )
    return (
        surplus.group_by("fixmedins_code", "psn_no", "mdtrt_id", "los")
        .agg(
            pl.col("bkkp_sn").filter("faulty").alias("bkkp_sns"),
            pl.col("bkkp_sn").filter(~pl.col("faulty")).alias("related_bkkp_sns"),
            pl.struct("group", "date").n_unique().alias("days"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("group").unique().sort().alias("groups"),
            pl.col("inscp_fen").filter("faulty").sum().alias("worth"),
        )
        .filter(pl.col("days") >= p["days_min"])
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=pl.format(
                "本次住院{}天，有{}个项目日对按日收费项目（{}）收费超过1次，且总次数多于住院天数，重复部分涉及医保范围内金额{}元。",
                "los",
                "days",
                pl.col("groups").list.join("、"),
                yuan(pl.col("worth")),
            ),
        )
    )
