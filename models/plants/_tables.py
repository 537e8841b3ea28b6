"""What plants share: which rows can bear a fraud, how visits are copied, how settlements follow their lines."""

from __future__ import annotations

from datetime import datetime
from typing import Final, cast

import polars as pl

from features.reference.items import is_inpatient, item_group
from features.shared.text import filled
from models.plant import Frames, Given

MONEY: Final = (
    "medfee_sumamt",
    "fulamt_ownpay_amt",
    "overlmt_selfpay",
    "preselfpay_amt",
    "inscp_amt",
    "hifp_pay",
    "fund_pay_sumamt",
    "psn_pay",
    "acct_pay",
    "cash_payamt",
)
LINE_MONEY: Final = ("det_item_fee_sumamt", "inscp_amt", "fulamt_ownpay_amt")
#: Tables of a settlement list, which hang on ``setl_id``, with their own key.
OF_SETTLEMENT: Final = {
    "mdcs_fund_setl_list_d": None,
    "mdcs_fund_setl_list_diag_d": "setl_list_diag_id",
    "mdcs_fund_setl_list_oprn_d": "setl_list_oprn_id",
    "drg_setl_d": None,
}
#: Tests (examination, laboratory) and treatment among ``med_chrgitm_type``.
TESTS: Final = ("03", "04")
TREATMENT: Final = "05"
DRUGS: Final = "101"
SERVICES: Final = "201"
CONSUMABLES: Final = "301"
#: Groups of service items that are vascular interventions and operations.
OPERATIONS: Final = ("32", "33")


# --- what can bear a fraud ---


def good_lines(frames: Given) -> pl.DataFrame:
    """Valid lines with a positive amount that no refund takes back."""
    every = frames["fee_list_d"]
    lines = every.filter((pl.col("vali_flag").fill_null("1") != "0") & (pl.col("det_item_fee_sumamt") > 0) & pl.col("init_feedetl_sn").is_null())
    return lines.join(every.select(bkkp_sn="init_feedetl_sn").drop_nulls().unique(), on="bkkp_sn", how="anti")


def settled_once(frames: Given) -> pl.DataFrame:
    """Valid visits and stays with exactly one settlement, none of it refunded."""
    settled = frames["setl_d"]
    refunded = settled.filter(pl.col("refd_setl_flag").fill_null("0") == "1").select("mdtrt_id")
    once = settled.join(refunded, on="mdtrt_id", how="anti").group_by("mdtrt_id").len().filter(pl.col("len") == 1)
    return frames["mdtrt_d"].filter(pl.col("vali_flag").fill_null("1") != "0").join(once.select("mdtrt_id"), on="mdtrt_id", how="semi")


def stays_of_days(frames: Given, days_min: float) -> pl.DataFrame:
    """Ended, valid stays of at least so many days, settled once."""
    days = (pl.col("endtime").dt.date() - pl.col("begntime").dt.date()).dt.total_days()
    return settled_once(frames).filter(is_inpatient(pl.col("med_type")) & (days >= days_min))


def outpatient_visits(frames: Given) -> pl.DataFrame:
    """Valid visits to clinics and purchases at pharmacies, settled once."""
    return settled_once(frames).filter(~is_inpatient(pl.col("med_type")))


def dear_purchases(frames: Given, drugs_min: int, days_min: int = 0) -> pl.DataFrame:
    """Of each person and house the visit with the dearest drugs, from at least so many kinds of them that last so long: what a dealer would order."""
    lasting = pl.col("prd_days").fill_null(0) >= days_min
    drugs = good_lines(frames).filter((pl.col("list_type") == DRUGS) & (pl.col("inscp_amt") > 0) & lasting)
    worth = drugs.group_by("mdtrt_id").agg(worth=pl.col("inscp_amt").sum(), kinds=pl.col("hilist_code").n_unique())
    bought = outpatient_visits(frames).join(worth.filter(pl.col("kinds") >= drugs_min), on="mdtrt_id")
    return bought.sort("worth", "mdtrt_id", descending=[True, False]).unique(["psn_no", "fixmedins_code"], keep="first", maintain_order=True)


def other_shops(frames: Given, units: pl.DataFrame) -> pl.Series:
    """The pharmacies that are not among the units' houses, by code; where there are none, the other houses, or at last their own."""
    others = sorted(set(frames["mdtrt_d"]["fixmedins_code"].drop_nulls()) - set(units["fixmedins_code"])) or sorted(set(units["fixmedins_code"]))
    shops = frames["mdtrt_d"].filter(pl.col("fixmedins_code").is_in(others) & (pl.col("med_type").str.starts_with("41")))["fixmedins_code"]
    return pl.Series(sorted(set(shops.to_list())) or others)


def shortest_stays(frames: Given, days_min: float) -> pl.DataFrame:
    """The shortest stay without an operation of each house that is long enough: the bill that is written for everybody."""
    stays = stays_of_days(frames, days_min).with_columns(los=pl.col("endtime") - pl.col("begntime"))
    return (
        without_operation(frames, stays)
        .sort("los", "mdtrt_id")
        .unique("fixmedins_code", keep="first", maintain_order=True)
        .select("fixmedins_code", "mdtrt_id", "begntime")
    )


def never_admitted(frames: Given, houses: pl.DataFrame) -> pl.DataFrame:
    """``fixmedins_code psn_no``: the outpatients of these houses who were in no hospital, each with the house he visits most."""
    # also stays that have not ended, or were settled in several parts
    admitted = frames["mdtrt_d"].filter(is_inpatient(pl.col("med_type"))).select("psn_no")
    known = outpatient_visits(frames).join(houses, on="fixmedins_code", how="semi").join(admitted, on="psn_no", how="anti")
    often = known.group_by("psn_no", "fixmedins_code").len("n").sort("psn_no", "n", "fixmedins_code", descending=[False, True, False])
    return often.unique("psn_no", keep="first", maintain_order=True).select("fixmedins_code", "psn_no")


def in_groups(people: pl.DataFrame, size: int, groups_max: int) -> pl.DataFrame:
    """``fixmedins_code psn_no unit``: each house's people in full groups of ``size``, in the order they are given."""
    return (
        people.with_columns(number=pl.int_range(pl.len()).over("fixmedins_code") // size)
        .filter((pl.len().over("fixmedins_code", "number") == size) & (pl.col("number") < groups_max))
        .select("fixmedins_code", "psn_no", unit=filled("{}#{}", "fixmedins_code", "number"))
    )


def period(frames: Given) -> tuple[datetime, datetime]:
    """The first and the last beginning of a visit."""
    begins = frames["mdtrt_d"]["begntime"]
    return cast("datetime", begins.min()), cast("datetime", begins.max())


def as_units(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    """``fixmedins_code unit`` of the distinct values of a column."""
    return frame.select("fixmedins_code", pl.col(unit).alias("unit")).unique().drop_nulls()


def chosen(units: pl.DataFrame, column: str) -> pl.Expr:
    """True for rows whose column is one of the chosen units."""
    return pl.col(column).is_in(units["unit"].implode())


def cases_by(lines: pl.DataFrame, unit: str) -> pl.DataFrame:
    """One case a unit with the fee lines that bear the fraud."""
    return lines.group_by(pl.col(unit).alias("unit")).agg(
        pl.col("psn_no").first(), pl.col("mdtrt_id").first(), pl.col("bkkp_sn").sort().alias("bkkp_sns")
    )


def without_operation(frames: Given, stays: pl.DataFrame) -> pl.DataFrame:
    """Stays with neither an operation in the settlement list nor an operation or vascular intervention in their fee lines."""
    operated = good_lines(frames).filter(item_group(pl.col("hilist_code")).is_in(OPERATIONS)).select("mdtrt_id")
    plain = stays.join(operated.unique(), on="mdtrt_id", how="anti")
    if "mdcs_fund_setl_list_oprn_d" not in frames:
        return plain
    listed = frames["setl_d"].join(frames["mdcs_fund_setl_list_oprn_d"].select("setl_id").unique(), on="setl_id", how="semi")
    return plain.join(listed.select("mdtrt_id").unique(), on="mdtrt_id", how="anti")


# --- money ---


def scaled(settled: pl.DataFrame, share: pl.Expr) -> pl.DataFrame:
    """Settlements with all their money times ``share``."""
    return settled.with_columns((pl.col(name).cast(pl.Float64) * share).round(2).cast(settled.schema[name]).alias(name) for name in MONEY)


def resettled(lines: pl.DataFrame, frames: Given) -> pl.DataFrame:
    """Settlements with their money scaled as their visits' lines changed against ``frames``."""
    old = frames["fee_list_d"].group_by("mdtrt_id").agg(pl.col("det_item_fee_sumamt").sum().cast(pl.Float64).alias("old"))
    new = lines.group_by("mdtrt_id").agg(pl.col("det_item_fee_sumamt").sum().cast(pl.Float64).alias("new"))
    share = old.join(new, on="mdtrt_id", how="left").select("mdtrt_id", share=pl.col("new").fill_null(0.0) / pl.col("old"))
    changed = share.filter(pl.col("share").is_finite() & (pl.col("share") != 1.0))
    setl = frames["setl_d"].join(changed, on="mdtrt_id", how="left")
    return scaled(setl, pl.col("share").fill_null(1.0)).drop("share")


def repriced(lines: pl.DataFrame, hit: pl.Expr, price: pl.Expr) -> pl.DataFrame:
    """Lines that ``hit`` with another unit price, quantity and share within scope as they were."""
    amount = price * pl.col("cnt").cast(pl.Float64)
    scope = (pl.col("inscp_amt") / pl.col("det_item_fee_sumamt")).cast(pl.Float64).clip(0.0, 1.0).fill_null(1.0)
    new = {"pric": price.round(6), "det_item_fee_sumamt": amount.round(2), "inscp_amt": (amount * scope).round(2)}
    return lines.with_columns(pl.when(hit).then(value.cast(lines.schema[name])).otherwise(pl.col(name)).alias(name) for name, value in new.items())


def times(lines: pl.DataFrame, hit: pl.Expr, factor: float) -> pl.DataFrame:
    """Lines that ``hit`` with quantity and money multiplied."""
    return lines.with_columns(
        pl.when(hit).then(pl.col(name) * factor).otherwise(pl.col(name)).cast(lines.schema[name]).alias(name) for name in ("cnt", *LINE_MONEY)
    )


def with_more_lines(frames: Given, more: pl.DataFrame) -> Frames:
    """Fee lines with ``more`` of the same columns, and settlements that follow."""
    lines = pl.concat([frames["fee_list_d"], more.select(frames["fee_list_d"].columns)])
    return {"fee_list_d": lines, "setl_d": resettled(lines, frames)}


# --- copies ---


def copied(frames: Given, plan: pl.DataFrame) -> tuple[Frames, pl.DataFrame]:
    """Visits billed again: every table with the copies added, and the copies' fee lines.

    Args:
        plan: ``mdtrt_id new days`` (and ``psn_no``, ``fixmedins_code``, ``minutes``): the visit copied, the copy's number, how many days
            later it takes place, whose card and which till it goes over (the same when left out), and how many minutes later.

    Settlement, settlement list and DRG settlement are copied with it; no box is scanned and nothing leaves the stock, for there was none.
    """
    plan = plan.with_columns(
        shift=pl.duration(days=pl.col("days"), minutes=pl.col("minutes") if "minutes" in plan.columns else pl.lit(0)),
        set_psn=pl.col("psn_no") if "psn_no" in plan.columns else pl.lit(None, pl.String),
        set_house=pl.col("fixmedins_code") if "fixmedins_code" in plan.columns else pl.lit(None, pl.String),
    ).select("mdtrt_id", "new", "days", "shift", "set_psn", "set_house")
    days = pl.duration(days=pl.col("days"))
    other = pl.col("set_psn").is_not_null()
    visits = (
        frames["mdtrt_d"]
        .join(plan, on="mdtrt_id")
        .with_columns(
            pl.col("new").alias("mdtrt_id"),
            pl.col("begntime", "endtime") + pl.col("shift"),
            ipt_otp_no=pl.col("new"),
            psn_no=pl.coalesce("set_psn", "psn_no"),
            fixmedins_code=pl.coalesce("set_house", "fixmedins_code"),
            # the employer belongs to the person
            emp_name=pl.when(other).then(None).otherwise("emp_name"),
        )
    )
    settled = (
        frames["setl_d"]
        .filter(pl.col("refd_setl_flag").fill_null("0") != "1")
        .join(plan, on="mdtrt_id")
        .with_columns(
            old_setl="setl_id",
            mdtrt_id="new",
            setl_id=filled("{}-{}", "setl_id", "new"),
            begndate=pl.col("begndate") + days,
            enddate=pl.col("enddate") + days,
            setl_time=pl.col("setl_time") + pl.col("shift"),
            invono=filled("{}-{}", "invono", "new"),
            psn_no=pl.coalesce("set_psn", "psn_no"),
            fixmedins_code=pl.coalesce("set_house", "fixmedins_code"),
        )
    )
    lines = (
        good_lines(frames)
        .join(plan, on="mdtrt_id")
        .with_columns(
            bkkp_sn=filled("{}-{}", "bkkp_sn", "new"),
            setl_id=filled("{}-{}", "setl_id", "new"),
            mdtrt_id="new",
            fee_ocur_time=pl.col("fee_ocur_time") + pl.col("shift"),
            psn_no=pl.coalesce("set_psn", "psn_no"),
            fixmedins_code=pl.coalesce("set_house", "fixmedins_code"),
        )
        .select(frames["fee_list_d"].columns)
    )
    tables: Frames = {
        "mdtrt_d": pl.concat([frames["mdtrt_d"], visits.select(frames["mdtrt_d"].columns)]),
        "setl_d": pl.concat([frames["setl_d"], settled.select(frames["setl_d"].columns)]),
        "fee_list_d": pl.concat([frames["fee_list_d"], lines]),
    }
    link = settled.select(pl.col("old_setl").alias("setl_id"), new_setl="setl_id", new_mdtrt="mdtrt_id", new_psn="psn_no", days="days")
    for name, key in OF_SETTLEMENT.items():
        if name in frames:
            tables[name] = pl.concat([frames[name], _of_copies(frames[name], link, key)])
    return tables, lines


def _of_copies(table: pl.DataFrame, link: pl.DataFrame, key: str | None) -> pl.DataFrame:
    """A settlement list's rows for the copies of its settlements."""
    days = pl.duration(days=pl.col("days"))
    changes = {
        "setl_id": pl.col("new_setl"),
        "mdtrt_id": pl.col("new_mdtrt"),
        "psn_no": pl.col("new_psn"),
        "adm_time": pl.col("adm_time") + days,
        "dscg_time": pl.col("dscg_time") + days,
        "oprn_oprt_date": pl.col("oprn_oprt_date") + days,
    }
    if key:
        changes[key] = filled("{}-{}", key, "new_mdtrt")
    return (
        table.join(link, on="setl_id")
        .with_columns(**{name: change for name, change in changes.items() if name in table.columns})
        .select(table.columns)
    )


# --- presence ---


def unseen(frames: Given, visits: pl.DataFrame) -> Frames:
    """Face records without those of these visits' persons at their institutions between beginning and end: nobody was there."""
    if "scene_rcd_d" not in frames:
        return {}
    records = frames["scene_rcd_d"]
    there = records.join(visits.select("psn_no", "fixmedins_code", "from", "to"), on=["psn_no", "fixmedins_code"])
    gone = there.filter(pl.col("begntime").is_between(pl.col("from"), pl.col("to"))).select("rcd_id")
    return {"scene_rcd_d": records.join(gone, on="rcd_id", how="anti")}


# --- prices of the institution's own ---


def own_items(frames: Given, wanted: pl.Expr) -> pl.DataFrame:
    """One line a house and item it bills within scope, its latest, with ``often`` (how many lines it has of it)."""
    lines = good_lines(frames).filter(wanted & (pl.col("inscp_amt") > 0))
    return (
        lines.with_columns(often=pl.len().over("fixmedins_code", "hilist_code"))
        .sort("fee_ocur_time", "bkkp_sn")
        .unique(["fixmedins_code", "hilist_code"], keep="last", maintain_order=True)
    )


def one_each(lines: pl.DataFrame, at: pl.DataFrame, tag: str) -> pl.DataFrame:
    """Model lines (``fixmedins_code`` + fee line) billed once, quantity 1, in each visit of ``at`` (``mdtrt_id psn_no setl_id time`` …)."""
    price = pl.col("pric").cast(pl.Float64)
    scope = (pl.col("inscp_amt") / pl.col("det_item_fee_sumamt")).cast(pl.Float64).clip(0.0, 1.0)
    models = lines.drop("mdtrt_id", "psn_no", "setl_id", "fee_ocur_time", "med_type", "bilg_dr_code", "rx_drord_no").with_columns(
        cnt=pl.lit(1).cast(lines.schema["cnt"]),
        det_item_fee_sumamt=price.round(2).cast(lines.schema["det_item_fee_sumamt"]),
        inscp_amt=(price * scope).round(2).cast(lines.schema["inscp_amt"]),
        fulamt_ownpay_amt=pl.lit(0).cast(lines.schema["fulamt_ownpay_amt"]),
    )
    return (
        at.join(models, on="fixmedins_code")
        .with_columns(
            fee_ocur_time="time",
            rx_drord_no=pl.lit(None, pl.String),
            bkkp_sn=filled("{}-{}-{}-{}", "mdtrt_id", pl.lit(tag), pl.col("time").dt.strftime("%j"), "hilist_code"),
        )
        .unique("bkkp_sn", keep="first", maintain_order=True)
    )


def with_settlement(frames: Given, visits: pl.DataFrame) -> pl.DataFrame:
    """Visits with the ``setl_id`` they were settled by and ``bilg_dr_code`` of the physician in charge, for lines that are added."""
    settled = frames["setl_d"].filter(pl.col("refd_setl_flag").fill_null("0") != "1").unique("mdtrt_id", keep="first", maintain_order=True)
    return visits.join(settled.select("mdtrt_id", "setl_id"), on="mdtrt_id").with_columns(bilg_dr_code=pl.col("chfpdr_code"))


def days_of(visits: pl.DataFrame, hours: int) -> pl.DataFrame:
    """One row a day of each stay but the day of discharge, with ``time`` at that hour."""
    begin, end = pl.col("begntime").dt.date(), pl.col("endtime").dt.date()
    return (
        visits.with_columns(day=pl.date_ranges(begin, pl.max_horizontal(begin, end - pl.duration(days=1))))
        .explode("day")
        .with_columns(time=pl.max_horizontal(pl.col("day").cast(pl.Datetime("us")) + pl.duration(hours=hours), "begntime"))
    )
