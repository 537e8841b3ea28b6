"""What the dead and the imprisoned share: an entry in a register, and a card that goes on being used."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import is_inpatient
from models.plant import Frames, Given
from models.plants._tables import as_units, cases_by, chosen, good_lines, unseen


def regular_visitors(frames: Given, p: Params) -> pl.DataFrame:
    """Persons with several outpatient visits, all at one institution, alive and at large."""
    lines = good_lines(frames).filter(~is_inpatient(pl.col("med_type")))
    seen = frames["mdtrt_d"].group_by("psn_no").agg(pl.col("fixmedins_code").n_unique().alias("houses"), pl.col("fixmedins_code").first())
    days = lines.group_by("psn_no").agg(pl.col("fee_ocur_time").dt.date().n_unique().alias("days"))
    able = seen.filter(pl.col("houses") == 1).join(days.filter(pl.col("days") >= p["visit_days_min"]), on="psn_no")
    for register in ("die_reg_d", "cust_reg_d"):
        if register in frames:
            able = able.join(frames[register], on="psn_no", how="anti")
    return as_units(able, "psn_no")


def middle_days(frames: Given, units: pl.DataFrame, p: Params) -> pl.DataFrame:
    """``psn_no day``: ``register_days`` before the middle one of the person's days with charges."""
    days = good_lines(frames).filter(chosen(units, "psn_no")).select("psn_no", day=pl.col("fee_ocur_time").dt.date())
    sorted_days = days.group_by("psn_no").agg(pl.col("day").unique().sort())
    middle = pl.col("day").list.get(pl.col("day").list.len() // 2)
    return sorted_days.select("psn_no", day=middle - pl.duration(days=int(p["register_days"])))


def claims_after(frames: Given, since: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """The persons' lines from ``register_days`` after ``day`` on as cases, and face records without theirs."""
    lines = good_lines(frames).join(since, on="psn_no")
    after = lines.filter(pl.col("fee_ocur_time").dt.date() >= pl.col("day") + pl.duration(days=int(p["register_days"])))
    visits = after.select(
        "psn_no", "fixmedins_code", **{"from": pl.col("day").cast(pl.Datetime("us")), "to": pl.col("fee_ocur_time").max()}
    ).unique()  # fmt: skip
    return unseen(frames, visits), cases_by(after, "psn_no").with_columns(mdtrt_id=pl.lit(None, pl.String))


def registered(register: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """The register with new entries; columns they do not know are null."""
    rows = [(pl.col(name) if name in new.columns else pl.lit(None)).cast(dtype).alias(name) for name, dtype in register.schema.items()]
    return pl.concat([register, new.select(rows)])
