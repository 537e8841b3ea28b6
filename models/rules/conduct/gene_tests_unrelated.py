from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.wording import percent, yuan


def _tests(t: Tables, p: Params) -> pl.LazyFrame:
    """Gene tests (rows with ``bkkp_sn``) and each institution's count of visits (rows with ``visits``)."""
    named = pl.col("hilist_name").str.contains(p["names"]) | pl.col("hilist_code").str.contains(p["codes"])
    related_dx = t.diagnoses.filter(pl.col("diag_code").str.contains(p["related_diagnoses"])).select("mdtrt_id").unique()
    lines = t.lines.filter(named & ~pl.col("hilist_name").str.contains(p["not_meant"]))
    tests = lines.join(related_dx.with_columns(listed=pl.lit(value=True)), on="mdtrt_id", how="left").select(
        "bkkp_sn",
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "date",
        "hilist_name",
        "inscp_fen",
        "etip_hosp_code",
        "bilg_dept_name",
        related=(
            pl.col("main_dx").fill_null("").str.contains(p["related_diagnoses"])
            | pl.col("listed").fill_null(value=False)
            | pl.col("bilg_dept_name").fill_null("").str.contains(p["related_departments"])
        ),
    )
    visits = t.visits.group_by("fixmedins_code", "inpatient").agg(pl.len().cast(pl.UInt32).alias("visits"))
    stays = (
        visits.with_columns(stays=pl.when("inpatient").then("visits").otherwise(0))
        .group_by("fixmedins_code")
        .agg(pl.col("visits").sum(), pl.col("stays").sum())
    )
    return pl.concat([tests, stays], how="diagonal")


@rule(
    title_zh="基因检测滥用",
    title_en="Gene tests in unrelated care",
    kind=Kind.GENE_TEST_ABUSE,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000302001000",
    legal_basis=("reg.15", "reg.38.2", "reg.40.3"),
    needs=("fee_list_d",),
    params=(
        "names",
        "codes",
        "not_meant",
        "related_diagnoses",
        "related_departments",
        "patients_min",
        "per_hundred_stays_min",
        "times_city_min",
        "trim_share",
    ),
    exceptions=("refund",),
    extract=_tests,
)
def gene_tests_unrelated(t: Tables, p: Params) -> pl.LazyFrame:
    """Molecular tests ordered by the dozen for patients whose disease and department have nothing to do with them.

    Related, and cleared, are tumours, blood diseases, pregnancy and the newborn, inherited disease (``related_diagnoses``, main
    or secondary) and the departments that live on such tests (``related_departments``). A cardiologist's single drug-metabolism
    test is medicine; a hospital answers only when at least ``patients_min`` unrelated patients had tests, ``per_hundred_stays_min``
    patients per hundred of its stays, and ``times_city_min`` times the other houses, the highest ``trim_share`` of them left out, so that
    one laboratory's best customer does not hide the smaller ones. One finding a visit.
    """
    tests = t.extracted.filter(pl.col("bkkp_sn").is_not_null() & ~pl.col("related"))
    sizes = t.extracted.filter(pl.col("visits").is_not_null()).group_by("fixmedins_code").agg(pl.col("visits").sum(), pl.col("stays").sum())
    houses = (
        sizes.join(tests.group_by("fixmedins_code").agg(pl.col("mdtrt_id").n_unique().alias("tested")), on="fixmedins_code", how="left")
        .with_columns(pl.col("tested").fill_null(0))
        .filter((pl.col("stays") > 0) | (pl.col("tested") > 0))
        # an outpatient house is measured by its visits
        .with_columns(base=pl.when(pl.col("stays") > 0).then("stays").otherwise("visits"))
        .with_columns(
            rate=pl.col("tested") / pl.col("base") * 100,
            city=others_rate(pl.col("tested"), pl.col("base"), p["trim_share"]) * 100,
        )
        .filter(
            (pl.col("tested") >= p["patients_min"])
            & (pl.col("rate") >= p["per_hundred_stays_min"])
            & (pl.col("rate") >= p["times_city_min"] * pl.col("city"))
        )
    )
    return (
        tests.join(houses, on="fixmedins_code", how="inner")
        .group_by("fixmedins_code", "psn_no", "mdtrt_id", "tested", "rate", "city")
        .agg(
            pl.col("bkkp_sn").alias("bkkp_sns"),
            pl.col("date").min().alias("occurred_from"),
            pl.col("date").max().alias("occurred_to"),
            pl.col("hilist_name").unique().sort().alias("names"),
            pl.col("inscp_fen").sum().alias("worth"),
            pl.col("bilg_dept_name").drop_nulls().first().fill_null("未填科室"),
            pl.col("etip_hosp_code").is_not_null().any().alias("outside"),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "occurred_from",
            "occurred_to",
            strength=(0.4 + pl.col("rate") / 100).clip(upper_bound=0.95),
            evidence=pl.format(
                "{}为诊断与基因检测无关的患者开展{}{}，涉及医保范围内金额{}元。本机构此类患者{}人次，占住院（就诊）{}，全市其他机构为{}。",
                "bilg_dept_name",
                pl.col("names").list.join("、"),
                pl.when("outside").then(pl.lit("（外送检测）")).otherwise(pl.lit("")),
                yuan(pl.col("worth")),
                "tested",
                percent(pl.col("rate") / 100),
                percent(pl.col("city") / 100),
            ),
        )
    )
