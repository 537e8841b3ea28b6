from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._points import limited_lines
from models.wording import percent, yuan


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """Per institution and candidate pair: days of the service, how many of them with the consumable, and its worth."""
    extras = limited_lines(t, "医疗服务项目与医用耗材重复收费").filter(pl.col("list_type") == "301")
    pairs = extras.select("point_id", "item_name", "partner").unique("point_id").explode("partner")
    bases = pairs.select("partner").unique().collect(engine=t.engine)["partner"].to_list()
    if not bases:
        bases = ["none"]
    services = (
        t.lines.filter(t.of_item(pl.col("hilist_code").str.contains("^(?:" + "|".join(bases) + ")")))
        .select("fixmedins_code", "mdtrt_id", "date", "hilist_code")
        .unique()
    )
    days = (
        services.join(pairs, how="cross")
        .filter(pl.col("hilist_code").str.starts_with(pl.col("partner")))
        .select("fixmedins_code", "mdtrt_id", "date", "point_id", "item_name")
        .unique()
    )
    used = extras.group_by("mdtrt_id", "date", "point_id").agg(
        fen=pl.col("inscp_fen").sum(), loss=pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).sum()
    )
    return (
        days.join(used, on=["mdtrt_id", "date", "point_id"], how="left")
        .group_by("fixmedins_code", "point_id", "item_name")
        .agg(
            n=pl.len(),
            with_it=pl.col("fen").is_not_null().sum(),
            fen=pl.col("fen").sum(),
            loss=pl.col("loss").sum(),
            first=pl.col("date").min(),
            last=pl.col("date").max(),
        )
    )


@rule(
    title_zh="医疗服务项目与医用耗材重复收费",
    title_en="Consumable that the service includes",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    params=("services_min", "peers_min", "share_min", "others_share_max"),
    exceptions=("refund", "self_paid"),
    extract=_extract,
)
def consumable_in_service(t: Tables, p: Params) -> pl.LazyFrame:
    """An institution bills a consumable beside nearly every service of a kind, when hardly any other institution of the city does: here the
    price of the service includes it.

    Whether a price includes a consumable is a provincial decision that the data show better than any list: where most hospitals bill it, it
    is chargeable, and nobody is found. The candidates (needles, tubes, electrodes, films …) come from the knowledge table.
    """
    summed = (
        t.extracted.group_by("fixmedins_code", "point_id", "item_name")
        .agg(pl.col("n").sum(), pl.col("with_it").sum(), pl.col("fen").sum(), pl.col("loss").sum(), pl.col("first").min(), pl.col("last").max())
        .filter(pl.col("n") >= p["services_min"])
        .with_columns(share=pl.col("with_it") / pl.col("n"))
    )
    against = summed.with_columns(
        peers=pl.len().over("point_id"), others=((pl.col("with_it").sum() - pl.col("with_it")) / (pl.col("n").sum() - pl.col("n"))).over("point_id")
    )
    odd = against.filter((pl.col("peers") >= p["peers_min"]) & (pl.col("share") >= p["share_min"]) & (pl.col("others") <= p["others_share_max"]))
    return odd.select(
        "fixmedins_code",
        occurred_from="first",
        occurred_to="last",
        amount_fen="fen",
        loss_fen="loss",
        evidence=filled(
            "{}至{}开展的项目{}次中{}次另收耗材（{}，{}），本市其他{}家机构仅{}另收，金额{}元。",
            "first",
            "last",
            "n",
            "with_it",
            "item_name",
            percent(pl.col("share")),
            pl.col("peers") - 1,
            percent(pl.col("others")),
            yuan(pl.col("fen")),
        ),
    )
