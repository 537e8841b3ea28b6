from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._drg import as_drg, dearer_groups, paid_cases
from models.plants._tables import as_units, chosen


def _cases(frames: Given, p: Params) -> pl.DataFrame:
    """Paid cases that could be billed in a dearer group of the same operation or disease, with the diagnosis that would do it."""
    severe = dearer_groups(frames, p, of_one_adrg=True)
    listed = frames["mdcs_fund_setl_list_diag_d"].filter(pl.col("maindiag_flag") != "1")
    secondary = (
        listed.join(frames["drg_setl_d"].select("setl_id", "drg_code"), on="setl_id")
        .group_by("drg_code", "diag_code", "diag_name")
        .len("n")
        .with_columns(everywhere=pl.col("n").sum().over("diag_code"))
        # the diagnosis that marks the group: it is rarely seen outside of it
        .sort("drg_code", pl.col("n") / pl.col("everywhere"), "n", "diag_code", descending=[False, True, True, False])
        .unique("drg_code", keep="first", maintain_order=True)
        .select(dearer="drg_code", diag_code="diag_code", diag_name="diag_name")
    )
    return paid_cases(frames).join(severe, on="drg_code").join(secondary, on="dearer")


def _units(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(_cases(frames, p), "mdtrt_id")


@plant(
    kind=Kind.UPCODING,
    title_zh="虚填并发症高套病组",
    unit_zh="病组付费住院",
    does_zh="结算清单里写上一条没有治过的并发症，病例进入同类手术或疾病中更贵的病组",
    units=_units,
    needs=("drg_setl_d", "mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d"),
)
def severity_added(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """A complication nobody treated is written into the settlement list, and the case is paid in the dearer group of its kind."""
    cases = _cases(frames, p).filter(chosen(units, "mdtrt_id"))
    diagnoses = frames["mdcs_fund_setl_list_diag_d"]
    mark = cases.select("setl_id", "psn_no", "diag_code", "diag_name")
    model = (
        diagnoses.filter(pl.col("maindiag_flag") != "1").unique("setl_id", keep="first").head(1).drop("setl_id", "psn_no", "diag_code", "diag_name")
    )
    new = mark.join(model, how="cross").with_columns(setl_list_diag_id=pl.col("setl_id") + "U")
    tables: Frames = {"mdcs_fund_setl_list_diag_d": pl.concat([diagnoses, new.select(diagnoses.columns)]), "drg_setl_d": as_drg(frames, cases)}
    return tables, cases.select("psn_no", "mdtrt_id", unit="mdtrt_id", bkkp_sns=pl.lit([], pl.List(pl.String)))
