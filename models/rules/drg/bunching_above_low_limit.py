from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.therapy_cycle import therapy_cycle
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._bunching import bunched
from models.run_rules import empty_hits
from models.wording import percent, yuan


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """DRG stays whose fee lies near the limit below which they are paid by item, as a multiple of their standard."""
    multiple = pl.col("fee_fen") / pl.col("pay_std_fen")
    stays = therapy_cycle.clear(t.stays.filter((pl.col("hi_paymtd") == "4") & (pl.col("pay_std_fen") > 0) & pl.col("settled")), t, p)
    return stays.select(
        "mdtrt_id", "fixmedins_code", "end_date", "fee_fen", "pay_std_fen", multiple=multiple, stratum=pl.col("drg_code").str.slice(0, 3)
    ).filter(pl.col("multiple").is_between(p["low_multiple"] * (1 - p["window"]), p["low_multiple"] * (1 + p["window"]), closed="left"))


@rule(
    title_zh="费用聚集于低倍率界限之上",
    title_en="Fees bunching just above the low-outlier limit",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.38.7", "impl.23", "impl.35"),
    needs=("drg_setl_d", "fee_list_d"),
    params=("low_multiple", "window", "cases_min", "chance_max", "share_over_peers_min"),
    exceptions=("therapy_cycle",),
    extract=_extract,
)
def bunching_above_low_limit(t: Tables, p: Params) -> pl.LazyFrame:
    """Short, cheap stays are filled up until they earn the full standard instead of payment by item.

    A stay below ``low_multiple`` of its standard is paid by item, one just above it the whole standard. Honest fees run smoothly through
    the limit: of the stays in a narrow window around it some share lies above, at every hospital about the same. The test compares a
    hospital's share above with that of the other hospitals' stays of the same ADRGs (binomial), so that neither the shape of the fees nor
    rounding matters, nor a hospital's speciality. Treatment in cycles is left out: one course of chemotherapy costs the same each time, so
    that a few patients make a crowd. An honest hospital may show a package price or a clinical pathway that happens to end there.
    """
    near = t.extracted.collect()
    if near.is_empty():
        return empty_hits()
    found = bunched(near.with_columns(past=pl.col("multiple") >= p["low_multiple"], gain_fen=pl.col("pay_std_fen") - pl.col("fee_fen")), p)
    return (
        found.with_columns(loss_fen=(pl.col("excess") * pl.col("gain")).round().cast(pl.Int64))
        .lazy()
        .select(
            "fixmedins_code",
            "occurred_from",
            "occurred_to",
            amount_fen="loss_fen",
            loss_fen="loss_fen",
            evidence=filled(
                "付费标准{}倍（低倍率界限）附近{}%范围内的病例{}例，其中{}例（{}）刚好越过界限而按全额标准付费，其他机构{}例中按病组构成应占{}，"
                "偶然出现的概率不足{}；超出部分约{}例，按平均差额{}元估算。",
                pl.lit(p["low_multiple"]),
                pl.lit(round(p["window"] * 100)),
                "n",
                "past",
                percent(pl.col("past") / pl.col("n")),
                "rest",
                percent(pl.col("share")),
                pl.lit(p["chance_max"]),
                pl.col("excess").cast(pl.Int64),
                yuan(pl.col("gain").round().cast(pl.Int64)),
            ),
        )
    )
