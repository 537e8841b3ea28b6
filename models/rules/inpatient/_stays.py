"""What several in-patient rules share: fee lines with their stay, what a line is for, and the days of a stay.

Frames that several rules read are computed ``once`` per ``Tables`` (bucket), so that ten rules do not scan the lines ten times.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from features.reference.items import BED_PREFIX, NURSING_PREFIX
from features.shared.once import once
from features.tables import Tables

#: Institutions whose in-patients need little hands-on care on most days; compared only among themselves.
LOW_INTENSITY_NAMES: Final = "精神|康复|护理院|医养|老年|疗养|安宁"
PSYCHIATRIC_NAMES: Final = "精神|心理|脑科"
#: Houses of Chinese (and other traditional) medicine, where needle and hand are the craft whatever the disease.
CHINESE_NAMES: Final = "中医|中西医|藏医|蒙医|维医|民族医"
#: Forms of western and patent drugs (position 11 of the code) that are swallowed or applied over several days from one pack.
ORAL_FORMS: Final = ("A", "E", "G", "K", "N")
#: nursing by grade, charged a day: special, intensive, I–III, psychiatric (not single nursing acts such as mouth care)
NURSING_GRADE: Final = r"^0012010000[1-59]0000"
DRUG_TYPES: Final = ("101", "102", "103")


def is_bed(code: pl.Expr) -> pl.Expr:
    """A bed charged by the day (ordinary, laminar-flow, intensive …)."""
    return code.str.starts_with(BED_PREFIX)


def is_grade_nursing(code: pl.Expr) -> pl.Expr:
    """Nursing by grade, charged by the day."""
    return code.str.starts_with(NURSING_PREFIX) & code.str.contains(NURSING_GRADE)


def is_hotel(code: pl.Expr) -> pl.Expr:
    """What is charged for merely lying there: bed, nursing by grade, ward round, other general services (group 11)."""
    return code.str.starts_with("0011") | is_grade_nursing(code)


def role() -> pl.Expr:
    """What a fee line is for: ``hotel drug exam lab operation therapy material``; from the code, the charge type where the code says nothing."""
    code, charge = pl.col("hilist_code"), pl.col("med_chrgitm_type")
    group = code.str.slice(2, 2)
    service = code.str.starts_with("0")
    return (
        pl.when(is_hotel(code) | (charge == "01"))
        .then(pl.lit("hotel"))
        .when(pl.col("list_type").is_in(DRUG_TYPES))
        .then(pl.lit("drug"))
        .when((pl.col("list_type") == "301") | code.str.starts_with("C"))
        .then(pl.lit("material"))
        .when(service & group.is_in(["32", "33"]) | (charge == "06"))
        .then(pl.lit("operation"))
        .when(service & group.is_in(["25", "26", "27"]) | (charge == "04"))
        .then(pl.lit("lab"))
        .when(service & group.is_in(["21", "22", "23"]) | (charge == "03"))
        .then(pl.lit("exam"))
        .otherwise(pl.lit("therapy"))
    )


@once
def stay_lines(t: Tables) -> pl.LazyFrame:
    """Fee lines of stays with ``stay_begn``, ``stay_end`` (null while in), ``los``, ``role``, ``item`` (drug: generic, service: 11 digits)."""
    stays = t.stays.select(
        "mdtrt_id",
        pl.col("begn_date").alias("stay_begn"),
        pl.when(pl.col("endtime").is_null() | pl.col("in_hospital").fill_null(value=False))
        .then(None)
        .otherwise(pl.col("end_date"))
        .alias("stay_end"),
        "los",
        pl.col("adm_dept_name").alias("dept"),
    )
    code = pl.col("hilist_code")
    return (
        t.lines.filter(pl.col("inpatient"))
        .select(
            "bkkp_sn",
            "mdtrt_id",
            "setl_id",
            "psn_no",
            "fixmedins_code",
            "time",
            "date",
            "hilist_code",
            "hilist_name",
            "list_type",
            "med_chrgitm_type",
            "cnt",
            "fee_fen",
            "inscp_fen",
            "fund_fen",
            "case_paid",
            "hi_paymtd",
            "take_home",
            "etip_flag",
            "etip_hosp_code",
            "prd_days",
            "bilg_dr_code",
            # the number that Tables.of_item looks up; the whole lake's lines have none
            pl.col("^item_no$"),
        )
        # in the lake's order, so that the first of several lines is the same in every run
        .join(stays, on="mdtrt_id", how="inner", maintain_order="left")
        .with_columns(
            role=t.of_item(role()),
            item=t.of_item(pl.when(pl.col("list_type").is_in(DRUG_TYPES)).then(code.str.slice(0, 10)).otherwise(code.str.slice(0, 11))),
        )
    )


def dated_stays(t: Tables) -> pl.LazyFrame:
    """Stays that stand and whose dates can be judged: discharged (or still in), the end not before the beginning.

    ``last_day`` is null while in hospital. A stay that was settled and wholly taken back is gone.
    """
    standing = t.standing_visits.filter("inpatient").select("mdtrt_id")
    in_house = pl.col("endtime").is_null() | pl.col("in_hospital").fill_null(value=False)
    return (
        t.stays.join(standing, on="mdtrt_id", how="semi", maintain_order="left")
        .with_columns(last_day=pl.when(in_house).then(None).otherwise(pl.col("end_date")))
        .filter(pl.col("last_day").is_null() | (pl.col("last_day") >= pl.col("begn_date")))
    )


def houses(t: Tables) -> pl.LazyFrame:
    """Institutions with ``care_class`` (``psychiatric``, ``low`` intensity, ``general``) for comparison among equals."""
    kind = pl.col("medins_type_name").fill_null("") + pl.col("fixmedins_name").fill_null("")
    return t.institutions.select(
        "fixmedins_code",
        "fixmedins_name",
        "tier",
        "beds",
        pl.col("fix_blng_admdvs").alias("county"),
        care_class=pl.when(kind.str.contains(PSYCHIATRIC_NAMES))
        .then(pl.lit("psychiatric"))
        .when(kind.str.contains(LOW_INTENSITY_NAMES))
        .then(pl.lit("low"))
        .otherwise(pl.lit("general")),
    )


def houses_by_craft(t: Tables) -> pl.LazyFrame:
    """As ``houses``, with houses of Chinese medicine as a ``care_class`` of their own (``chinese``), for comparing treatments by hand.

    The performance assessment of public hospitals of Chinese medicine counts the use of their non-drug treatments, so that beside general
    hospitals every one of them stands out.
    """
    kind = pl.col("medins_type_name").fill_null("") + pl.col("fixmedins_name").fill_null("")
    chinese = t.institutions.filter(kind.str.contains(CHINESE_NAMES)).select("fixmedins_code", chinese=pl.lit(value=True))
    own = (pl.col("care_class") == "general") & pl.col("chinese").fill_null(value=False)
    return (
        houses(t)
        .join(chinese, on="fixmedins_code", how="left")
        .with_columns(care_class=pl.when(own).then(pl.lit("chinese")).otherwise("care_class"))
        .drop("chinese")
    )
