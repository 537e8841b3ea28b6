"""Stock against billing: what an institution had of an item, what it billed, and whether its stock book can be relied on."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params
from features.shared.once import at_hand, once
from features.shared.text import filled
from features.tables import Tables
from models.rule import shared
from models.wording import count, yuan

PURCHASE, PURCHASE_RETURN, SALE, SALE_RETURN, SURPLUS, LOSS, OPENING = "1", "2", "3", "4", "5", "6", "7"
INWARD: Final = (PURCHASE, SURPLUS, OPENING)
OUTWARD: Final = (PURCHASE_RETURN, LOSS)


def generic(code: pl.Expr) -> pl.Expr:
    """Generic and dosage form of a drug code, whoever makes it: 14 characters of a western drug, 11 of a patent drug, else null."""
    return pl.when(code.str.starts_with("X")).then(code.str.slice(0, 14)).when(code.str.starts_with("Z")).then(code.str.slice(0, 11))


@shared
def billed_by_item(t: Tables, p: Params) -> pl.LazyFrame:
    """One row an institution × item × month of this bucket: what was billed of drugs and consumables, net of refunds.

    Herbal pieces are left out: books keep them in kilograms, bills in grams.
    """
    del p
    return (
        t.lines.filter(t.of_item(pl.col("hilist_code").str.contains("^[XZC]")))
        .group_by("fixmedins_code", "hilist_code", pl.col("date").dt.truncate("1mo").alias("month"))
        .agg(
            pl.col("hilist_name").first(),
            pl.col("cnt").sum(),
            pl.col("fee_fen").sum(),
            pl.col("inscp_fen").sum(),
            pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).sum().cast(pl.Int64).alias("loss_fen"),
        )
    )


@once
def _book(t: Tables) -> pl.LazyFrame:
    """One row an institution × item of the stock book: ``inward outward sold opened closed available``."""
    (book,) = at_hand(
        t.raw("invt_chg_d")
        .with_columns(pl.col("cnt").cast(pl.Float64), day=pl.col("invt_chg_time").dt.date())
        .group_by("fixmedins_code", "hilist_code")
        .agg(
            pl.col("cnt").filter(pl.col("invt_chg_type").is_in(INWARD)).sum().alias("inward"),
            pl.col("cnt").abs().filter(pl.col("invt_chg_type").is_in(OUTWARD)).sum().alias("outward"),
            (
                pl.col("cnt").filter(pl.col("invt_chg_type") == SALE).sum() - pl.col("cnt").abs().filter(pl.col("invt_chg_type") == SALE_RETURN).sum()
            ).alias("sold"),
            pl.col("day").min().alias("opened"),
            pl.col("day").max().alias("closed"),
        )
        .with_columns(available=pl.col("inward") - pl.col("outward"))
    )
    return book


@once
def _within(t: Tables) -> pl.LazyFrame:
    """What was billed in the months of the institution's book (all rules of the book gather the same), with the book's ``items``."""
    span = _book(t).group_by("fixmedins_code").agg(pl.col("opened").min(), pl.col("closed").max(), (pl.col("inward") > 0).sum().alias("items"))
    (within,) = at_hand(
        t.extracted.join(span, on="fixmedins_code", how="inner").filter(
            (pl.col("month") >= pl.col("opened").dt.truncate("1mo")) & (pl.col("month") <= pl.col("closed"))
        )
    )
    return within


@once
def _against(t: Tables) -> pl.LazyFrame:
    """One row an institution × item billed: what was billed beside what the book holds, ``listed`` and ``consumable``."""
    billed = (
        _within(t)
        .group_by("fixmedins_code", "hilist_code")
        .agg(
            pl.col("hilist_name").first(),
            pl.col("cnt").sum().alias("billed"),
            pl.col("fee_fen").sum(),
            pl.col("inscp_fen").sum(),
            pl.col("loss_fen").sum(),
            pl.col("month").min().alias("first"),
            pl.col("month").max().alias("last"),
            pl.col("items").first(),
        )
    )
    (against,) = at_hand(
        billed.join(_book(t).drop("opened", "closed"), on=["fixmedins_code", "hilist_code"], how="left").with_columns(
            listed=pl.col("available").is_not_null(),
            # what an item's class (drug or consumable) looks like in the book: a house may book only its drugs
            consumable=pl.col("hilist_code").str.starts_with("C"),
        )
    )
    return against


@once
def _held(t: Tables) -> pl.LazyFrame:
    """By institution and generic the makers' products (``held``) that the book holds."""
    (held,) = at_hand(
        _book(t)
        .filter(pl.col("inward") > 0)
        .with_columns(generic=generic(pl.col("hilist_code")))
        .filter(pl.col("generic").is_not_null())
        .group_by("fixmedins_code", "generic")
        .agg(pl.col("hilist_code").alias("held"))
    )
    return held


def shortages(t: Tables, p: Params, *, unlisted_times: float | None = None, left_share: float = 1.0) -> pl.LazyFrame:
    """Items billed beyond all the institution ever had of them, at institutions whose stock book can be relied on.

    Gives ``fixmedins_code is_pharmacy hilist_code hilist_name consumable billed available short short_fen short_loss_fen first last class_fen
    class_items`` (all the institution billed of drugs, or of consumables, by money and by number of items), ``other_maker`` (the book holds the
    same generic and form of another maker), ``cheaper_left`` (a cheaper drug of the same pharmacological group lies unbilled, at least
    ``left_share`` of what the house had of it and half the shortage: name, or null) and ``growing``: in how many months the shortage grew; a
    delivery note that was lost leaves one gap. With ``unlisted_times`` an incomplete book convicts too where the share of money of the items it
    does not list is so many times their share of the items: gaps are spread over cheap and dear items alike. A stock book is relied on when it
    lists at least ``book_share_min`` of the billed drugs, by money or by number (a few dear drugs that were never bought take most of the money,
    and must not shake the book that shows it; consumables: the items it lists, as many houses book only the dear ones), when it holds at least
    ``book_items_min`` items, and when its own sales agree with the billing within a factor of two: packs against tablets would make any
    comparison void. Only months of the book count.
    """
    against = _against(t)
    klass = ["fixmedins_code", "consumable"]
    agreement = (pl.col("billed") / pl.col("sold")).filter(pl.col("listed") & (pl.col("sold") > 0)).median().over(klass)
    reliable = against.with_columns(
        book_share=pl.max_horizontal(
            pl.col("fee_fen").filter(pl.col("listed")).sum().over(klass) / pl.col("fee_fen").sum().over(klass),
            pl.col("listed").mean().over(klass),
        ),
        agreement=agreement,
    ).filter(
        (pl.col("items") >= p["book_items_min"])
        & ((pl.col("book_share") >= p["book_share_min"]) | (pl.col("consumable") & pl.col("listed")))
        & pl.col("agreement").fill_null(1.0).is_between(0.5, 2.0)
    )
    had = pl.col("available").fill_null(0.0).clip(lower_bound=0.0)
    part = pl.col("short") / pl.col("billed")
    whole_class = pl.col("fee_fen").sum().over(klass)
    unknown = ~pl.col("listed")
    unknown_money = pl.col("fee_fen").filter(unknown).sum().over(klass) / whole_class
    made_up = pl.lit(value=False) if unlisted_times is None else unknown_money >= unlisted_times * unknown.mean().over(klass)
    return (
        # an item the book does not know at all counts only where the book knows nearly everything, or just the dear ones are unknown
        reliable.filter(pl.col("listed") | (pl.col("book_share") >= p["book_share_complete"]) | made_up)
        .with_columns(short=pl.col("billed") - had, class_fen=whole_class, class_items=pl.len().over(klass))
        .filter((pl.col("short") >= p["units_short_min"]) & (pl.col("short") > had * p["short_share_min"]))
        .with_columns(
            short_fen=(pl.col("inscp_fen") * part).round().cast(pl.Int64),
            short_loss_fen=(pl.col("loss_fen") * part).round().cast(pl.Int64),
            last=pl.col("last").dt.month_end(),
        )
        .join(_months_growing(t), on=["fixmedins_code", "hilist_code"], how="left")
        .join(t.institutions.select("fixmedins_code", "is_pharmacy"), on="fixmedins_code", how="left")
        .with_columns(generic=generic(pl.col("hilist_code")))
        .join(_held(t), on=["fixmedins_code", "generic"], how="left")
        .with_columns(other_maker=(pl.col("held").list.set_difference(pl.concat_list("hilist_code")).list.len() > 0).fill_null(value=False))
        .drop("generic", "held")
        .join(_cheaper_left(against, left_share), on=["fixmedins_code", "hilist_code"], how="left")
        .with_columns(cheaper_left=pl.when(pl.col("left") * 2 >= pl.col("short")).then("cheaper_left"))
        .drop("left")
    )


def _cheaper_left(against: pl.LazyFrame, left_share: float) -> pl.LazyFrame:
    """For each billed item the cheaper drug of its pharmacological group (five characters of the code) of which most was bought and not billed,
    at least ``left_share`` of what there was: ``cheaper_left`` (name), ``left`` (units)."""
    priced = against.filter(~pl.col("consumable")).select(
        "fixmedins_code",
        "hilist_code",
        "hilist_name",
        "available",
        group=pl.col("hilist_code").str.slice(0, 5),
        price=pl.col("fee_fen") / pl.col("billed"),
        left=pl.col("available").fill_null(0.0) - pl.col("billed"),
    )
    other = priced.filter((pl.col("left") > 0) & (pl.col("left") >= left_share * pl.col("available"))).select(
        "fixmedins_code", "group", "left", cheaper_left="hilist_name", their_price="price"
    )
    return (
        priced.drop("left", "available")
        .join(other, on=["fixmedins_code", "group"], how="inner")
        .filter(pl.col("their_price") < pl.col("price"))
        .sort("fixmedins_code", "hilist_code", "left", "cheaper_left", descending=[False, False, True, False])
        .unique(["fixmedins_code", "hilist_code"], keep="first", maintain_order=True)
        .select("fixmedins_code", "hilist_code", "cheaper_left", "left")
    )


@once
def _months_growing(t: Tables) -> pl.LazyFrame:
    """``growing``: in how many months an institution's shortage of an item rose above all it had been before."""
    month = pl.col("invt_chg_time").dt.date().dt.truncate("1mo")
    kind, cnt = pl.col("invt_chg_type"), pl.col("cnt").cast(pl.Float64)
    had = t.raw("invt_chg_d").select(
        "fixmedins_code",
        "hilist_code",
        month=month,
        short=pl.when(kind.is_in(INWARD)).then(-cnt).when(kind.is_in(OUTWARD)).then(cnt.abs()).otherwise(0.0),
    )
    item = ["fixmedins_code", "hilist_code"]
    (growing,) = at_hand(
        pl.concat([had, _within(t).select(*item, "month", short=pl.col("cnt").cast(pl.Float64))])
        .group_by(*item, "month")
        .agg(pl.col("short").sum())
        .sort(*item, "month")
        .with_columns(so_far=pl.col("short").cum_sum().over(item))
        .with_columns(before=pl.col("so_far").cum_max().shift(1).over(item).fill_null(0.0).clip(lower_bound=0.0))
        .group_by(item)
        .agg(growing=(pl.col("so_far") > pl.col("before")).sum())
    )
    return growing


def as_hits(short: pl.LazyFrame, wording: str) -> pl.LazyFrame:
    """One hit an institution from its items beyond stock; ``wording`` is the sentence's beginning, in the bureau's terms."""
    name = filled("{}（可供{}、结算{}）", "hilist_name", count(pl.col("available").fill_null(0.0)), count(pl.col("billed")))
    return (
        short.with_columns(item=name)
        .sort("short_fen", "hilist_code", descending=[True, False])
        .group_by("fixmedins_code", maintain_order=True)
        .agg(
            pl.len().alias("n"),
            pl.col("item").head(5),
            pl.col("short").sum(),
            pl.col("short_fen").sum(),
            pl.col("short_loss_fen").sum(),
            pl.col("class_fen").first(),
            pl.col("first").min(),
            pl.col("last").max(),
        )
        .select(
            "fixmedins_code",
            pl.col("first").alias("occurred_from"),
            pl.col("last").alias("occurred_to"),
            pl.col("short_fen").alias("amount_fen"),
            pl.col("short_loss_fen").alias("loss_fen"),
            strength=(0.5 + pl.col("short_fen") / pl.col("class_fen")).clip(upper_bound=0.95),
            evidence=filled(
                wording + "共{}个品种结算数量超过期初、购进与盘盈之和（已减退货与盘亏），合计超出{}个单位、医保范围内金额{}元：{}。",
                "n",
                count(pl.col("short")),
                yuan(pl.col("short_fen")),
                pl.col("item").list.join("、"),
            ),
        )
    )
