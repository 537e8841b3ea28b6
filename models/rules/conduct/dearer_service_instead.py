from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules._for_everybody import block
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import houses
from models.wording import percent, yuan


def uses_of_families(t: Tables, p: Params) -> pl.LazyFrame:
    """Visit × item of the families of services that can stand for one another: lines, how often, fees."""
    services = t.lines.filter(t.of_item(pl.col("hilist_code").str.starts_with("0")) & (pl.col("etip_flag").fill_null("0") != "1"))
    family = pl.lit(None, pl.String)
    for name, pattern in p["families"].items():
        family = pl.when(pl.col("hilist_name").str.contains(pattern)).then(pl.lit(name)).otherwise(family)
    # each name is read once, not once a line
    named = services.select(pl.col("hilist_name").unique()).with_columns(family=family).drop_nulls("family")
    return (
        services.filter(pl.col("main_dx").is_not_null())
        .join(named, on="hilist_name", how="inner", maintain_order="left")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "inpatient", "main_dx", "family", "hilist_code")
        .agg(
            pl.col("hilist_name").first(),
            pl.col("bkkp_sn"),
            pl.col("cnt").sum(),
            pl.col("fee_fen").sum(),
            pl.col("inscp_fen").sum(),
            pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).sum().alias("paid_fen"),
            pl.col("date").min().alias("first"),
            pl.col("date").max().alias("last"),
        )
    )


@rule(
    title_zh="以较贵的同类项目代替通常项目收费",
    title_en="The dearer of two services instead of the usual one",
    kind=Kind.ITEM_SWAP,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.4", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "chance_max",
        "dear_share_min",
        "families",
        "odds_times_min",
        "peer_uses_min",
        "points_above_min",
        "price_times_min",
        "trim_share",
        "usual_floor",
        "uses_min",
    ),
    exceptions=("refund",),
    extract=uses_of_families,
)
def dearer_service_instead(t: Tables, p: Params) -> pl.LazyFrame:
    """Where other houses do the usual service, this one bills its dearer relation.

    The ``families`` are services that the national problem lists name as swapped for one another (methods of one assay, sizes of dressings,
    kinds of electrocardiogram, of acupuncture, of physiotherapy, of imaging). In each the usual member is the one the city bills most often;
    dear are members whose median price is at least ``price_times_min`` times that of the usual one. A use is a visit with a member of the
    family; held against each other are the shares of dear uses, at houses of the same tier, in or out of hospital, for the same disease group
    (the highest ``trim_share`` of houses left out, at least ``peer_uses_min`` uses of others), so that a house with graver patients is
    expected to use the dear one more. Found are houses with at least ``uses_min`` dear uses that are ``dear_share_min`` of theirs, lie
    ``points_above_min`` above the expected, at ``odds_times_min`` times its odds (a taste shifts the choice, a swap makes the usual service
    vanish), and beyond chance (binomial, ``chance_max``; the expected as at least ``usual_floor``). The loss is what the dear service costs
    beyond the usual one. An honest house would show the device's purchase and the reports.
    """
    uses = t.extracted
    price = uses.group_by("family", "hilist_code").agg(
        price=(pl.col("fee_fen") / pl.col("cnt")).median(), volume=pl.col("cnt").sum(), name=pl.col("hilist_name").first()
    )
    usual = price.sort("volume", "hilist_code", descending=[True, False]).group_by("family", maintain_order=True).first()
    usual = usual.select("family", usual_price="price", usual_name="name")
    dear = price.join(usual, on="family").filter(pl.col("price") >= p["price_times_min"] * pl.col("usual_price"))
    marked = uses.join(dear.select("family", "hilist_code", "usual_price", "usual_name"), on=["family", "hilist_code"], how="left")
    marked = marked.with_columns(dear=pl.col("usual_price").is_not_null())
    tier = houses(t).select("fixmedins_code", "tier")
    visits = marked.group_by("fixmedins_code", "mdtrt_id", "main_dx", "inpatient", "family").agg(pl.col("dear").any()).with_columns(block=block())
    group = ["tier", "inpatient", "family", "block"]
    per_group = (
        visits.join(tier, on="fixmedins_code", how="left")
        .group_by("fixmedins_code", *group)
        .agg(uses=pl.len(), dear_uses=pl.col("dear").sum())
        .with_columns(
            peers=pl.col("uses").sum().over(group) - pl.col("uses"),
            usual=others_rate(pl.col("dear_uses"), pl.col("uses"), p["trim_share"], over=group),
        )
        .filter(pl.col("peers") >= p["peer_uses_min"])
    )
    house = (
        per_group.group_by("fixmedins_code", "inpatient", "family")
        .agg(
            expected=((pl.col("usual") * pl.col("uses")).sum() / pl.col("uses").sum()),
            uses=pl.col("uses").sum(),
            dear_uses=pl.col("dear_uses").sum(),
        )
        .with_columns(share=pl.col("dear_uses") / pl.col("uses"), rate=pl.col("expected").clip(p["usual_floor"]))
        .with_columns(chance=at_least("dear_uses", "uses", "rate"))
        .filter(
            (pl.col("dear_uses") >= p["uses_min"])
            & (pl.col("share") >= p["dear_share_min"])
            & (pl.col("share") - pl.col("rate") >= p["points_above_min"])
            & (_odds("share") >= p["odds_times_min"] * _odds("rate"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .drop("rate", "chance")
    )
    beyond = (1 - pl.col("usual_price") * pl.col("cnt") / pl.col("fee_fen")).clip(0.0, 1.0)
    said = filled(
        "{}（{}次，每次较{}多收{}元；该院同类项目{}次就诊中{}为较贵项目，同级机构同病种为{}）",
        "hilist_name",
        pl.col("cnt").cast(pl.Int64),
        "usual_name",
        yuan(((pl.col("fee_fen") - pl.col("usual_price") * pl.col("cnt")) / pl.col("cnt")).round().cast(pl.Int64)),
        "uses",
        percent(pl.col("share")),
        percent(pl.col("expected")),
    )
    return (
        marked.filter("dear")
        .join(house, on=["fixmedins_code", "inpatient", "family"])
        .with_columns(said=said, over=(pl.col("paid_fen") * beyond))
        .sort("mdtrt_id", "family", "hilist_code")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", maintain_order=True)
        .agg(
            bkkp_sns=pl.col("bkkp_sn").explode(),
            occurred_from=pl.col("first").min(),
            occurred_to=pl.col("last").max(),
            said=pl.col("said").str.join("；"),
            loss_fen=pl.col("over").sum().round().cast(pl.Int64),
            gap=(pl.col("share") - pl.col("expected")).max(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            "loss_fen",
            strength=(0.3 + 0.6 * pl.col("gap")).clip(0.4, 0.9),
            evidence=filled("本次就诊收取{}。须核对设备、试剂购进和检查治疗记录。", "said"),
        )
    )


def _odds(share: str) -> pl.Expr:
    return pl.col(share) / (1 - pl.col(share)).clip(0.01)
