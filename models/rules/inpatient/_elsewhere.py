"""Where else a person was on the days strictly inside a stay: visits, pharmacies and face records at other institutions."""

from __future__ import annotations

import polars as pl

from features.reference.items import PHARMACY_TYPE, is_blood_purification
from features.shared.once import once
from features.tables import Tables
from models.rules.inpatient._stays import dated_stays, role, stay_lines

#: how much one event says: a face, a hand laid on, a visit that may have been a relative's, a walk to the shop, a purchase anyone may make
WEIGHTS = {"face": 1.0, "hands": 1.0, "visit": 0.5, "shop_face": 0.4, "shop": 0.2}


#: scene of a face record: the dialysis room
DIALYSIS_ROOM = "1"


@once
def events_elsewhere(t: Tables) -> pl.LazyFrame:
    """``mdtrt_id`` (the stay), ``date``, ``what`` (see WEIGHTS), ``elsewhere`` (institution), ``sns`` (its lines), ``tests_only``.

    Left out: blood purification and faces in dialysis rooms (a hospital without machines sends its patients), samples sent out (``etip_flag``),
    refunded visits, the stay's own institution, and the days of admission and discharge.
    """
    last_line = stay_lines(t).group_by("mdtrt_id").agg(pl.col("date").max().alias("last_line"))
    stays = (
        dated_stays(t)
        .join(last_line, on="mdtrt_id", how="left")
        .select(
            "mdtrt_id",
            "psn_no",
            pl.col("fixmedins_code").alias("house"),
            pl.col("begn_date").alias("stay_begn"),
            pl.coalesce("last_day", "last_line").alias("stay_end"),
        )
    )
    inside = (pl.col("date") > pl.col("stay_begn")) & (pl.col("date") < pl.col("stay_end")) & (pl.col("elsewhere") != pl.col("house"))
    visits = _visits(t)
    sent = stay_lines(t).filter(pl.col("etip_hosp_code").is_not_null()).select("mdtrt_id", pl.col("etip_hosp_code").alias("elsewhere")).unique()
    met = stays.join(visits, on="psn_no", how="inner").filter(inside).join(sent, on=["mdtrt_id", "elsewhere"], how="anti")
    frames = [met.select("mdtrt_id", "date", "what", "elsewhere", "sns", "tests_only")]
    if t.has("scene_rcd_d"):
        faces = (
            t.raw("scene_rcd_d")
            .filter(pl.col("scene_type").fill_null("") != DIALYSIS_ROOM)
            .select(
                "psn_no",
                pl.col("fixmedins_code").alias("elsewhere"),
                pl.col("begntime").dt.date().alias("date"),
                pl.col("match_score").cast(pl.Float64).alias("score"),
                pl.when(pl.col("scene_type") == "3").then(pl.lit("shop_face")).otherwise(pl.lit("face")).alias("what"),
            )
        )
        seen = stays.join(faces, on="psn_no", how="inner").filter(inside & (pl.col("score").fill_null(1.0) >= 0.8))
        frames.append(
            seen.select(
                "mdtrt_id",
                "date",
                "what",
                "elsewhere",
                pl.lit(None, pl.List(pl.String)).alias("sns"),
                pl.lit(value=False).alias("tests_only"),
            )
        )
    return pl.concat(frames)


def _visits(t: Tables) -> pl.LazyFrame:
    """Outpatient visits and purchases, with lines that stand, of persons who have a stay."""
    return (
        t.lines.filter(~pl.col("inpatient"))
        .join(t.stays.select("psn_no").unique(), on="psn_no", how="semi")
        .with_columns(role=t.of_item(role()), dialysis=t.of_item(is_blood_purification(pl.col("hilist_code"))))
        .group_by("mdtrt_id")
        .agg(
            pl.col("psn_no").first(),
            pl.col("fixmedins_code").first().alias("elsewhere"),
            pl.col("begn_date").first().alias("date"),
            pl.col("bkkp_sn").alias("sns"),
            hands=pl.col("role").is_in(["exam", "lab", "therapy", "operation"]).any(),
            tests_only=pl.col("role").is_in(["exam", "lab", "hotel"]).all() & pl.col("role").is_in(["exam", "lab"]).any(),
            shop=(pl.col("med_type").str.slice(0, 2) == PHARMACY_TYPE).any(),
            out=pl.col("dialysis").any() | (pl.col("etip_flag") == "1").fill_null(value=False).any(),
        )
        .filter(~pl.col("out"))
        .with_columns(what=pl.when(pl.col("shop")).then(pl.lit("shop")).when(pl.col("hands")).then(pl.lit("hands")).otherwise(pl.lit("visit")))
        .select("psn_no", "elsewhere", "date", "sns", "what", "tests_only")
    )
