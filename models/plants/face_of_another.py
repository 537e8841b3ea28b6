from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, good_lines


def _seen(frames: Given) -> pl.DataFrame:
    """Visits on whose first day a face was compared at the institution: ``fixmedins_code mdtrt_id rcd_id``."""
    visits = frames["mdtrt_d"].join(good_lines(frames).select("mdtrt_id").unique(), on="mdtrt_id", how="semi")
    dated = visits.select("mdtrt_id", "psn_no", "fixmedins_code", day=pl.col("begntime").dt.date())
    records = frames["scene_rcd_d"].drop_nulls("match_score").select("rcd_id", "psn_no", "fixmedins_code", day=pl.col("begntime").dt.date())
    return dated.join(records, on=["psn_no", "fixmedins_code", "day"])


def _visits(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001
    return as_units(_seen(frames), "mdtrt_id")


@plant(
    kind=Kind.IMPERSONATION,
    title_zh="人脸不符而照常结算",
    unit_zh="有人脸记录的就诊",
    does_zh="镜头前的人不是参保人本人，终端比对不通过，照常结算",
    units=_visits,
    needs=("scene_rcd_d",),
)
def face_of_another(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """The face before the camera is not the insured's, the terminal says so, and the visit is settled all the same."""
    faces = _seen(frames).filter(chosen(units, "mdtrt_id")).select("rcd_id").unique()
    records = frames["scene_rcd_d"]
    other = pl.col("rcd_id").is_in(faces["rcd_id"].implode())
    # scores of strangers scatter around what the terminal calls no match
    score = pl.lit(p["stranger_score"]) + (pl.col("rcd_id").hash(seed=int(p["seed"])) % 100).cast(pl.Float64) / 1000
    changed = records.with_columns(match_score=pl.when(other).then(score.cast(records.schema["match_score"])).otherwise("match_score"))
    return {"scene_rcd_d": changed}, cases_by(good_lines(frames).filter(chosen(units, "mdtrt_id")), "mdtrt_id")
