"""One row a discharge with all that monitoring, up-coding rules and effect estimates read of it. Computed per person bucket.

The group in use is the one the bureau billed (``drg_setl_d``), whatever its coding (CHS-DRG, a city's own, MS-DRG); where it billed
none, the grouper's. ``grouped_code`` always holds the grouper's answer, so that both can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import polars as pl

from features.drg.grouper import GROUPED
from features.drg.lists import LIST_TABLES, group_lists
from features.drg.scheme import UNGROUPED, Scheme
from features.parameters import Params
from features.tables import Tables

#: Codes of the national pattern, of which the first three characters are the ADRG; other codings are their own ADRG.
NATIONAL_PATTERN: Final = r"^[A-Z][A-Z][0-9][0-9]$"

CASES: Final[dict[str, pl.DataType]] = {
    "mdtrt_id": pl.String(),
    "setl_id": pl.String(),
    "psn_no": pl.String(),
    "fixmedins_code": pl.String(),
    "dept": pl.String(),
    "physician": pl.String(),
    "begn_date": pl.Date(),
    "end_date": pl.Date(),
    "month": pl.Date(),
    "age": pl.Float64(),
    "gend": pl.String(),
    "insutype": pl.String(),
    "main_dx": pl.String(),
    "los": pl.Int64(),
    "fee_fen": pl.Int64(),
    "fund_fen": pl.Int64(),
    "selfpay_fen": pl.Int64(),
    "hi_paymtd": pl.String(),
    "case_paid": pl.Boolean(),
    "case_type": pl.String(),
    "mdc": pl.String(),
    "adrg": pl.String(),
    "drg_code": pl.String(),
    "drg_name": pl.String(),
    "source": pl.String(),
    "grouped_code": pl.String(),
    "reason": pl.String(),
    "path": pl.String(),
    "severe": pl.Boolean(),
    "drg_wt": pl.Float64(),
    "drg_rate": pl.Float64(),
    "pay_std_fen": pl.Int64(),
    "drg_fund_fen": pl.Int64(),
    "died": pl.Boolean(),
    "transferred": pl.Boolean(),
    "readmitted": pl.Boolean(),
    "around_fen": pl.Int64(),
    "turned_away_by": pl.String(),
}


def drg_cases(t: Tables, schemes: Sequence[Scheme], p: Params) -> pl.LazyFrame:
    """The discharges of a bucket that have a settlement list or a billed group; columns of ``CASES``."""
    stays = t.stays.filter(pl.col("settled") & ~pl.col("in_hospital") & pl.col("end_date").is_not_null())
    lists = all(t.has(table) for table in LIST_TABLES)
    listed = t.raw("mdcs_fund_setl_list_d").sort("setl_id").group_by("mdtrt_id").agg(list_id=pl.col("setl_id").last()) if lists else None
    frame = stays.with_columns(pl.col("setl_id").list.last().alias("last_setl"))
    if listed is None:
        frame = frame.with_columns(list_id=pl.lit(None, pl.String))
        groups = pl.LazyFrame(schema=GROUPED)
    else:
        frame = frame.join(listed, on="mdtrt_id", how="left")
        groups = group_lists(t, schemes)
    groups = groups.select(
        list_id="case_id",
        grouped_code="drg_code",
        grouped_name="drg_name",
        reason="reason",
        path="path",
        severe=pl.col("severity_codes").list.len() > 0,
        grouped_mdc="mdc",
    )
    names = t.raw("drg_setl_d").select("drg_code", billed_name="drg_name").drop_nulls().unique("drg_code", keep="first")
    selfpay = t.settlements.group_by("mdtrt_id").agg(pl.col("selfpay_fen").sum())
    national = pl.col("code_in_use").str.contains(NATIONAL_PATTERN)
    grouped_ok = pl.col("grouped_code").is_not_null() & (pl.col("reason") == "grouped")
    billed_ok = pl.col("drg_code").is_not_null() & (pl.col("drg_code") != UNGROUPED) & ~pl.col("drg_code").str.contains(r"^.QY$")
    has_bill = pl.col("drg_code").is_not_null()
    return (
        frame.filter(pl.col("drg_code").is_not_null() | pl.col("list_id").is_not_null())
        .join(groups, on="list_id", how="left")
        .join(names, on="drg_code", how="left")
        .join(selfpay, on="mdtrt_id", how="left")
        .join(_after(t, p), on="mdtrt_id", how="left")
        .join(_around(t, p), on="mdtrt_id", how="left")
        .join(_turned_away(t, p), on="mdtrt_id", how="left")
        .with_columns(
            code_in_use=pl.when(has_bill & billed_ok).then("drg_code").when(~has_bill & grouped_ok).then("grouped_code"),
            source=pl.when(has_bill).then(pl.lit("billed")).otherwise(pl.lit("grouped")),
        )
        .select(
            "mdtrt_id",
            pl.coalesce("list_id", "last_setl").alias("setl_id"),
            "psn_no",
            "fixmedins_code",
            dept=pl.coalesce("dscg_dept_codg", "adm_dept_codg"),
            physician="chfpdr_code",
            begn_date="begn_date",
            end_date="end_date",
            month=pl.col("end_date").dt.month_start(),
            age="age",
            gend="gend",
            insutype="insutype",
            main_dx="main_dx",
            los="los",
            fee_fen="fee_fen",
            fund_fen="fund_fen",
            selfpay_fen="selfpay_fen",
            hi_paymtd="hi_paymtd",
            case_paid="case_paid",
            case_type="drg_case_type",
            mdc=pl.when(national).then(pl.col("code_in_use").str.slice(0, 1)).otherwise(pl.lit("*")),
            adrg=pl.when(national).then(pl.col("code_in_use").str.slice(0, 3)).otherwise("code_in_use"),
            drg_code="code_in_use",
            drg_name=pl.when(pl.col("source") == "billed").then("billed_name").otherwise("grouped_name"),
            source="source",
            grouped_code="grouped_code",
            reason="reason",
            path="path",
            severe=pl.when(national).then(pl.col("code_in_use").str.slice(3, 1).is_in(["1", "3"])),
            drg_wt="drg_wt",
            drg_rate="drg_rate",
            pay_std_fen="pay_std_fen",
            drg_fund_fen="drg_fund_fen",
            died=pl.col("dscg_way") == "5",
            transferred=(pl.col("dscg_way") == "2").fill_null(value=False) | pl.col("moved").fill_null(value=False),
            readmitted=pl.col("readmitted").fill_null(value=False),
            around_fen=pl.col("around_fen").fill_null(0),
            turned_away_by="turned_away_by",
        )
        .select(pl.col(name).cast(dtype) for name, dtype in CASES.items())
    )


def _after(t: Tables, p: Params) -> pl.LazyFrame:
    """mdtrt_id → readmitted, moved: what the person's next stay, in any hospital, says of this one.

    Readmitted: it began within ``readmission_days`` of the discharge home. Moved: it began the day of the discharge or the next, elsewhere.

    Not counted: planned returns (the next list says 31-day return was planned), chemotherapy, radiotherapy and dialysis (Z49, Z51),
    transfers (discharged to another hospital, or the next stay began the same day elsewhere).
    """
    days = int(p["readmission_days"])
    stays = (
        t.stays.filter(pl.col("end_date").is_not_null() | pl.col("in_hospital"))
        .sort("psn_no", "begn_date", "mdtrt_id")
        .with_columns(pl.col("begn_date", "fixmedins_code", "dx3", "rinp_pup").shift(-1).over("psn_no").name.prefix("next_"))
    )
    gap = (pl.col("next_begn_date") - pl.col("end_date")).dt.total_days()
    planned = pl.col("next_rinp_pup").is_not_null() | pl.col("next_dx3").is_in(["Z49", "Z51"]).fill_null(value=False)
    moved = (pl.col("dscg_way") == "2").fill_null(value=False) | ((gap == 0) & (pl.col("next_fixmedins_code") != pl.col("fixmedins_code")))
    elsewhere = pl.col("next_fixmedins_code") != pl.col("fixmedins_code")
    return stays.select(
        "mdtrt_id",
        readmitted=gap.is_between(0, days).fill_null(value=False) & ~planned & ~moved,
        moved=(gap.is_between(0, 1) & elsewhere & ~planned).fill_null(value=False),
    )


def _turned_away(t: Tables, p: Params) -> pl.LazyFrame:
    """mdtrt_id → turned_away_by: the other hospital that had seen the patient for the same disease shortly before and did not admit him.

    An outpatient or emergency visit at another house up to ``refusal_days`` before the admission, with the same three-character
    diagnosis; the last such visit counts. Whether that house admits patients at all is for the reader of the table to know.
    """
    stays = t.stays.select("mdtrt_id", "psn_no", "begn_date", admitted_by="fixmedins_code", stay_dx="dx3")
    seen = t.visits.filter(~pl.col("inpatient")).select(
        "psn_no", turned_away_by="fixmedins_code", seen_on="begn_date", seen_dx=pl.col("main_dx").str.slice(0, 3)
    )
    days = (pl.col("begn_date") - pl.col("seen_on")).dt.total_days()
    return (
        stays.join(seen, on="psn_no", how="inner")
        .filter(
            days.is_between(0, int(p["refusal_days"]))
            & (pl.col("seen_dx") == pl.col("stay_dx"))
            & (pl.col("turned_away_by") != pl.col("admitted_by"))
        )
        .sort("mdtrt_id", "seen_on", "turned_away_by")
        .group_by("mdtrt_id")
        .agg(pl.col("turned_away_by").last())
    )


def _around(t: Tables, p: Params) -> pl.LazyFrame:
    """mdtrt_id → around_fen: outpatient and pharmacy fees of the person shortly before, during and after the stay."""
    before, after = timedelta(days=int(p["around_days_before"])), timedelta(days=int(p["around_days_after"]))
    stays = t.stays.filter(pl.col("end_date").is_not_null()).select(
        "mdtrt_id", "psn_no", opens=pl.col("begn_date") - before, closes=pl.col("end_date") + after
    )
    inpatient = t.visits.select("mdtrt_id", "inpatient")
    outside = (
        t.settlements.select(visit="mdtrt_id", psn_no="psn_no", day="begndate", fee_fen="fee_fen")
        .join(inpatient.rename({"mdtrt_id": "visit"}), on="visit", how="inner")
        .filter(~pl.col("inpatient"))
    )
    return (
        stays.join(outside, on="psn_no", how="inner")
        .filter(pl.col("day").is_between(pl.col("opens"), pl.col("closes")))
        .group_by("mdtrt_id")
        .agg(around_fen=pl.col("fee_fen").sum())
    )
