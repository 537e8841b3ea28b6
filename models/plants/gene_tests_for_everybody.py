from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, days_of, good_lines, one_each, stays_of_days, with_more_lines, with_settlement

GENE_NAMES = "基因"
CANCER = "C"


def _tests(frames: Given, p: Params) -> pl.DataFrame:
    """The gene tests billed anywhere, most often billed first."""
    lines = good_lines(frames).filter(pl.col("hilist_name").str.contains(GENE_NAMES) & (pl.col("inscp_amt") > 0))
    often = lines.with_columns(often=pl.len().over("hilist_code")).sort("often", "hilist_code", "bkkp_sn", descending=[True, False, False])
    return often.unique("hilist_code", keep="first", maintain_order=True).head(int(p["gene_tests"])).drop("often")


def _stays(frames: Given, p: Params) -> pl.DataFrame:
    """Stays for another disease than cancer; none when nobody bills gene tests."""
    if _tests(frames, p).is_empty():
        return as_units(frames["mdtrt_d"].clear(), "mdtrt_id")
    return as_units(stays_of_days(frames, 2).filter(~pl.col("dscg_maindiag_code").str.starts_with(CANCER)), "mdtrt_id")


@plant(
    kind=Kind.GENE_TEST_ABUSE,
    title_zh="无关病情普做基因检测",
    unit_zh="非肿瘤住院",
    does_zh="因肿瘤以外的疾病住院的人，第二天一律做基因检测",
    units=_stays,
)
def gene_tests_for_everybody(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Patients in for anything but cancer are tested for genes on the second day."""
    stays = with_settlement(frames, frames["mdtrt_d"].filter(chosen(units, "mdtrt_id")))
    second = (
        days_of(stays, 11)
        .sort("mdtrt_id", "day")
        .group_by("mdtrt_id", maintain_order=True)
        .head(2)
        .unique("mdtrt_id", keep="last", maintain_order=True)
    )
    at = second.select(
        "mdtrt_id",
        "psn_no",
        "setl_id",
        "fixmedins_code",
        "med_type",
        "bilg_dr_code",
        "time",
        bilg_dept_codg="adm_dept_codg",
        bilg_dept_name="adm_dept_name",
    )
    tests = _tests(frames, p).drop("fixmedins_code", "bilg_dept_codg", "bilg_dept_name")
    models = at.select("fixmedins_code").unique().join(tests, how="cross")
    added = one_each(models, at, "G")
    return with_more_lines(frames, added), cases_by(added, "mdtrt_id")
