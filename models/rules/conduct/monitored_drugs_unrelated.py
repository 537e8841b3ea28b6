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


def _unrelated(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays with key-monitored drugs for a disease the patient never had (rows with ``psn_no``), and each house's stays (rows with ``stays``)."""
    borne = pl.concat(
        [t.visits.select("psn_no", dx="main_dx"), t.diagnoses.select("psn_no", dx="diag_code")],
    ).drop_nulls()
    given = t.lines.filter(pl.col("inpatient") & ~pl.col("take_home") & (pl.col("inscp_fen") > 0) & pl.col("main_dx").is_not_null())
    related: dict[str, str] = p["related_diagnoses"]
    odd = pl.concat(
        given.filter(t.of_item(pl.col("hilist_name").str.contains(names))).join(
            borne.filter(pl.col("dx").str.contains(diseases)).select("psn_no").unique(), on="psn_no", how="anti"
        )
        for names, diseases in sorted(related.items())
    )
    stays = (
        odd.unique("bkkp_sn", keep="first", maintain_order=True)
        .group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("bkkp_sn").sort(),
            pl.col("date").min().alias("first"),
            pl.col("date").max().alias("last"),
            pl.col("hilist_name").unique().sort().alias("names"),
            pl.col("main_dx").first().fill_null("未填诊断"),
            pl.col("inscp_fen").sum().alias("worth"),
        )
    )
    totals = t.visits.filter("inpatient").group_by("fixmedins_code").agg(pl.len().cast(pl.UInt32).alias("stays"))
    return pl.concat([stays, totals], how="diagonal")


@rule(
    title_zh="重点监控药品用于无关疾病",
    title_en="Key-monitored drugs for unrelated diseases",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("related_diagnoses", "patients_min", "times_city_min", "usual_floor", "chance_max", "trim_share"),
    exceptions=("self_paid", "refund"),
    extract=_unrelated,
)
def monitored_drugs_unrelated(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs of the national monitoring list given in hospital to patients who have nothing they are for, as a habit of the house.

    ``related_diagnoses`` says which diseases a drug of the list may be for, widely read; whoever bears one of them at any visit, as
    main or further diagnosis, is cleared. A single patient may have what nobody coded, and houses code alike. A house answers when at
    least ``patients_min`` patients had such drugs, in a share of its stays ``times_city_min`` times that of the other houses (the
    highest ``trim_share`` of them left out, at least ``usual_floor``), which chance gives with a probability of at most ``chance_max``.
    One finding a stay.
    """
    odd = t.extracted.filter(pl.col("psn_no").is_not_null()).drop("stays")
    sizes = t.extracted.filter(pl.col("stays").is_not_null()).group_by("fixmedins_code").agg(pl.col("stays").sum())
    houses = (
        sizes.join(
            odd.group_by("fixmedins_code").agg(pl.len().alias("given"), pl.col("psn_no").n_unique().alias("patients")),
            on="fixmedins_code",
            how="left",
        )
        .with_columns(pl.col("given", "patients").fill_null(0))
        .with_columns(share=pl.col("given") / pl.col("stays"), city=others_rate(pl.col("given"), pl.col("stays"), p["trim_share"]))
        .with_columns(usual=pl.col("city").clip(lower_bound=p["usual_floor"]))
        .with_columns(chance=at_least("patients", "stays", "usual"))
        .filter(
            (pl.col("patients") >= p["patients_min"])
            & (pl.col("share") >= p["times_city_min"] * pl.col("usual"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select("fixmedins_code", "given", "patients", "share", "city")
    )
    return odd.join(houses, on="fixmedins_code", how="inner").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        pl.col("bkkp_sn").alias("bkkp_sns"),
        pl.col("first").alias("occurred_from"),
        pl.col("last").alias("occurred_to"),
        strength=(0.4 + pl.col("share")).clip(upper_bound=0.9),
        evidence=filled(
            "患者（{}）历次诊断中没有与重点监控药品{}相关的疾病，住院期间使用{}条，涉及医保范围内金额{}元。本机构此类患者{}人，占住院{}，全市其他机构为{}。",
            "main_dx",
            pl.col("names").list.join("、"),
            pl.col("bkkp_sn").list.len(),
            yuan(pl.col("worth")),
            "patients",
            percent(pl.col("share")),
            percent(pl.col("city")),
        ),
    )
