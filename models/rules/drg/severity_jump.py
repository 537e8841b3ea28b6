from __future__ import annotations

import numpy as np
import polars as pl
from scipy import stats

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._payment import grouped_cases, scheme_in_use
from models.run_rules import empty_hits
from models.wording import percent

_SURE = 1.645


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """Every settlement list of an ADRG that is split by severity: hospital, month, ADRG, severe or not by the grouper, fee, DRG-paid or not."""
    scheme = scheme_in_use()
    split = scheme.drg.group_by("adrg").len().filter(pl.col("len") > 1).lazy().select("adrg")
    severe = scheme.drg.lazy().select("drg_code", "needs")
    stays = t.stays.filter(pl.col("settled") & pl.col("end_date").is_not_null()).select(
        "mdtrt_id", "fixmedins_code", "end_date", "fee_fen", "hi_paymtd"
    )
    lists = t.raw("mdcs_fund_setl_list_d").select(case_id="setl_id", mdtrt_id="mdtrt_id").unique("case_id", keep="first")
    return (
        grouped_cases(t)
        .select("case_id", "adrg", "drg_code")
        .join(split, on="adrg", how="semi")
        .join(severe, on="drg_code")
        .join(lists, on="case_id")
        .join(stays, on="mdtrt_id")
        .select("fixmedins_code", "adrg", "end_date", "fee_fen", severe=pl.col("needs") != "all", by_group=pl.col("hi_paymtd") == "4")
    )


@rule(
    title_zh="实行按病组付费后并发症合并症编码骤增",
    title_en="Complications coded far more often since payment by group",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201003000",
    legal_basis=("reg.38.7", "impl.23"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d", "fee_list_d"),
    params=("cases_min", "chance_max", "excess_min", "cost_ratio_max"),
    extract=_extract,
)
def severity_jump(t: Tables, p: Params) -> pl.LazyFrame:
    """Since a hospital is paid by group its patients are coded far sicker, but they do not cost more.

    Three things must come together. The share of cases with MCC or CC is, given the ADRGs, above what the city's other hospitals code
    (beyond chance, and by ``excess_min`` of the cases); where the hospital was paid by item before, the share rose since;
    and its severe cases cost, beyond doubt (one-sided 95 %), no more against its plain cases of the same ADRGs than ``cost_ratio_max`` of
    what that difference is elsewhere. Sicker patients cost more; sicker codes do not. The finding is about the institution and carries no sum: single
    cases are priced by ``upcoded_severity``.
    """
    cases = t.extracted.collect()
    if cases.is_empty():
        return empty_hits()
    flag = pl.col("severe").cast(pl.Float64)
    n_other = pl.len().over("adrg") - pl.len().over("adrg", "fixmedins_code")
    severe_other = flag.sum().over("adrg") - flag.sum().over("adrg", "fixmedins_code")
    overall = float(cases.select(flag.mean()).item())
    # expectation from the other hospitals, drawn to the city's share where the ADRG is rare
    frame = cases.with_columns(expected=(severe_other + 5 * overall) / (n_other + 5))
    frame = frame.with_columns(
        relative=pl.col("fee_fen").log() - pl.col("fee_fen").log().filter(~pl.col("severe")).mean().over("adrg", "fixmedins_code")
    )
    plain = frame.filter(~pl.col("severe")).group_by("fixmedins_code").agg(n_plain=pl.len())
    costs = (
        frame.filter("severe")
        .drop_nulls("relative")
        .group_by("fixmedins_code")
        .agg(pl.col("relative").mean(), n_cost=pl.len(), spread_cost=pl.col("relative").std())
        .join(plain, on="fixmedins_code")
        .with_columns(
            # both means are uncertain: the most the severe cases may really cost more
            relative_high=pl.col("relative") + _SURE * pl.col("spread_cost") * (1 / pl.col("n_cost") + 1 / pl.col("n_plain")).sqrt()
        )
    )
    city_cost = float((costs["relative"] * costs["n_cost"]).sum() / max(int(costs["n_cost"].sum()), 1))
    now = (
        frame.filter("by_group")
        .group_by("fixmedins_code")
        .agg(n=pl.len(), severe=flag.sum(), expected=pl.col("expected").sum(), spread=(pl.col("expected") * (1 - pl.col("expected"))).sum(),
             occurred_from=pl.col("end_date").min(), occurred_to=pl.col("end_date").max())
    )  # fmt: skip
    before = (
        frame.filter(~pl.col("by_group"))
        .group_by("fixmedins_code")
        .agg(n_before=pl.len(), share_before=flag.mean(), e_before=pl.col("expected").mean())
    )
    judged = now.join(before, on="fixmedins_code", how="left").join(costs, on="fixmedins_code", how="left")
    z = ((judged["severe"] - judged["expected"] - 0.5) / judged["spread"].sqrt()).to_numpy()
    excess_now = pl.col("severe") / pl.col("n") - pl.col("expected") / pl.col("n")
    excess_before = pl.col("share_before") - pl.col("e_before")
    found = judged.with_columns(chance=pl.Series(stats.norm.sf(np.nan_to_num(z, nan=-9.0)))).filter(
        (pl.col("n") >= p["cases_min"])
        & (pl.col("chance") <= p["chance_max"])
        & (excess_now >= p["excess_min"])
        & ((pl.col("n_before").fill_null(0) < p["cases_min"]) | (excess_now - excess_before >= p["excess_min"]))
        & (pl.col("relative_high") <= p["cost_ratio_max"] * max(city_cost, 0.0))
    )
    history = (
        pl.when(pl.col("n_before").fill_null(0) >= p["cases_min"])
        .then(filled("，实行前{}例中占{}", "n_before", percent(pl.col("share_before"))))
        .otherwise(pl.lit(""))
    )
    return (
        found.sort("fixmedins_code")
        .lazy()
        .select(
            "fixmedins_code",
            "occurred_from",
            "occurred_to",
            amount_fen=pl.lit(0, pl.Int64),
            loss_fen=pl.lit(0, pl.Int64),
            evidence=filled(
                "按病组付费病例{}例中{}例（{}）编有严重并发症或并发症合并症，同样病组在其他机构应为{}{}；"
                "而这些病例费用只比本院同类无并发症病例高{}，全市平均高{}。",
                "n",
                pl.col("severe").cast(pl.Int64),
                percent(pl.col("severe") / pl.col("n")),
                percent(pl.col("expected") / pl.col("n")),
                history,
                percent(pl.col("relative").exp() - 1),
                percent(pl.lit(float(np.exp(city_cost) - 1))),
            ),
        )
    )
