from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._bunching import bunched
from models.run_rules import empty_hits
from models.wording import percent, yuan


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """DRG stays a few days about a limit: which one (``limit``), past it or not, ADRG, and what lies past it earns."""
    # childbed has days of its own by law and custom, and few hospitals have it
    born = pl.col("drg_code").str.slice(0, 1).is_in(["O", "P"]).fill_null(value=False)
    stays = t.stays.filter((pl.col("hi_paymtd") == "4") & (pl.col("pay_std_fen") > 0) & pl.col("settled") & ~born).select(
        "mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "end_date", "los", "fee_fen", "pay_std_fen", "drg_fund_fen",
        stratum=pl.col("drg_code").str.slice(0, 3),
    )  # fmt: skip
    back = (pl.col("begn_date") - pl.col("end_date").shift(1).over("psn_no", "fixmedins_code")).dt.total_days()
    stays = stays.sort("psn_no", "begn_date", "mdtrt_id").with_columns(back=back)
    window = int(p["window_days"])
    parts = [
        _near(stays, pl.col("los"), int(days), window, f"住院满{days}天", pl.col("pay_std_fen") - pl.col("fee_fen")) for days in p["stay_days_from"]
    ] + [_near(stays, pl.col("back"), int(days) + 1, window, f"出院超过{days}天再入院", pl.col("drg_fund_fen")) for days in p["return_days"]]
    return pl.concat(parts)


def _near(stays: pl.LazyFrame, days: pl.Expr, first: int, window: int, limit: str, gain: pl.Expr) -> pl.LazyFrame:
    """The stays whose ``days`` lie within ``window`` of the limit; ``first`` is the first day past it."""
    return stays.filter(days.is_between(first - window, first + window - 1)).select(
        "mdtrt_id", "fixmedins_code", "stratum", "end_date", limit=pl.lit(limit), past=days >= first, gain_fen=gain
    )


@rule(
    title_zh="住院天数或再入院间隔聚集于界限之后",
    title_en="Days bunching just past a limit",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.38.7", "impl.23", "impl.35"),
    needs=("mdtrt_d", "drg_setl_d", "fee_list_d"),
    params=("stay_days_from", "return_days", "window_days", "cases_min", "chance_max", "share_over_peers_min"),
    extract=_extract,
)
def bunching_at_day_limit(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays are kept until the day from which the group is paid in full, or patients called back the day after a return counts anew.

    A stay shorter than ``stay_days_from`` is paid by item, a return within ``return_days`` counts as the same stay. Days honestly run
    smoothly through such a limit. Of a hospital's stays within ``window_days`` on both sides the share past the limit is compared with the
    other hospitals' stays of the same ADRGs (density test), so that neither short surgery nor treatment in cycles matters; childbirth and
    newborns (MDC O and P), with days of their own, are left out. An honest hospital may show a clinical pathway that ends on that day.
    Amount and loss are estimates: the stays in excess times what one past the limit gains (its standard above its fee; for a return what
    the fund paid for it).
    """
    near = t.extracted.collect()
    if near.is_empty():
        return empty_hits()
    parts = [
        bunched(some, p).with_columns(limit=pl.lit(limit))
        for (limit,), some in sorted(near.partition_by("limit", as_dict=True).items(), key=lambda part: str(part[0]))
    ]
    found = pl.concat(parts).with_columns(loss_fen=(pl.col("excess") * pl.col("gain").fill_null(0.0)).round().cast(pl.Int64))
    return (
        found.sort("fixmedins_code", "limit")
        .lazy()
        .select(
            "fixmedins_code",
            "occurred_from",
            "occurred_to",
            amount_fen="loss_fen",
            loss_fen="loss_fen",
            evidence=filled(
                "在“{}”界限前后{}天内的按病组付费病例{}例，其中{}例（{}）刚好在界限之后；其他机构同样病组{}例中按构成应占{}，"
                "偶然出现的概率不足{}；超出部分约{}例，按平均差额{}元估算。",
                "limit",
                pl.lit(int(p["window_days"])),
                "n",
                "past",
                percent(pl.col("past") / pl.col("n")),
                "rest",
                percent(pl.col("share")),
                pl.lit(p["chance_max"]),
                pl.col("excess").cast(pl.Int64),
                yuan(pl.col("gain").fill_null(0.0).round().cast(pl.Int64)),
            ),
        )
    )
