from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.maternity import maternity
from models.exceptions.misdated_stay import misdated_stay
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import dated_stays, houses, stay_lines
from models.wording import span


@rule(
    title_zh="同一时间在两家机构住院",
    title_en="Overlapping stays",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="person",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1"),
    needs=("mdtrt_d", "setl_d", "fee_list_d"),
    params=("misdated_share", "overlap_days_min"),
    exceptions=("maternity", "misdated_stay"),
    loss="stay",
)
def overlapping_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """One person lies in two hospitals at once.

    A transfer day belongs to both hospitals, and a discharge booked a day late is bookkeeping: stays count when their inner days, after the
    admission and before the discharge of each, share at least ``overlap_days_min`` days. Accused is the stay in which less was done on
    the shared days (drugs, tests, treatment, by fee); the other one's lines of those days are the related lines. Where a stay was settled
    outside the city, only the city's own stay can be accused. Mothers with newborns and stays with impossible dates are cleared.
    """
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null()).select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day")
    stays = misdated_stay.clear(maternity.clear(stays, t, p), t, p)
    frames = [stays]
    if t.has("outmed_setl_d"):
        outside = t.raw("outmed_setl_d").filter(pl.col("med_type").str.slice(0, 1) == "2")
        frames.append(
            outside.select(
                pl.concat_str(pl.lit("outside:"), "setl_id").alias("mdtrt_id"),
                "psn_no",
                "fixmedins_code",
                pl.col("begndate").alias("begn_date"),
                pl.col("enddate").alias("last_day"),
            )
        )
    other = pl.concat(frames).rename({name: f"other_{name}" for name in ("mdtrt_id", "fixmedins_code", "begn_date", "last_day")})
    begin = pl.max_horizontal("begn_date", "other_begn_date")
    end = pl.min_horizontal("last_day", "other_last_day")
    pairs = t.computed(
        stays.join(other, on="psn_no", how="inner")
        .filter((pl.col("fixmedins_code") != pl.col("other_fixmedins_code")) & (pl.col("mdtrt_id") != pl.col("other_mdtrt_id")))
        .with_columns(shared_from=begin.dt.offset_by("1d"), shared_to=end.dt.offset_by("-1d"))
        .with_columns(shared=(pl.col("shared_to") - pl.col("shared_from")).dt.total_days() + 1)
        .filter(pl.col("shared") >= p["overlap_days_min"])
    )
    care = stay_lines(t).filter((pl.col("role") != "hotel") & ~pl.col("take_home")).select("mdtrt_id", "date", "fee_fen")
    pairs = _done(_done(pairs, care, "mdtrt_id", "done"), care, "other_mdtrt_id", "other_done")
    outside_pair = pl.col("other_mdtrt_id").str.starts_with("outside:")
    less = (pl.col("done") < pl.col("other_done")) | ((pl.col("done") == pl.col("other_done")) & (pl.col("mdtrt_id") > pl.col("other_mdtrt_id")))
    accused = (
        pairs.filter(outside_pair | less)
        .sort("mdtrt_id", "shared", "other_mdtrt_id", descending=[False, True, False])
        .unique("mdtrt_id", keep="first", maintain_order=True)
    )
    lines = stay_lines(t).select(pl.col("mdtrt_id").alias("other_mdtrt_id"), "date", "bkkp_sn")
    related = (
        accused.select("mdtrt_id", "other_mdtrt_id", "shared_from", "shared_to")
        .join(lines, on="other_mdtrt_id", how="inner")
        .filter(pl.col("date").is_between("shared_from", "shared_to"))
        .group_by("mdtrt_id")
        .agg(related_bkkp_sns=pl.col("bkkp_sn"))
    )
    names = houses(t).select(pl.col("fixmedins_code").alias("other_fixmedins_code"), pl.col("fixmedins_name").alias("there"))
    return (
        accused.join(related, on="mdtrt_id", how="left")
        .join(names, on="other_fixmedins_code", how="left")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "related_bkkp_sns",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.5 + 0.05 * pl.col("shared")).clip(0.5, 0.9),
            evidence=filled(
                "患者{}在该院住院，同期{}又在{}住院，除交接日外重叠{}天（{}）；重叠期内该院诊疗较另一院少，同一人不可能同时在两院住院。",
                span(pl.col("begn_date"), pl.col("last_day")),
                span(pl.col("other_begn_date"), pl.col("other_last_day")),
                pl.coalesce("there", pl.lit("外地机构")),
                "shared",
                span(pl.col("shared_from"), pl.col("shared_to")),
            ),
        )
    )


def _done(pairs: pl.LazyFrame, care: pl.LazyFrame, key: str, name: str) -> pl.LazyFrame:
    """Adds ``name``: fees of drugs, tests and treatment of the stay ``key`` on the shared days."""
    sums = (
        pairs.select("mdtrt_id", "other_mdtrt_id", "shared_from", "shared_to")
        .join(care.rename({"mdtrt_id": "stay"}), left_on=key, right_on="stay", how="inner")
        .filter(pl.col("date").is_between("shared_from", "shared_to"))
        .group_by("mdtrt_id", "other_mdtrt_id")
        .agg(pl.col("fee_fen").sum().alias(name))
    )
    return pairs.join(sums, on=["mdtrt_id", "other_mdtrt_id"], how="left").with_columns(pl.col(name).fill_null(0))
