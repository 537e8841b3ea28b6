from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._drg import as_drg, dearer_groups, paid_cases
from models.plants._tables import as_units, chosen, without_operation


def _cases(frames: Given, p: Params) -> pl.DataFrame:
    """Paid cases without an operation that another disease of the same organ would put into a dearer group."""
    groups = dearer_groups(frames, p, of_one_adrg=False)
    mains = (
        frames["mdcs_fund_setl_list_diag_d"]
        .filter(pl.col("maindiag_flag") == "1")
        .join(frames["drg_setl_d"].select("setl_id", "drg_code"), on="setl_id")
        .group_by("drg_code", "diag_code", "diag_name")
        .len("n")
        .sort("drg_code", "n", "diag_code", descending=[False, True, False])
        .unique("drg_code", keep="first", maintain_order=True)
        .select(dearer="drg_code", diag_code="diag_code", diag_name="diag_name")
    )
    return without_operation(frames, paid_cases(frames)).join(groups, on="drg_code").join(mains, on="dearer")


def _units(frames: Given, p: Params) -> pl.DataFrame:
    return as_units(_cases(frames, p), "mdtrt_id")


@plant(
    kind=Kind.UPCODING,
    title_zh="主诊断高编高套病组",
    unit_zh="病组付费住院",
    does_zh="主诊断改写成同一器官系统里更重的疾病，病例进入更贵的病组，治疗内容不变",
    units=_units,
    needs=("drg_setl_d", "mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d"),
)
def main_diagnosis_dearer(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """A graver disease of the same organ is written as main diagnosis, in the visit and in the settlement list; treatment is as it was."""
    cases = _cases(frames, p).filter(chosen(units, "mdtrt_id"))
    graver = cases.select("setl_id", graver="diag_code", graver_name="diag_name")
    of_visit = cases.select("mdtrt_id", graver="diag_code", graver_name="diag_name")
    diagnoses = frames["mdcs_fund_setl_list_diag_d"].join(graver, on="setl_id", how="left")
    main = (pl.col("maindiag_flag") == "1") & pl.col("graver").is_not_null()
    tables: Frames = {
        "mdcs_fund_setl_list_diag_d": diagnoses.with_columns(
            diag_code=pl.when(main).then("graver").otherwise("diag_code"), diag_name=pl.when(main).then("graver_name").otherwise("diag_name")
        ).drop("graver", "graver_name"),
        "mdtrt_d": frames["mdtrt_d"]
        .join(of_visit, on="mdtrt_id", how="left")
        .with_columns(
            dscg_maindiag_code=pl.coalesce("graver", "dscg_maindiag_code"), dscg_maindiag_name=pl.coalesce("graver_name", "dscg_maindiag_name")
        )
        .drop("graver", "graver_name"),
        "drg_setl_d": as_drg(frames, cases),
    }
    return tables, cases.select("psn_no", "mdtrt_id", unit="mdtrt_id", bkkp_sns=pl.lit([], pl.List(pl.String)))
