from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import percent, yuan


def _drug_sales(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs sold a pharmacy × day of this bucket: visits and fen within scope."""
    del p
    return (
        t.lines.filter(pl.col("fixmedins_code").str.starts_with("P") & pl.col("hilist_code").str.contains("^[XZ]"))
        .group_by("fixmedins_code", "date")
        .agg(pl.col("mdtrt_id").n_unique().cast(pl.UInt32).alias("visits"), pl.col("inscp_fen").sum())
    )


@rule(
    title_zh="药店无在册药师而继续售药（挂证）",
    title_en="Pharmacy sells drugs without a registered pharmacist",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15",),
    needs=("phar_info_b", "fee_list_d"),
    params=("days_min", "lapsed_share_max"),
    exceptions=("refund",),
    extract=_drug_sales,
)
def no_valid_pharmacist(t: Tables, p: Params) -> pl.LazyFrame:
    """A pharmacy goes on selling drugs after the last of its registered pharmacists has left or the last registration has expired.

    A registration runs from ``reg_time`` to the day of leaving, else of expiry. Only pharmacies that the register knows at all are
    judged, and none when more than ``lapsed_share_max`` of the city's pharmacies would be struck: the register is then out of date. At least
    ``days_min`` days of sales make a finding. It bears no amount: the drugs were sold, though nobody was there to answer for them.
    An honest answer would be a renewal that the register has not yet taken in.
    """
    until = (
        t.raw("phar_info_b")
        .filter(pl.col("pracins_no").str.starts_with("P"))
        .with_columns(end=pl.min_horizontal(pl.col("nemp_time").dt.date(), pl.col("expy_endtime").dt.date()).fill_null(pl.date(9999, 12, 31)))
        .group_by(pl.col("pracins_no").alias("fixmedins_code"))
        .agg(pl.col("end").max(), pl.col("phar_code").sort_by("end").last())
    )
    sales = t.extracted.group_by("fixmedins_code", "date").agg(pl.col("visits", "inscp_fen").sum()).join(until, on="fixmedins_code", how="inner")
    houses = sales.group_by("fixmedins_code", "end", "phar_code").agg(
        (pl.col("date") > pl.col("end")).sum().alias("days"),
        pl.col("date").filter(pl.col("date") > pl.col("end")).min().alias("occurred_from"),
        pl.col("date").max().alias("occurred_to"),
        pl.col("visits").filter(pl.col("date") > pl.col("end")).sum(),
        pl.col("inscp_fen").filter(pl.col("date") > pl.col("end")).sum().alias("worth"),
    )
    struck = houses.with_columns(lapsed=(pl.col("days") >= p["days_min"])).with_columns(lapsed_share=pl.col("lapsed").mean())
    return struck.filter(pl.col("lapsed") & (pl.col("lapsed_share") <= p["lapsed_share_max"])).select(
        "fixmedins_code",
        "occurred_from",
        "occurred_to",
        strength=pl.lit(0.6),
        evidence=pl.format(
            "药师登记中本机构最后一名药师（{}）的登记至{}止，此后{}至{}仍有{}天、{}人次结算药品，医保范围内金额{}元；全市药店中{}存在此情形。",
            "phar_code",
            "end",
            "occurred_from",
            "occurred_to",
            "days",
            "visits",
            yuan(pl.col("worth")),
            percent(pl.col("lapsed_share")),
        ),
    )
