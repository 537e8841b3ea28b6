from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule


@rule(
    title_zh="频繁住院",
    title_en="Frequent admissions",
    kind=Kind.LOW_THRESHOLD_ADMISSION,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000204004000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("mdtrt_d",),
    params=("admissions_min", "window_days", "serial_diagnoses"),
    exceptions=("refund", "therapy_cycle", "bed_day_paid", "maternity", "transfer"),
)
def admissions_per_year(t: Tables, p: Params) -> pl.LazyFrame:
    """A person admitted ``admissions_min`` times or more within ``window_days`` days, at whichever hospitals.

    Courses that come back by plan (chemotherapy, radiotherapy, dialysis, malignant and psychiatric disease, childbirth: ``serial_diagnoses``),
    transfers and stays paid by bed-day are not counted. A screening figure without an amount, told of the hospital with the most stays.
    """
    stays = t.stays.filter(
        ~pl.col("main_dx").fill_null("").str.contains(p["serial_diagnoses"])
        & (pl.col("hi_paymtd") != "5")
        & (pl.col("dscg_way").fill_null("1") != "2")
        & pl.col("settled")
    ).select("psn_no", "fixmedins_code", "mdtrt_id", "begn_date", "end_date")
    windows = (
        stays.sort("psn_no", "begn_date")
        .rolling(index_column="begn_date", period=f"{p['window_days']}d", group_by="psn_no")
        .agg(
            pl.col("mdtrt_id").n_unique().alias("stays"),
            pl.col("begn_date").min().alias("since"),
            pl.col("fixmedins_code").n_unique().alias("houses"),
        )
        .sort("psn_no", "stays", "begn_date", descending=[False, True, False])
        .unique("psn_no", keep="first", maintain_order=True)
        .filter(pl.col("stays") >= p["admissions_min"])
        .rename({"begn_date": "until"})
    )
    main = (
        stays.group_by("psn_no", "fixmedins_code")
        .len()
        .sort("len", "fixmedins_code", descending=[True, False])
        .unique("psn_no", keep="first", maintain_order=True)
    )
    return windows.join(main, on="psn_no", how="inner").select(
        "fixmedins_code",
        "psn_no",
        occurred_from="since",
        occurred_to="until",
        amount_fen=pl.lit(0, pl.Int64),
        loss_fen=pl.lit(0, pl.Int64),
        strength=(pl.col("stays") / 40).clip(0.1, 0.5),
        evidence=filled(
            "{}至{}住院{}次，涉及{}家医院，其中本院{}次，不含放化疗、透析、精神、肿瘤和生育住院。", "since", "until", "stays", "houses", "len"
        ),
    )
