from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import HAEMODIAFILTRATION
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._dialysis import sessions
from models.wording import percent, yuan


def _modes(t: Tables, p: Params) -> pl.LazyFrame:
    """Outpatient sessions a person, unit and month: all, those of diafiltration, and the lines of the latter in order."""
    del p
    dear = pl.col("stem") == HAEMODIAFILTRATION[:11]
    return (
        sessions(t)
        .filter(~pl.col("inpatient"))
        .sort("time", "bkkp_sn")
        .group_by("fixmedins_code", "psn_no", pl.col("date").dt.truncate("1mo").alias("month"), maintain_order=True)
        .agg(
            pl.col("units").sum(),
            pl.col("bkkp_sn").filter(dear).alias("dear_lines"),
            pl.col("inscp_fen").filter(dear).alias("dear_fen"),
            pl.col("date").filter(dear).min().alias("first"),
            pl.col("date").filter(dear).max().alias("last"),
        )
    )


@rule(
    title_zh="常规以血液透析滤过收费",
    title_en="Haemodiafiltration as routine",
    kind=Kind.DIALYSIS_EXCESS,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000102014000",
    legal_basis=("reg.15", "reg.38.2", "reg.38.4"),
    needs=("fee_list_d",),
    params=("a_month_max", "unit_share_min", "times_city_min"),
    exceptions=("refund",),
    extract=_modes,
)
def haemodiafiltration_as_routine(t: Tables, p: Params) -> pl.LazyFrame:
    """A unit bills the dearer diafiltration for session after session, where it is given now and then elsewhere.

    A person's month is in question above ``a_month_max`` sessions of diafiltration, but only at units where it makes up at least
    ``unit_share_min`` of all sessions and ``times_city_min`` times the other units' share: patients who need it weekly live
    everywhere. At fault are the sessions beyond the limit. One finding a person, unit and month.
    """
    units = (
        t.extracted.group_by("fixmedins_code")
        .agg(pl.col("units").sum().alias("all"), pl.col("dear_lines").list.len().sum().alias("dear"))
        .with_columns(
            share=pl.col("dear") / pl.col("all"),
            city=(pl.col("dear").sum() - pl.col("dear")) / (pl.col("all").sum() - pl.col("all")).clip(lower_bound=1),
        )
        .filter((pl.col("share") >= p["unit_share_min"]) & (pl.col("share") >= p["times_city_min"] * pl.col("city")))
    )
    return (
        t.extracted.filter(pl.col("dear_lines").list.len() > p["a_month_max"])
        .join(units, on="fixmedins_code", how="inner")
        .select(
            "fixmedins_code",
            "psn_no",
            pl.col("dear_lines").list.slice(p["a_month_max"]).alias("bkkp_sns"),
            pl.col("dear_lines").list.head(p["a_month_max"]).alias("related_bkkp_sns"),
            pl.col("first").alias("occurred_from"),
            pl.col("last").alias("occurred_to"),
            evidence=filled(
                "{}该参保人透析{}次，其中血液透析滤过{}次；超出{}次的部分涉及医保范围内金额{}元。本机构血液透析滤过占{}，其他机构为{}。",
                pl.col("month").dt.strftime("%Y年%m月"),
                "units",
                pl.col("dear_lines").list.len(),
                pl.lit(str(p["a_month_max"])),
                yuan(pl.col("dear_fen").list.slice(p["a_month_max"]).list.sum()),
                percent(pl.col("share")),
                percent(pl.col("city")),
            ),
        )
    )
