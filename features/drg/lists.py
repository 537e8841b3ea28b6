"""Settlement lists as the grouper's input: one case a discharge, its diagnoses and operations in the order of the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from features.drg.grouper import GROUPED, group_in_force
from features.drg.scheme import Scheme
from features.tables import CHINESE_MEDICINE, Tables

LIST_TABLES: Final = ("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d")


def cases_of(t: Tables) -> pl.LazyFrame:
    """One row a settlement list: case_id (setl_id), mdtrt_id, psn_no, fixmedins_code, gend, age, age_days, weight, dscg_way, dates."""
    persons = t.persons.select("psn_no", person_gend="gend")
    return (
        t.raw("mdcs_fund_setl_list_d")
        .sort("setl_id")
        .unique("setl_id", keep="first", maintain_order=True)
        .join(persons, on="psn_no", how="left", maintain_order="left")
        .select(
            pl.col("setl_id").alias("case_id"),
            "mdtrt_id",
            "psn_no",
            "fixmedins_code",
            gend=pl.when(pl.col("gend").is_in(["1", "2"])).then("gend").otherwise("person_gend"),
            age=pl.col("age").cast(pl.Float64),
            age_days=pl.col("age_days").cast(pl.Float64),
            weight=pl.col("nwb_adm_wt").cast(pl.Float64),
            dscg_way="dscg_way",
            adm_date=pl.col("adm_time").dt.date(),
            dscg_date=pl.col("dscg_time").dt.date(),
        )
    )


def diagnoses_of(t: Tables) -> pl.LazyFrame:
    """case_id, code, main, seq, name of every western diagnosis."""
    return (
        t.raw("mdcs_fund_setl_list_diag_d")
        .filter(~pl.col("diag_type").is_in(CHINESE_MEDICINE).fill_null(value=False))
        .select(
            pl.col("setl_id").alias("case_id"),
            pl.col("diag_code").alias("code"),
            main=pl.col("maindiag_flag") == "1",
            seq="setl_list_diag_id",
            name="diag_name",
            present_on_admission="adm_cond_type",
        )
    )


def operations_of(t: Tables) -> pl.LazyFrame:
    """case_id, code, main, seq, name of every operation; empty when the lake holds none."""
    return t.raw("mdcs_fund_setl_list_oprn_d").select(
        pl.col("setl_id").alias("case_id"),
        pl.col("oprn_oprt_code").alias("code"),
        main=pl.col("main_oprn_flag") == "1",
        seq="setl_list_oprn_id",
        name="oprn_oprt_name",
    )


def group_lists(t: Tables, schemes: Sequence[Scheme]) -> pl.LazyFrame:
    """The groups of all settlement lists of a bucket (or lake) by the versions in force; empty without settlement lists."""
    if not all(t.has(table) for table in LIST_TABLES):
        return pl.LazyFrame(schema=GROUPED)
    return group_in_force(cases_of(t), diagnoses_of(t), operations_of(t), schemes)
