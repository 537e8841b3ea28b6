from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.plant import Frames, Given, plant
from models.plants._tables import as_units, cases_by, chosen, good_lines


def _sold(frames: Given) -> pl.DataFrame:
    return frames["drug_trac_d"].join(good_lines(frames).select("bkkp_sn"), on="bkkp_sn", how="semi").sort("sel_retn_time", "bkkp_sn")


def _first_sales(frames: Given) -> pl.DataFrame:
    return _sold(frames).unique(["fixmedins_code", "hilist_code"], keep="first", maintain_order=True)


def _traced_sales(frames: Given, p: Params) -> pl.DataFrame:  # noqa: ARG001
    """Sales of drugs sold before: the first sale of a drug lends its code."""
    return as_units(_sold(frames).join(_first_sales(frames).select("bkkp_sn"), on="bkkp_sn", how="anti"), "bkkp_sn")


@plant(
    kind=Kind.TRACE_CODE_REUSE,
    title_zh="追溯码再次销售",
    unit_zh="扫码售药明细",
    does_zh="以前卖过的那盒药的追溯码，又用来结算新的销售",
    units=_traced_sales,
    needs=("drug_trac_d",),
)
def trace_code_again(frames: Given, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """A box whose code was read at an earlier sale is sold again."""
    hit = chosen(units, "bkkp_sn")
    first = _first_sales(frames).select("fixmedins_code", "hilist_code", lent="drug_trac_codg")
    lent = frames["drug_trac_d"].join(first, on=["fixmedins_code", "hilist_code"], how="left")
    again = lent.with_columns(drug_trac_codg=pl.when(hit).then(pl.coalesce("lent", "drug_trac_codg")).otherwise("drug_trac_codg")).drop("lent")
    return {"drug_trac_d": again}, cases_by(frames["fee_list_d"].filter(hit), "bkkp_sn")
