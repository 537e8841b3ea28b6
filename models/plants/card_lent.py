from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import OF_SETTLEMENT, as_units, cases_by, chosen, outpatient_visits


def _lenders(frames: Given) -> pl.DataFrame:
    """``fixmedins_code gend psn_no``: of each house and sex the insured known there most often, whose cards lie about."""
    sexes = frames["psn_info_b"].select("psn_no", "gend").unique("psn_no", keep="first", maintain_order=True)
    often = outpatient_visits(frames).join(sexes, on="psn_no").group_by("fixmedins_code", "gend", "psn_no").len("n")
    return often.sort("fixmedins_code", "gend", "n", "psn_no", descending=[False, False, True, False])


def _visits(frames: Given, p: Params) -> pl.DataFrame:
    """Outpatient visits of persons at whose house somebody of the other sex is known too."""
    sexes = frames["psn_info_b"].select("psn_no", "gend").unique("psn_no", keep="first", maintain_order=True)
    both = _lenders(frames).group_by("fixmedins_code", "gend").len("n").filter(pl.col("n") >= p["cards_lent"]).group_by("fixmedins_code").len("sexes")
    able = outpatient_visits(frames).join(sexes.filter(pl.col("gend").is_in(["1", "2"])), on="psn_no")
    return as_units(able.join(both.filter(pl.col("sexes") >= 2), on="fixmedins_code", how="semi"), "mdtrt_id")


@plant(
    kind=Kind.IMPERSONATION,
    title_zh="冒用他人凭证就医",
    unit_zh="门诊就诊或购药",
    does_zh="患者用异性参保人的凭证看病，整次就诊记在凭证主人名下",
    units=_visits,
    needs=("psn_info_b",),
)
def card_lent(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """A patient is treated on somebody else's card: the visit, with all that was done, stands under a person of the other sex."""
    sexes = frames["psn_info_b"].select("psn_no", "gend").unique("psn_no", keep="first", maintain_order=True)
    lenders = (
        _lenders(frames)
        .group_by("fixmedins_code", "gend", maintain_order=True)
        .head(int(p["cards_lent"]))
        .with_columns(turn=pl.int_range(pl.len()).over("fixmedins_code", "gend"), choices=pl.len().over("fixmedins_code", "gend"))
    )
    visits = frames["mdtrt_d"].filter(chosen(units, "mdtrt_id")).join(sexes, on="psn_no")
    lent = (
        visits.select("mdtrt_id", "fixmedins_code", gend=pl.when(pl.col("gend") == "1").then(pl.lit("2")).otherwise(pl.lit("1")))
        .join(lenders.select("fixmedins_code", "gend", "choices").unique(), on=["fixmedins_code", "gend"])
        .with_columns(turn=(pl.col("mdtrt_id").hash(seed=int(p["seed"])) % pl.col("choices")).cast(pl.Int64))
        .join(lenders.select("fixmedins_code", "gend", "turn", card="psn_no"), on=["fixmedins_code", "gend", "turn"])
        .select("mdtrt_id", "card")
    )
    tables: Frames = {}
    for name in ("mdtrt_d", "setl_d", "fee_list_d", *OF_SETTLEMENT):
        if name in frames and {"mdtrt_id", "psn_no"} <= set(frames[name].columns):
            tables[name] = frames[name].join(lent, on="mdtrt_id", how="left").with_columns(psn_no=pl.coalesce("card", "psn_no")).drop("card")
    return tables, cases_by(tables["fee_list_d"].filter(chosen(units, "mdtrt_id")), "mdtrt_id")
