from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import HAEMODIAFILTRATION, HAEMODIALYSIS
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._dialysis import sessions
from models.rules.conduct._peers import habitual
from models.wording import percent, yuan

#: Rows of the extract: a session of diafiltration; how many sessions of a mode a house has, in all and with a material.
SESSION, COUNT = "session", "count"


def _sessions(t: Tables, p: Params) -> pl.LazyFrame:
    """Sessions of diafiltration with their materials (``items``), and a house's sessions of each mode, in all and with each material.

    Judged are days with one session: of two nobody can tell whose the materials are. A material is its generic class.
    """
    del p
    day = ["mdtrt_id", "date"]
    mode = pl.col("stem").replace_strict({HAEMODIAFILTRATION[:11]: "dear", HAEMODIALYSIS[:11]: "plain"}, default=None, return_dtype=pl.String)
    alone = sessions(t).with_columns(mode=mode).filter((pl.len().over(day) == 1) & (pl.col("units") == 1) & pl.col("mode").is_not_null())
    materials = (
        t.lines.filter((pl.col("list_type") == "301") & (pl.col("cnt") > 0))
        .join(alone.select(day), on=day, how="semi")
        .select(
            *day,
            item=t.of_item(
                pl.coalesce(pl.when(pl.col("hilist_code").str.starts_with("C")).then(pl.col("hilist_code").str.slice(0, 10)), "hilist_name")
            ),
            name="hilist_name",
        )
        .group_by(*day, "item")
        .agg(pl.col("name").min())
    )
    known = t.computed(alone.join(materials.group_by(day).agg(pl.col("item").sort()), on=day, how="left").rename({"item": "items"}))
    per_mode = ["fixmedins_code", "mode"]
    counted = pl.lit(COUNT)
    with_item = (
        known.join(materials, on=day)
        .group_by(*per_mode, "item")
        .agg(pl.len().cast(pl.Int64).alias("n"), pl.col("name").min())
        .with_columns(row=counted)
    )
    every = known.group_by(per_mode).agg(pl.len().cast(pl.Int64).alias("n"), pl.col("inscp_fen").median().alias("usual_fen"))
    dear = known.filter(pl.col("mode") == "dear").select(
        "bkkp_sn", "mdtrt_id", "setl_id", "psn_no", "fixmedins_code", "date", "inscp_fen", "fund_fen", "items", row=pl.lit(SESSION)
    )
    return pl.concat([dear, with_item, every.with_columns(row=counted)], how="diagonal")


@rule(
    title_zh="以透析滤过收费而未用滤过器",
    title_en="Diafiltration billed without its filter",
    kind=Kind.ITEM_SWAP,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "reg.38.4"),
    needs=("fee_list_d",),
    params=(
        "with_share_min",
        "without_share_max",
        "sessions_elsewhere_min",
        "sessions_min",
        "times_city_min",
        "usual_floor",
        "chance_max",
        "trim_share",
    ),
    exceptions=("refund",),
    extract=_sessions,
)
def diafiltration_without_filter(t: Tables, p: Params) -> pl.LazyFrame:
    """Haemodiafiltration billed for a session whose materials are those of plain dialysis: the cheaper treatment was given.

    Which materials tell the two apart is learned from the other houses' sessions, ``sessions_elsewhere_min`` of either sort at least: the
    filter is in ``with_share_min`` of their sessions of diafiltration and at most ``without_share_max`` of those of plain dialysis; the
    dialyser is in as many of the plain ones and missing in as many of the others. Where the city's houses use one membrane for both, or bill
    materials within the price, nothing tells them apart and nobody is accused. A session is at fault when it bears the dialyser and no filter.
    A filter booked on the wrong visit is a slip: a house answers from ``sessions_min`` such sessions on, at ``times_city_min`` times the
    other houses' share (the highest ``trim_share`` of them left out, at least ``usual_floor``) and more than chance allows (``chance_max``).
    One finding a person and month; the amount is what the session was billed above the house's own plain dialysis. An honest answer would be
    the record of the machine, which shows the volume exchanged, and the purchase of filters billed within the session's price.
    """
    rows = t.extracted
    modes = (
        rows.filter((pl.col("row") == COUNT) & pl.col("item").is_null())
        .group_by("fixmedins_code", "mode")
        .agg(pl.col("n").sum().alias("all"), pl.col("usual_fen").median())
    )
    with_item = (
        rows.filter((pl.col("row") == COUNT) & pl.col("item").is_not_null())
        .group_by("fixmedins_code", "mode", "item")
        .agg(pl.col("n").sum(), pl.col("name").min())
    )
    judged = rows.filter(pl.col("row") == SESSION).select(
        "fixmedins_code", "bkkp_sn", "mdtrt_id", "setl_id", "psn_no", "date", "inscp_fen", "fund_fen", "items"
    )
    # every house against the sessions of all others: those of the city less its own
    city = modes.group_by("mode").agg(pl.col("all").sum().alias("city_all"))
    city_item = with_item.group_by("mode", "item").agg(pl.col("n").sum().alias("city_n"), pl.col("name").min())
    houses = judged.select("fixmedins_code").unique()
    share = (
        houses.join(city_item, how="cross")
        .join(city, on="mode")
        .join(modes.select("fixmedins_code", "mode", "all"), on=["fixmedins_code", "mode"], how="left")
        .join(with_item.select("fixmedins_code", "mode", "item", "n"), on=["fixmedins_code", "mode", "item"], how="left")
        .with_columns(others=pl.col("city_all") - pl.col("all").fill_null(0), theirs=pl.col("city_n") - pl.col("n").fill_null(0))
        .with_columns(share=pl.col("theirs") / pl.col("others").clip(lower_bound=1))
    )
    dear, plain = pl.col("mode") == "dear", pl.col("mode") == "plain"
    enough = modes.join(city, on="mode").select("fixmedins_code", "mode", others=pl.col("city_all") - pl.col("all"))
    known = (
        houses.join(enough.filter(dear).select("fixmedins_code", dear_others="others"), on="fixmedins_code")
        .join(enough.filter(plain).select("fixmedins_code", plain_others="others"), on="fixmedins_code")
        .filter((pl.col("dear_others") >= p["sessions_elsewhere_min"]) & (pl.col("plain_others") >= p["sessions_elsewhere_min"]))
        .select("fixmedins_code")
    )
    told = (
        share.join(known, on="fixmedins_code")
        .group_by("fixmedins_code", "item")
        .agg(
            pl.col("name").min(),
            dear=pl.col("share").filter(dear).sum(),
            plain=pl.col("share").filter(plain).sum(),
        )
        .with_columns(
            filters=(pl.col("dear") >= p["with_share_min"]) & (pl.col("plain") <= p["without_share_max"]),
            dialysers=(pl.col("plain") >= p["with_share_min"]) & (pl.col("dear") <= 1 - p["with_share_min"]),
        )
        .group_by("fixmedins_code")
        .agg(
            pl.col("item").filter("filters").alias("filters"),
            pl.col("item").filter("dialysers").alias("dialysers"),
            pl.col("name").filter("filters").sort().str.join("、").alias("filter_names"),
            pl.col("name").filter("dialysers").sort().str.join("、").alias("dialyser_names"),
            pl.col("dear").filter("filters").max().alias("usual_share"),
        )
        .filter((pl.col("filters").list.len() > 0) & (pl.col("dialysers").list.len() > 0))
    )
    items = pl.col("items").fill_null([])
    odd = judged.join(told, on="fixmedins_code").with_columns(
        lacking=(items.list.set_intersection("filters").list.len() == 0) & (items.list.set_intersection("dialysers").list.len() > 0)
    )
    per_house = odd.group_by("fixmedins_code").agg(pl.len().alias("sessions"), pl.col("lacking").sum().alias("without"))
    habit = habitual(per_house, "without", "sessions", p, least="sessions_min")
    own = modes.filter(plain).select("fixmedins_code", "usual_fen")
    excess = (pl.col("inscp_fen") - pl.col("usual_fen").fill_null(0)).clip(lower_bound=0)
    return (
        odd.filter("lacking")
        .join(habit, on="fixmedins_code")
        .join(own, on="fixmedins_code", how="left")
        .with_columns(excess=excess.round().cast(pl.Int64))
        .with_columns(lost=(pl.col("fund_fen") * pl.col("excess") / pl.col("inscp_fen").clip(lower_bound=1)).round().cast(pl.Int64))
        .sort("date", "bkkp_sn")
        .group_by("fixmedins_code", "psn_no", pl.col("date").dt.truncate("1mo").alias("month"), maintain_order=True)
        .agg(
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("excess").sum(),
            pl.col("lost").sum(),
            pl.col("filter_names", "dialyser_names", "usual_share", "sessions", "without", "others").first(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            amount_fen="excess",
            loss_fen="lost",
            strength=(0.4 + pl.col("without") / pl.col("sessions") / 2).clip(upper_bound=0.9),
            evidence=filled(
                "{}以血液透析滤过收费{}次，所用耗材为普通透析的{}，未见{}（其他机构透析滤过{}使用）；高于本机构血液透析价格的部分{}元。本机构{}次透析滤过中{}次如此，其他机构为{}。",
                pl.col("month").dt.strftime("%Y年%m月"),
                pl.col("bkkp_sns").list.len(),
                "dialyser_names",
                "filter_names",
                percent(pl.col("usual_share")),
                yuan(pl.col("excess")),
                "sessions",
                "without",
                percent(pl.col("others")),
            ),
        )
    )
