"""The physician registry, read once for every rule that needs it."""

from __future__ import annotations

import polars as pl

from features.tables import Tables


def registrations(t: Tables) -> pl.LazyFrame:
    """One row a physician × institution: ``dr_code fixmedins_code multi`` (licensed for several places) ``main`` (his main place of
    practice) ``left`` (date or null) ``psn_no``.

    Several rows of one physician at one institution are one: the latest day of leaving, none when any row is open.
    """
    return (
        t.raw("dr_info_b")
        .with_columns(
            fixmedins_code=pl.coalesce("medins_code", "main_pracins_no"),
            left=pl.col("nemp_time").dt.date(),
            multi=(pl.col("mul_prac_flag") == "1").fill_null(value=False),
            main=(pl.col("main_pracins_no") == pl.col("medins_code")).fill_null(value=False),
        )
        .filter(pl.col("fixmedins_code").is_not_null())
        .group_by("dr_code", "fixmedins_code")
        .agg(
            pl.col("multi").any(),
            pl.col("main").any(),
            pl.when(pl.col("left").is_null().any()).then(None).otherwise(pl.col("left").max()).alias("left"),
            pl.col("psn_no").drop_nulls().first(),
        )
    )


def billed_by_day(t: Tables, doctors: pl.LazyFrame) -> pl.LazyFrame:
    """What the ``doctors`` (dr_code) ordered in this bucket: a row a physician × institution × day with line numbers and sums."""
    return (
        t.lines.filter(pl.col("bilg_dr_code").is_not_null())
        .join(doctors.select(pl.col("dr_code").alias("bilg_dr_code")).unique(), on="bilg_dr_code", how="semi")
        .group_by(pl.col("bilg_dr_code").alias("dr_code"), "fixmedins_code", "date")
        .agg(
            pl.col("bkkp_sn"),
            pl.col("inscp_fen").sum(),
            pl.col("time").min().alias("first"),
            pl.col("time").max().alias("last"),
            pl.col("mdtrt_id").n_unique().alias("visits"),
        )
    )
