from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import percent


def _business_days(t: Tables, p: Params) -> pl.LazyFrame:
    """Days on which each institution of this bucket settled something."""
    del p
    return t.settlements.select("fixmedins_code", day=pl.col("setl_time").dt.date()).drop_nulls().unique()


@rule(
    title_zh="药店无在册药师仍营业结算（挂证）",
    title_en="Pharmacy without a registered pharmacist",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.2"),
    needs=("phar_info_b", "setl_d"),
    params=("days_min", "kept_up_share_max"),
    exceptions=(),
    extract=_business_days,
)
def pharmacy_without_pharmacist(t: Tables, p: Params) -> pl.LazyFrame:
    """A pharmacy settles on ``days_min`` days and more on which no pharmacist of its register entries was in office: all had left, or expired.

    An entry runs from ``reg_time`` to the day of leaving, else of expiry; one without either runs on. Pharmacies without any entry are a
    gap of the register. The register is believed only where it is kept up: at most ``kept_up_share_max`` of the pharmacies it lists may
    stand so. The licence on the wall is of somebody who is not there; no fee line is at fault by itself, so the finding bears no amount.
    An honest answer would be a renewal or a successor not entered yet: the certificate shows it.
    """
    open_end = pl.date(9999, 12, 31)
    entries = (
        t.raw("phar_info_b")
        .filter(pl.col("pracins_no").is_not_null())
        .select(
            "phar_code",
            fixmedins_code="pracins_no",
            begin=pl.col("reg_time").dt.date().fill_null(pl.date(1900, 1, 1)),
            end=pl.min_horizontal(pl.col("nemp_time").dt.date(), pl.col("expy_endtime").dt.date()).fill_null(open_end),
        )
    )
    shops = t.institutions.filter("is_pharmacy").select("fixmedins_code").join(entries, on="fixmedins_code", how="semi")
    days = t.extracted.unique().join(shops, on="fixmedins_code", how="semi")
    covered = (
        days.join(entries, on="fixmedins_code", how="inner")
        .filter(pl.col("day").is_between(pl.col("begin"), pl.col("end")))
        .select("fixmedins_code", "day")
        .unique()
    )
    bare = (
        days.join(covered, on=["fixmedins_code", "day"], how="anti")
        .group_by("fixmedins_code")
        .agg(pl.len().alias("days"), pl.col("day").min().alias("occurred_from"), pl.col("day").max().alias("occurred_to"))
        .filter(pl.col("days") >= p["days_min"])
        .with_columns(bare=pl.len())
        .join(days.select(listed=pl.col("fixmedins_code").n_unique()), how="cross")
        .filter(pl.col("bare") <= pl.max_horizontal(pl.lit(1), pl.col("listed") * p["kept_up_share_max"]))
    )
    # the entry that ran out last before the pharmacy stood bare
    last = (
        bare.select("fixmedins_code", "occurred_to")
        .join(entries, on="fixmedins_code", how="inner")
        .filter(pl.col("end") <= pl.col("occurred_to"))
        .sort("fixmedins_code", "end", "phar_code")
        .group_by("fixmedins_code", maintain_order=True)
        .agg(pl.col("phar_code").last(), pl.col("end").last())
    )
    gone = pl.when(pl.col("phar_code").is_null()).then(pl.lit("")).otherwise(filled("（最后一名药师{}的登记止于{}）", "phar_code", "end"))
    return (
        bare.join(last, on="fixmedins_code", how="left")
        .with_columns(gone=gone.fill_null(""))
        .select(
            "fixmedins_code",
            "occurred_from",
            "occurred_to",
            strength=(0.3 + 0.002 * pl.col("days")).clip(upper_bound=0.8),
            evidence=filled(
                "{}至{}共{}个营业日结算医保费用时，药师登记库中本药店没有任何在册药师{}；全市有登记的药店中{}如此。须核对执业药师注册证与在岗记录。",
                "occurred_from",
                "occurred_to",
                "days",
                "gone",
                percent(pl.col("bare") / pl.col("listed")),
            ),
        )
    )
