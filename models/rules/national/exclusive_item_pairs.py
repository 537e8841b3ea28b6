from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.knowledge.load import knowledge_of
from models.rule import rule
from models.rules.national._points import per_visit

#: judged by haemoperfusion_with_dialysis, which knows sessions
HAEMODIALYSIS_STEM = "00311000006"


@rule(
    title_zh="医疗服务项目重复收费",
    title_en="Items that include each other",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="definite",
    scope="person",
    gz_code="GZ10000102012000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("fee_list_d",),
    exceptions=("refund", "self_paid"),
)
def exclusive_item_pairs(t: Tables, p: Params) -> pl.LazyFrame:
    """An item billed beside another whose content already includes it (900 official pairs): the included item is at fault, the including one
    makes it so.

    Both must lie in one visit and on one day, whatever the window of the pair: an operation of another day is another session. Pairs with a
    window of hours are held to it. As many included items fall as there were including ones, so that a further session on the same day keeps
    its own. Haemoperfusion with dialysis has its own rule.
    """
    k = knowledge_of(t)
    pairs = k.pairs.filter(~pl.col("included").str.starts_with(HAEMODIALYSIS_STEM)).lazy()
    coded = k.pairs.select(pl.concat_list("including", "included").explode())["including"].unique().to_list()
    lines = t.lines.filter(t.of_item(pl.col("hilist_code").is_in(coded)) & (pl.col("inscp_fen") > 0)).select(
        "bkkp_sn", "mdtrt_id", "setl_id", "psn_no", "fixmedins_code", "hilist_code", "hilist_name", "date", "time", "inscp_fen", "cnt"
    )
    whole = lines.select(
        "mdtrt_id", "hilist_code", "date", including_sn="bkkp_sn", including_name="hilist_name", including_time="time", including_cnt="cnt"
    )
    both = lines.join(pairs, left_on="hilist_code", right_on="included", how="inner").join(
        whole, left_on=["mdtrt_id", "including"], right_on=["mdtrt_id", "hilist_code"], how="inner"
    )
    apart = (pl.col("time") - pl.col("including_time")).dt.total_minutes().abs() / 60
    # what is contained in an operation is contained in its day only: another day is another session
    same_day = pl.col("date") == pl.col("date_right")
    near = pl.when(pl.col("window") == "6小时").then(apart <= 6).when(pl.col("window") == "同一小时").then(apart < 1).otherwise(pl.lit(value=True))
    inside = (pl.col("valid_from").is_null() | (pl.col("date") >= pl.col("valid_from"))) & (
        pl.col("valid_until").is_null() | (pl.col("date") <= pl.col("valid_until"))
    )
    met = both.filter(same_day & near & inside)
    # as many contained items fall as there were including ones; a second session on the day keeps its own
    first = (
        met.sort("bkkp_sn", "pair_id", "including_sn")
        .group_by("bkkp_sn", maintain_order=True)
        .agg(pl.all().exclude("including_sn", "including_cnt").first(), pl.col("including_sn").unique(), pl.col("including_cnt").sum())
        .sort("mdtrt_id", "date", "pair_id", "time", "bkkp_sn")
        .filter((pl.col("cnt").cum_sum() - pl.col("cnt")).over("mdtrt_id", "date", "pair_id") < pl.col("including_cnt"))
        .with_columns(related="including_sn", by_stem=pl.lit(value=False))
    )
    return per_visit(
        first,
        filled(
            "{}收取{}（项目内涵：{}）的同时又收取其中已包含的{}{}条，金额{}元。",
            "days",
            "including_name",
            _in_short(pl.col("basis")),
            "items",
            "n_lines",
            "amount",
        ),
        "pair_id",
        "including_name",
        "basis",
        "date",
        related=True,
    )


def _in_short(text: pl.Expr) -> pl.Expr:
    """The first forty characters; an ellipsis shows that the list says more."""
    return text.str.slice(0, 40) + pl.when(text.str.len_chars() > 40).then(pl.lit("…")).otherwise(pl.lit(""))
