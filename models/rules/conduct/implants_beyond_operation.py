from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.wording import count, yuan


def _implants(t: Tables, p: Params) -> pl.LazyFrame:
    """One row a stay × implant: how many pieces, under which main and second operation (4 characters of the code)."""
    operation = (
        t.operations.sort("mdtrt_id", "main_oprn_flag", "oprn_oprt_code", descending=[False, True, False])
        .group_by("mdtrt_id", maintain_order=True)
        .agg(
            pl.col("oprn_oprt_code").str.slice(0, 4).first().alias("operation"),
            pl.col("oprn_oprt_code").str.slice(0, 4).get(1, null_on_oob=True).alias("second"),
            pl.col("oprn_oprt_name").first(),
            pl.len().alias("operations"),
        )
    )
    return (
        t.lines.filter(pl.col("inpatient") & t.of_item((pl.col("list_type") == "301") & pl.col("hilist_name").str.contains(p["implants"])))
        .sort("time", "bkkp_sn")
        # generic consumable: class, name and feature without maker and serial number
        .with_columns(item=pl.when(pl.col("hilist_code").str.starts_with("C")).then(pl.col("hilist_code").str.slice(0, 10)).otherwise("hilist_name"))
        .group_by("mdtrt_id", "item", maintain_order=True)
        .agg(
            pl.col("fixmedins_code", "psn_no", "hilist_name", "case_paid").first(),
            pl.col("cnt").sum(),
            pl.col("cnt").alias("counts"),
            pl.col("bkkp_sn"),
            pl.col("inscp_fen").alias("inscps"),
            pl.col("fund_fen").alias("funds"),
            pl.col("date").min().alias("first"),
            pl.col("date").max().alias("last"),
        )
        .join(operation, on="mdtrt_id", how="left")
    )


@rule(
    title_zh="植入耗材数量超过手术需要",
    title_en="Implants beyond the operation",
    kind=Kind.IMPLANT_EXCESS,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000303003000",
    legal_basis=("reg.15", "reg.38.4", "reg.40.3"),
    needs=("fee_list_d", "mdcs_fund_setl_list_oprn_d"),
    params=(
        "implants",
        "peer_stays_min",
        "times_peers_min",
        "times_anywhere_min",
        "pieces_above_min",
        "anatomy_max",
        "usual_pieces",
        "lawful_pieces",
    ),
    exceptions=("refund",),
    extract=_implants,
)
def implants_beyond_operation(t: Tables, p: Params) -> pl.LazyFrame:
    """More implants billed in a stay than its operation takes in, beside what other stays with that operation need.

    The measure is the median of the same generic implant over stays with the same main operation (four characters) at other
    hospitals, at least ``peer_stays_min`` of them. At fault is a stay with at least ``times_peers_min`` times the median and
    ``pieces_above_min`` pieces more, or more than the body has room for (``anatomy_max``, pieces by name, whatever the
    operation), or, where few had the operation, at least ``times_anywhere_min`` times what nine in ten stays with
    that implant at other hospitals need (where these are few too, ``usual_pieces``, by name). A second operation that takes
    the same implant is allowed what it usually needs on top; stays with more than two are measured by the body only. Screws count
    from more than a long plate has holes (``lawful_pieces``, by name). The lines billed
    last are at fault, as many as the excess needs; the amount is the excess pieces' share of them. One finding a stay.
    """
    every = t.extracted.filter(pl.col("cnt") > 0)
    pair = every.select("operation", "item", "mdtrt_id", "fixmedins_code", "cnt").drop_nulls("operation")
    peers = (
        every.join(pair, on=["operation", "item"], how="inner", suffix="_peer")
        .filter(pl.col("fixmedins_code") != pl.col("fixmedins_code_peer"))
        .group_by("mdtrt_id", "item")
        .agg(pl.col("cnt_peer").median().alias("usual"), pl.len().alias("peers"))
    )
    # two broken bones take two plates: what the second operation needs is allowed beside the first's
    second = (
        every.drop_nulls("second")
        .join(pair, left_on=["second", "item"], right_on=["operation", "item"], how="inner", suffix="_peer")
        .filter(pl.col("mdtrt_id") != pl.col("mdtrt_id_peer"))
        .group_by("mdtrt_id", "item")
        .agg(pl.col("cnt_peer").median().alias("usual_second"))
    )
    anywhere = (
        every.join(every.select("item", "mdtrt_id", "fixmedins_code", "cnt"), on="item", how="inner", suffix="_any")
        .filter(pl.col("fixmedins_code") != pl.col("fixmedins_code_any"))
        .group_by("mdtrt_id", "item")
        .agg(pl.col("cnt_any").quantile(0.9, "higher").alias("most_usual"), pl.len().alias("stays"))
    )
    room, norm = _by_name(p["anatomy_max"]), _by_name(p["usual_pieces"])
    # a long plate over a shattered bone takes more screws than most, and no diagnosis code says how shattered it was
    beyond_a_plate = pl.col("cnt") > _by_name(p["lawful_pieces"]).fill_null(0)
    above_peers = (
        beyond_a_plate
        & (pl.col("peers") >= p["peer_stays_min"])
        & (pl.col("operations").fill_null(1) <= 2)
        & (pl.col("cnt") >= pl.col("usual") * p["times_peers_min"])
        & (pl.col("cnt") - pl.col("usual") >= p["pieces_above_min"])
    ).fill_null(value=False)
    above_all = (
        beyond_a_plate
        & (pl.col("stays") >= p["peer_stays_min"])
        & (pl.col("operations").fill_null(1) <= 2)
        & (pl.col("cnt") >= pl.col("most_usual") * p["times_anywhere_min"])
        & (pl.col("cnt") - pl.col("most_usual") >= p["pieces_above_min"])
    ).fill_null(value=False)
    beyond = (
        every.join(peers, on=["mdtrt_id", "item"], how="left")
        .join(anywhere, on=["mdtrt_id", "item"], how="left")
        # where the city shows too few, what such operations usually take stands for the others
        .with_columns(
            most_usual=pl.when(pl.col("stays").fill_null(0) >= p["peer_stays_min"]).then("most_usual").otherwise(norm),
            stays=pl.when(pl.col("stays").fill_null(0) >= p["peer_stays_min"])
            .then("stays")
            .otherwise(pl.when(norm.is_not_null()).then(p["peer_stays_min"])),
        )
        .join(second, on=["mdtrt_id", "item"], how="left")
        .with_columns(
            usual=pl.col("usual") + pl.col("usual_second").fill_null(0.0),
            most_usual=pl.col("most_usual") * pl.when(pl.col("usual_second") > 0).then(2).otherwise(1),
        )
        .with_columns(room=room, above_peers=above_peers, above_all=above_all)
        .with_columns(above_body=(pl.col("cnt") > pl.col("room")).fill_null(value=False))
        .filter(pl.col("above_peers") | pl.col("above_body") | pl.col("above_all"))
        .with_columns(needed=pl.when("above_peers").then(pl.col("usual")).when("above_body").then(pl.col("room")).otherwise(pl.col("most_usual")))
    )
    taken = (
        beyond.select("mdtrt_id", "item", "needed", "counts", "bkkp_sn", "inscps", "funds")
        .explode("counts", "bkkp_sn", "inscps", "funds")
        .with_columns(before=pl.col("counts").cum_sum().over("mdtrt_id", "item") - pl.col("counts"))
        .with_columns(excess=(pl.col("before") + pl.col("counts") - pl.max_horizontal("needed", "before")).clip(lower_bound=0.0))
        .with_columns(faulty=pl.col("excess") > 0)
        .group_by("mdtrt_id", "item")
        .agg(
            pl.col("bkkp_sn").filter("faulty").alias("faulty"),
            pl.col("bkkp_sn").filter(~pl.col("faulty")).alias("rest"),
            (pl.col("inscps") * pl.col("excess") / pl.col("counts")).sum().alias("worth"),
            (pl.col("funds") * pl.col("excess") / pl.col("counts")).sum().alias("loss"),
        )
    )
    measure = (
        pl.when("above_peers")
        .then(filled("同类手术通常{}件", count(pl.col("usual"))))
        .when("above_body")
        .then(filled("人体最多容纳{}件", count(pl.col("room"))))
        .otherwise(filled("此类手术一般不超过{}件", count(pl.col("most_usual"))))
    )
    return (
        beyond.join(taken, on=["mdtrt_id", "item"], how="inner")
        .with_columns(said=filled("{}收{}件、{}", "hilist_name", count(pl.col("cnt")), measure), over=pl.col("cnt") / pl.col("needed"))
        .group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("faulty").list.explode(keep_nulls=False, empty_as_null=False).alias("bkkp_sns"),
            pl.col("rest").list.explode(keep_nulls=False, empty_as_null=False).alias("related_bkkp_sns"),
            pl.col("first").min().alias("occurred_from"),
            pl.col("last").max().alias("occurred_to"),
            pl.col("said").sort_by("item"),
            pl.col("oprn_oprt_name").first(),
            pl.col("worth").sum(),
            pl.when("case_paid").then(0.0).otherwise(pl.col("loss")).sum().alias("loss"),
            pl.col("over").max(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            pl.col("worth").round().cast(pl.Int64).alias("amount_fen"),
            pl.col("loss").round().cast(pl.Int64).alias("loss_fen"),
            strength=(0.3 + 0.2 * pl.col("over")).clip(upper_bound=0.95),
            evidence=filled(
                "本次住院主要手术为“{}”，{}；超出部分医保范围内金额{}元。",
                pl.col("oprn_oprt_name").fill_null("清单未填"),
                pl.col("said").list.join("，"),
                yuan(pl.col("worth").round().cast(pl.Int64)),
            ),
        )
    )


def _by_name(pieces: dict[str, int]) -> pl.Expr:
    """The number of pieces whose pattern the implant's name meets, null when none does."""
    found = pl.lit(None, pl.Float64)
    for name, most in pieces.items():
        found = pl.when(pl.col("hilist_name").str.contains(name)).then(float(most)).otherwise(found)
    return found
