from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._physicians import billed_by_day, registrations
from models.wording import yuan


def _after(t: Tables, p: Params) -> pl.LazyFrame:
    """What those who had left ordered afterwards, with ``begun``: the first day of this bucket's data."""
    left = registrations(t).filter(pl.col("left").is_not_null())
    return (
        billed_by_day(t, left)
        .join(t.lines.select(pl.col("date").min().alias("begun")), how="cross")
        .join(left.select("dr_code", "fixmedins_code", "left"), on=["dr_code", "fixmedins_code"], how="inner")
        .filter(pl.col("date") > pl.col("left").dt.offset_by(f"{p['grace_days']}d"))
    )


@rule(
    title_zh="医师离职后仍开单收费",
    title_en="Physician billing after leaving",
    kind=Kind.LICENCE_RENTAL,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.2", "reg.40.3"),
    needs=("dr_info_b", "fee_list_d"),
    params=("grace_days", "days_min", "seen_before_days", "kept_up_share_max", "houses_doubt_min"),
    exceptions=("refund",),
    extract=_after,
    version="2",
)
def physician_after_leaving(t: Tables, p: Params) -> pl.LazyFrame:
    """Orders in the name of a physician who had left the institution.

    Counted from ``grace_days`` after the registered day of leaving (standing orders run on, registers lag), on at least
    ``days_min`` days. Who is registered there again, or still by another row, has not left. One finding a physician and
    institution. A leaving within the data, ``seen_before_days`` after they begin, is believed. An older one is believed only where
    the register is kept up: of all physicians who left before, at most ``kept_up_share_max`` are still billed where they left;
    else those entries are what nobody tended. Whom ``houses_doubt_min`` houses or more go on billing still works somewhere: then the entry
    may be wrong, which the evidence says and which weighs little. An honest answer would be a wrong date in the register, a retired physician called
    back without an entry, or an unchanged log-in of the successor.
    """
    begun = t.extracted.select(pl.col("begun").min().dt.offset_by(f"{p['seen_before_days']}d"))
    older = registrations(t).join(begun, how="cross").filter(pl.col("left") < pl.col("begun")).select(pl.len().alias("older"))
    orders = t.extracted.drop("begun").join(begun, how="cross").join(older, how="cross").with_columns(old=pl.col("left") < pl.col("begun"))
    still = pl.struct("dr_code", "fixmedins_code").filter(pl.col("old")).n_unique()
    return (
        orders.filter(~pl.col("old") | (still <= pl.col("older") * p["kept_up_share_max"]))
        .group_by("dr_code", "fixmedins_code", "left")
        .agg(
            pl.col("bkkp_sn").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("date").n_unique().alias("days"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
        .filter(pl.col("days") >= p["days_min"])
        # whom several houses go on billing still works, and the entry may be wrong
        .with_columns(doubt=pl.col("fixmedins_code").n_unique().over("dr_code") >= p["houses_doubt_min"])
        .select(
            "fixmedins_code",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + 0.02 * pl.col("days")).clip(upper_bound=0.95) * pl.when("doubt").then(0.3).otherwise(1.0),
            evidence=filled(
                "医师{}登记于{}离职，此后{}至{}仍有{}天以其名义开单{}条，涉及医保范围内金额{}元。{}",
                "dr_code",
                "left",
                "occurred_from",
                "occurred_to",
                "days",
                pl.col("bkkp_sns").list.len(),
                yuan(pl.col("worth")),
                pl.when("doubt").then(pl.lit("多家机构均仍以其名义开单，须先核实离职登记是否有误。")).otherwise(pl.lit("")),
            ),
        )
    )
