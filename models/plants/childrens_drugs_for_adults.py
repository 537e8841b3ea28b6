from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.knowledge.load import shipped
from models.plant import Frames, Given, plant
from models.plants._tables import DRUGS, as_units, cases_by, chosen, good_lines, one_each, outpatient_visits, with_more_lines, with_settlement

CLASSES = ("药品儿童专用", "药品限儿童使用")


def _drugs(frames: Given, p: Params) -> pl.DataFrame:
    """Drugs for children that are billed anywhere, by the national rule base's exact codes, most often billed first."""
    codes = shipped().matches_of(*CLASSES).filter(pl.col("how") == "code")["value"].unique()
    lines = good_lines(frames).filter((pl.col("list_type") == DRUGS) & pl.col("hilist_code").is_in(codes.implode()) & (pl.col("inscp_amt") > 0))
    often = lines.with_columns(often=pl.len().over("hilist_code")).sort("often", "hilist_code", "bkkp_sn", descending=[True, False, False])
    return often.unique("hilist_code", keep="first", maintain_order=True).head(int(p["limited_drugs"])).drop("often")


def _visits(frames: Given, p: Params) -> pl.DataFrame:
    """Outpatient visits of adults with drugs; none when no such drug is billed."""
    if _drugs(frames, p).is_empty():
        return as_units(frames["mdtrt_d"].clear(), "mdtrt_id")
    born = frames["psn_info_b"].select("psn_no", "brdy").unique("psn_no", keep="first", maintain_order=True)
    adults = outpatient_visits(frames).join(born, on="psn_no").filter(pl.col("begntime").dt.year() - pl.col("brdy").dt.year() > p["adult_age"])
    drugs = good_lines(frames).filter(pl.col("list_type") == DRUGS).select("mdtrt_id").unique()
    return as_units(adults.join(drugs, on="mdtrt_id", how="semi"), "mdtrt_id")


@plant(
    kind=Kind.POLICY_LIMIT,
    title_zh="成人使用儿童专用药",
    unit_zh="成人门诊购药",
    does_zh="成人就诊时另外结算一种只限儿童使用的药",
    units=_visits,
    needs=("psn_info_b",),
)
def childrens_drugs_for_adults(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Adults get a drug that is paid for children only, beside what they came for."""
    visits = with_settlement(frames, frames["mdtrt_d"].filter(chosen(units, "mdtrt_id")))
    at = visits.select("mdtrt_id", "psn_no", "setl_id", "fixmedins_code", "med_type", "bilg_dr_code", time="begntime")
    models = at.select("fixmedins_code").unique().join(_drugs(frames, p).drop("fixmedins_code").head(1), how="cross")
    added = one_each(models, at, "L")
    return with_more_lines(frames, added), cases_by(added, "mdtrt_id")
