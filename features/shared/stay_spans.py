"""The days of each stay, on which idle days, census and presence are counted."""

from __future__ import annotations

import polars as pl

from features.shared.once import once
from features.tables import Tables


@once
def stay_spans(t: Tables) -> pl.LazyFrame:
    """One row a stay with ``first_day`` and ``last_day``: the days the patient occupies a bed.

    The day of discharge is none of them (it belongs to the next patient), except in a stay that begins and ends on one day.
    A stay still in hospital runs to its last fee line known. Columns: mdtrt_id, psn_no, fixmedins_code, begn_date, end_date
    (null while in hospital), first_day, last_day, days.
    """
    last_line = t.lines.filter(pl.col("inpatient")).group_by("mdtrt_id").agg(pl.col("date").max().alias("last_line"))
    discharged = pl.col("end_date") - pl.duration(days=1)
    known_to = pl.when(pl.col("in_hospital").fill_null(value=False)).then(pl.col("last_line")).otherwise(discharged)
    return (
        t.stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "end_date", "in_hospital")
        .join(last_line, on="mdtrt_id", how="left")
        .with_columns(
            first_day=pl.col("begn_date"),
            last_day=pl.max_horizontal(pl.coalesce(known_to, "last_line", "begn_date"), pl.col("begn_date")),
        )
        .with_columns(days=(pl.col("last_day") - pl.col("first_day")).dt.total_days() + 1)
        .drop("last_line", "in_hospital")
    )


@once
def stay_days(t: Tables) -> pl.LazyFrame:
    """One row a stay and day of it: mdtrt_id, psn_no, fixmedins_code, date."""
    return (
        stay_spans(t)
        .with_columns(date=pl.date_ranges("first_day", "last_day"))
        .select("mdtrt_id", "psn_no", "fixmedins_code", "date")
        .explode("date")
    )
