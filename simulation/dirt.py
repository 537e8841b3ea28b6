"""Dirt as real deliveries have it. No honest row is lost: every change leaves the sense, every broken row is an extra one."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulation.write import Delivery, Forms, broken_lines

DRIFTING = ("mdtrt_d", "setl_d", "fee_list_d")


def forms_of(rng: np.random.Generator, table: str, level: float) -> Forms:
    """How a part is written: most are plain, some in GB18030, with compact times, quoted, or with drifted codes."""
    u = rng.random(4) / max(level, 1e-9)
    return Forms(
        encoding="gb18030" if u[0] < 0.22 else "utf-8",
        compact_dates=bool(u[1] < 0.22),
        quoted=bool(u[2] < 0.22),
        drift=bool(u[3] < 0.25 and table in DRIFTING),
    )


def soil(rng: np.random.Generator, table: str, frame: pl.DataFrame, level: float) -> pl.DataFrame:
    """Adds void copies of a few rows and odd ages; identifiers of void rows are their own."""
    if level <= 0 or not frame.height:
        return frame
    if "vali_flag" in frame.columns and table in ("mdtrt_d", "fee_list_d", "setl_d"):
        count = int(frame.height * 0.0004 * level)
        if count:
            first = frame.columns[0]
            void = frame.sample(count, seed=int(rng.integers(2**31))).with_columns(pl.lit("0").alias("vali_flag"), (pl.col(first) + "V").alias(first))
            frame = pl.concat([frame, void])
    if table == "mdcs_fund_setl_list_d":
        odd = rng.random(frame.height) < 0.001 * level
        frame = frame.with_columns(age=pl.when(pl.Series(odd)).then(pl.Series(rng.integers(200, 851, frame.height))).otherwise("age"))
    return frame


def deliver(rng: np.random.Generator, delivery: Delivery, table: str, frame: pl.DataFrame, level: float) -> None:
    """Writes a chunk's part of a table, sometimes overlapping with one already delivered."""
    if not frame.height:
        return
    forms = forms_of(rng, table, level)
    frame = soil(rng, table, frame, level)
    big = table in ("mdtrt_d", "setl_d", "fee_list_d")
    broken = (
        broken_lines(table, frame, rng, max(1, int(frame.height * 0.00003 * level))) if level > 0 and big and delivery.form != "parquet" else None
    )
    delivery.add(table, frame, forms, extra=broken)
    if level > 0 and big and rng.random() < 0.8:
        again = 90_000 + delivery.parts[table]
        start = int(rng.integers(0, max(1, frame.height // 2)))
        length = max(1, int(frame.height * rng.uniform(0.01, 0.05)))
        delivery.add(table, frame.slice(start, length), forms_of(rng, table, level), number=again)
