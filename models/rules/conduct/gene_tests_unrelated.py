from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import percent, yuan


def _tests(t: Tables, p: Params) -> pl.LazyFrame:
    """Gene tests (rows with ``bkkp_sn``) and each institution's count of visits (rows with ``visits``)."""
    named = pl.col("hilist_name").str.contains(p["names"]) | pl.col("hilist_code").str.contains(p["codes"])
    lines = t.lines.filter(t.of_item(named & ~pl.col("hilist_name").str.contains(p["not_meant"])))
    borne = pl.concat([lines.select("mdtrt_id", dx="main_dx"), t.diagnoses.select("mdtrt_id", dx="diag_code")]).drop_nulls().unique()
    # a test for one drug is related to what the drug is for, whatever the department; any other to what such tests are done for
    of_drug: dict[str, str] = p["drug_tests"]
    name, dx = pl.col("hilist_name"), pl.col("dx")
    no_drug = ~name.str.contains("|".join(f"(?:{names})" for names in of_drug))
    fits = (no_drug & dx.str.contains(p["related_diagnoses"])) | pl.any_horizontal(
        name.str.contains(names) & dx.str.contains(diseases) for names, diseases in sorted(of_drug.items())
    )
    fitting = lines.select("bkkp_sn", "mdtrt_id", "hilist_name").join(borne, on="mdtrt_id").filter(fits).select("bkkp_sn").unique()
    tests = lines.join(fitting.with_columns(fits=pl.lit(value=True)), on="bkkp_sn", how="left").select(
        "bkkp_sn",
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "date",
        "hilist_name",
        "inscp_fen",
        "etip_hosp_code",
        "bilg_dept_name",
        related=pl.col("fits").fill_null(value=False) | (no_drug & pl.col("bilg_dept_name").fill_null("").str.contains(p["related_departments"])),
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
        "drug_tests",
        "patients_min",
        "usual_floor",
        "chance_max",
        "per_hundred_stays_min",
        "times_city_min",
        "trim_share",
    ),
    exceptions=("refund",),
    extract=_tests,
    version="2",
    supersedes=("panel_for_all",),
)
def gene_tests_unrelated(t: Tables, p: Params) -> pl.LazyFrame:
    """Molecular tests ordered by the dozen for patients whose disease and department have nothing to do with them.

    Related, and cleared, are tumours, blood diseases, pregnancy and the newborn, inherited disease (``related_diagnoses``, main
    or secondary) and the departments that live on such tests (``related_departments``). A test of how a drug is broken down or works
    (``drug_tests``: names of tests → diseases) is related to the diseases the drug is for, in whatever department. A single test may be
    a physician's care; a hospital answers only when at least ``patients_min`` unrelated visits had tests, ``per_hundred_stays_min``
    per hundred of its stays, ``times_city_min`` times the other houses, the highest ``trim_share`` of them left out, so that
    one laboratory's best customer does not hide the smaller ones, and chance gives as many with a probability of at most ``chance_max``
    at the others' rate, taken as ``usual_floor`` at least. One finding a visit.
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
        .with_columns(usual=(pl.col("city") / 100).clip(lower_bound=p["usual_floor"]))
        .with_columns(chance=at_least("tested", "base", "usual"))
        .filter(
            (pl.col("tested") >= p["patients_min"])
            & (pl.col("rate") >= p["per_hundred_stays_min"])
            & (pl.col("rate") >= p["times_city_min"] * pl.col("city"))
            & (pl.col("chance") <= p["chance_max"])
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
            evidence=filled(
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
