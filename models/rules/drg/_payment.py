"""Payment standards of billed and supported groups: what a wrong group cost the fund."""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from features.drg.lists import group_lists
from features.drg.scheme import Scheme, load_schemes
from features.shared.once import once
from features.tables import Tables

WEIGHT: Final = "weight"


@cache
def schemes_in_use() -> tuple[Scheme, ...]:
    """The national scheme's versions, by which the rules group cases on their day of discharge."""
    return load_schemes()


def scheme_in_use() -> Scheme:
    """The newest version: its severity and exclusion lists, groups and names."""
    return schemes_in_use()[-1]


@once
def grouped_cases(t: Tables) -> pl.LazyFrame:
    """The groups of all settlement lists by the versions in force (``features.drg.grouper.GROUPED``)."""
    return group_lists(t, schemes_in_use())


def billed_cases(t: Tables) -> pl.LazyFrame:
    """Stays paid by a DRG standard: with drg_code, drg_wt, pay_std_fen, fee_fen, dates. Outliers paid by item are left out."""
    return t.stays.filter(
        pl.col("case_paid") & (pl.col("hi_paymtd") == "4") & pl.col("drg_code").is_not_null() & (pl.col("pay_std_fen") > 0) & pl.col("settled")
    ).select(
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "begn_date",
        "end_date",
        "fee_fen",
        "drg_code",
        "drg_wt",
        "pay_std_fen",
        "drg_fund_fen",
        setl_id=pl.col("setl_id").list.last(),
    )


def weight_rows(t: Tables) -> pl.LazyFrame:
    """Extract rows: how often each weight was billed for each group."""
    return (
        t.raw("drg_setl_d")
        .filter(pl.col("drg_wt") > 0)
        .group_by("drg_code", pl.col("drg_wt").cast(pl.Float64))
        .agg(n=pl.len().cast(pl.Int64))
        .with_columns(kind=pl.lit(WEIGHT))
    )


def weight_table(extracted: pl.DataFrame, scheme: Scheme) -> pl.DataFrame:
    """drg_code, drg_name, weight of every group of the scheme for which one is known or follows.

    The commonest billed weight; for a group nobody billed, the weight of the same ADRG's nearest billed group times the city's usual
    ratio between the two kinds of severity (median over ADRGs where both were billed).
    """
    billed = (
        extracted.filter(pl.col("kind") == WEIGHT)
        .group_by("drg_code", "drg_wt")
        .agg(pl.col("n").sum())
        .sort(["drg_code", "n", "drg_wt"], descending=[False, True, True])
        .unique("drg_code", keep="first", maintain_order=True)
        .select("drg_code", weight="drg_wt")
    )
    table = scheme.drg.select("drg_code", "drg_name", "adrg", "needs").join(billed, on="drg_code", how="left")
    known = table.filter(pl.col("weight").is_not_null())
    pairs = known.join(known.select("adrg", other="needs", other_weight="weight"), on="adrg").filter(pl.col("needs") != pl.col("other"))
    ratio = pairs.group_by("needs", "other").agg(ratio=(pl.col("weight") / pl.col("other_weight")).median())
    guessed = (
        table.filter(pl.col("weight").is_null())
        .join(known.select("adrg", other="needs", other_weight="weight"), on="adrg")
        .join(ratio, on=["needs", "other"])
        .group_by("drg_code")
        .agg(guess=(pl.col("other_weight") * pl.col("ratio")).median())
    )
    return (
        table.join(guessed, on="drg_code", how="left")
        .with_columns(weight=pl.coalesce("weight", "guess"))
        .filter(pl.col("weight").is_not_null())
        .select("drg_code", "drg_name", "weight")
    )


def weight_ratio(frame: pl.DataFrame, weights: pl.DataFrame, billed: str, supported: str) -> pl.DataFrame:
    """Adds ``weight_ratio``: the weight of the supported group against the billed one; null where one is not known or it is not cheaper."""
    supported_weight = weights.select(pl.col("drg_code").alias(supported), _supported="weight")
    billed_weight = weights.select(pl.col("drg_code").alias(billed), _billed="weight")
    ratio = pl.col("_supported") / pl.coalesce(pl.when(pl.col("drg_wt") > 0).then("drg_wt"), "_billed")
    return (
        frame.join(supported_weight, on=supported, how="left", maintain_order="left")
        .join(billed_weight, on=billed, how="left", maintain_order="left")
        .with_columns(weight_ratio=pl.when(ratio < 1).then(ratio))
        .drop("_supported", "_billed")
    )


def with_loss(frame: pl.DataFrame, weights: pl.DataFrame, billed: str, supported: str) -> pl.DataFrame:
    """Adds ``supported_name`` and ``loss_fen``: the billed standard less that of the supported group at the same rate and coefficient.

    Rows whose supported group has no weight or is not cheaper are dropped; the loss never exceeds what the fund paid for the case.
    """
    supported_weight = weights.select(pl.col("drg_code").alias(supported), supported_weight="weight", supported_name="drg_name")
    billed_weight = weights.select(pl.col("drg_code").alias(billed), table_weight="weight")
    lost = (pl.col("pay_std_fen") * (1 - pl.col("supported_weight") / pl.col("billed_weight"))).round().cast(pl.Int64)
    return (
        frame.join(supported_weight, on=supported)
        .join(billed_weight, on=billed, how="left")
        .with_columns(billed_weight=pl.coalesce(pl.when(pl.col("drg_wt") > 0).then("drg_wt"), "table_weight"))
        .with_columns(loss_fen=lost)
        .filter(pl.col("loss_fen") > 0)
        .with_columns(
            difference_fen="loss_fen",
            loss_fen=pl.when(pl.col("drg_fund_fen") > 0).then(pl.min_horizontal("loss_fen", "drg_fund_fen")).otherwise("loss_fen"),
        )
    )
