"""The frauds that ``huoyan power`` plants. Each changes raw contract tables the way a cheating institution's software would fill them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

import polars as pl

from features.parameters import Params
from features.reference.items import BED_PREFIX, INPATIENT_CONSULTATION, NURSING_PREFIX, is_dialysis, is_inpatient
from models.kinds import Kind
from models.power import Frames, Plant

Tables_: TypeAlias = Mapping[str, pl.DataFrame]
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
#: Endings of the numbers of what is added.
SECOND: Final = "S"
LINE_MONEY: Final = ("det_item_fee_sumamt", "inscp_amt", "fulamt_ownpay_amt")


# --- what they are planted on ---


def _good_lines(frames: Tables_) -> pl.DataFrame:
    """Valid lines with a positive amount that no refund takes back."""
    lines = frames["fee_list_d"].filter((pl.col("vali_flag").fill_null("1") != "0") & (pl.col("det_item_fee_sumamt") > 0))
    taken_back = lines["init_feedetl_sn"].drop_nulls().implode()
    return lines.filter(~pl.col("bkkp_sn").is_in(taken_back) & pl.col("init_feedetl_sn").is_null())


def _stays(frames: Tables_, days_min: int) -> pl.DataFrame:
    """Ended, valid stays of at least so many days, settled once."""
    once = frames["setl_d"].filter(pl.col("refd_setl_flag").fill_null("0") != "1").group_by("mdtrt_id").len().filter(pl.col("len") == 1)
    return frames["mdtrt_d"].filter(
        (pl.col("vali_flag").fill_null("1") != "0")
        & is_inpatient(pl.col("med_type"))
        & ((pl.col("endtime").dt.date() - pl.col("begntime").dt.date()).dt.total_days() >= days_min)
        & pl.col("mdtrt_id").is_in(once["mdtrt_id"].implode())
    )


def _units(frame: pl.DataFrame, unit: str) -> pl.DataFrame:
    return frame.select("fixmedins_code", pl.col(unit).alias("unit")).unique().drop_nulls()


def _cases_by(lines: pl.DataFrame, unit: str) -> pl.DataFrame:
    """One case a unit with the fee lines that bear the fraud."""
    return lines.group_by(pl.col(unit).alias("unit")).agg(
        pl.col("psn_no").first(), pl.col("mdtrt_id").first(), pl.col("bkkp_sn").sort().alias("bkkp_sns")
    )


def _fees_by_stay(lines: pl.DataFrame, frames: Tables_) -> pl.DataFrame:
    """Settlements with their money scaled to what is left of their stays' lines."""
    old = frames["fee_list_d"].group_by("mdtrt_id").agg(pl.col("det_item_fee_sumamt").sum().cast(pl.Float64).alias("old"))
    new = lines.group_by("mdtrt_id").agg(pl.col("det_item_fee_sumamt").sum().cast(pl.Float64).alias("new"))
    share = old.join(new, on="mdtrt_id", how="left").select("mdtrt_id", share=pl.col("new").fill_null(0.0) / pl.col("old"))
    changed = share.filter(pl.col("share").is_finite() & (pl.col("share") != 1.0))
    setl = frames["setl_d"].join(changed, on="mdtrt_id", how="left")
    return _scaled(setl, pl.col("share").fill_null(1.0)).drop("share")


# --- overpricing ---


def _capped_lines(frames: Tables_, p: Params) -> pl.DataFrame:  # noqa: ARG001 - every plant takes (frames, parameters)
    return _units(_good_lines(frames).filter((pl.col("pric_uplmt_amt") > 0) & (pl.col("inscp_amt") > 0)), "bkkp_sn")


def _price_over_ceiling(frames: Tables_, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """Lines with a ceiling are charged above it, the quantity as it was."""
    lines = frames["fee_list_d"]
    hit = pl.col("bkkp_sn").is_in(units["unit"].implode())
    price = pl.col("pric_uplmt_amt").cast(pl.Float64) * p["over_ceiling_ratio"]
    amount = price * pl.col("cnt").cast(pl.Float64)
    scope = (pl.col("inscp_amt") / pl.col("det_item_fee_sumamt")).cast(pl.Float64).clip(0.0, 1.0)
    dear = lines.with_columns(
        pric=pl.when(hit).then(price.round(6).cast(lines.schema["pric"])).otherwise("pric"),
        det_item_fee_sumamt=pl.when(hit).then(amount.round(2).cast(lines.schema["det_item_fee_sumamt"])).otherwise("det_item_fee_sumamt"),
        inscp_amt=pl.when(hit).then((amount * scope).round(2).cast(lines.schema["inscp_amt"])).otherwise("inscp_amt"),
    )
    return {"fee_list_d": dear, "setl_d": _fees_by_stay(dear, frames)}, _cases_by(dear.filter(hit), "bkkp_sn")


# --- duplicate charges ---


def _stays_with_beds(frames: Tables_, p: Params) -> pl.DataFrame:
    beds = _good_lines(frames).filter(pl.col("hilist_code").str.starts_with(BED_PREFIX))
    return _units(_stays(frames, p["stay_days_min"]).join(beds.select("mdtrt_id").unique(), on="mdtrt_id", how="semi"), "mdtrt_id")


def _bed_days_twice(frames: Tables_, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """Every bed day of the stay is charged twice in one line."""
    lines = frames["fee_list_d"]
    hit = (
        pl.col("mdtrt_id").is_in(units["unit"].implode())
        & pl.col("hilist_code").str.starts_with(BED_PREFIX)
        & (pl.col("det_item_fee_sumamt") > 0)
        & (pl.col("vali_flag").fill_null("1") != "0")
    )
    twice = lines.with_columns(
        pl.when(hit).then(pl.col(name) * 2).otherwise(pl.col(name)).cast(lines.schema[name]).alias(name) for name in ("cnt", *LINE_MONEY)
    )
    return {"fee_list_d": twice, "setl_d": _fees_by_stay(twice, frames)}, _cases_by(twice.filter(hit), "mdtrt_id")


def _visits_with_service_lines(frames: Tables_, p: Params) -> pl.DataFrame:  # noqa: ARG001
    return _units(_good_lines(frames).filter((pl.col("list_type") == "201") & is_inpatient(pl.col("med_type"))), "mdtrt_id")


def _lines_posted_again(frames: Tables_, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """The service lines of one day of a stay are posted again under new numbers, with the same minute, quantity and price."""
    services = _good_lines(frames).filter(pl.col("mdtrt_id").is_in(units["unit"].implode()) & (pl.col("list_type") == "201"))
    fullest = (
        services.group_by("mdtrt_id", pl.col("fee_ocur_time").dt.date().alias("day"))
        .len()
        .sort("mdtrt_id", "len", "day", descending=[False, True, False])
    )
    of_day = services.with_columns(day=pl.col("fee_ocur_time").dt.date()).join(
        fullest.unique("mdtrt_id", keep="first", maintain_order=True).select("mdtrt_id", "day"), on=["mdtrt_id", "day"], how="semi"
    )
    again = of_day.drop("day").with_columns(bkkp_sn=pl.col("bkkp_sn") + "R")
    lines = pl.concat([frames["fee_list_d"], again])
    return {"fee_list_d": lines, "setl_d": _fees_by_stay(lines, frames)}, _cases_by(again, "mdtrt_id")


# --- dialysis ---


def _dialysis_visits(frames: Tables_, p: Params) -> pl.DataFrame:  # noqa: ARG001
    sessions = _good_lines(frames).filter(is_dialysis(pl.col("hilist_code")) & ~is_inpatient(pl.col("med_type")))
    return _units(sessions, "mdtrt_id")


def _extra_sessions(frames: Tables_, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """A dialysis visit is billed again on the next day."""
    wanted = pl.col("mdtrt_id").is_in(units["unit"].implode())
    visits, settled, lines = frames["mdtrt_d"], frames["setl_d"], frames["fee_list_d"]
    day = pl.duration(days=1)
    new_visits = visits.filter(wanted).with_columns(
        pl.col("mdtrt_id") + "X", pl.col("begntime") + day, pl.col("endtime") + day, pl.col("ipt_otp_no") + "X"
    )
    new_settled = settled.filter(wanted & (pl.col("refd_setl_flag").fill_null("0") != "1")).with_columns(
        pl.col("mdtrt_id", "setl_id") + "X", pl.col("begndate") + day, pl.col("enddate") + day, pl.col("setl_time") + day, pl.col("invono") + "X"
    )
    new_lines = _good_lines(frames).filter(wanted).with_columns(pl.col("bkkp_sn", "mdtrt_id", "setl_id") + "X", pl.col("fee_ocur_time") + day)
    cases = _cases_by(new_lines.filter(is_dialysis(pl.col("hilist_code"))), "mdtrt_id").with_columns(unit=pl.col("unit").str.strip_suffix("X"))
    tables = {
        "mdtrt_d": pl.concat([visits, new_visits]),
        "setl_d": pl.concat([settled, new_settled]),
        "fee_list_d": pl.concat([lines, new_lines]),
    }
    return tables, cases


# --- hanging beds, split stays ---


def _long_stays(frames: Tables_, p: Params) -> pl.DataFrame:
    return _units(_stays(frames, p["stay_days_min"]), "mdtrt_id")


def _bed_hanging(frames: Tables_, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """After the first days nothing but bed, nursing and rounds is charged: the patient is at home."""
    visits = (
        frames["mdtrt_d"].filter(pl.col("mdtrt_id").is_in(units["unit"].implode())).select("mdtrt_id", pl.col("begntime").dt.date().alias("from"))
    )
    lines = frames["fee_list_d"].join(visits, on="mdtrt_id", how="left")
    code = pl.col("hilist_code")
    token = code.str.starts_with(BED_PREFIX) | code.str.starts_with(NURSING_PREFIX) | (code == INPATIENT_CONSULTATION)
    late = (pl.col("fee_ocur_time").dt.date() - pl.col("from")).dt.total_days() >= p["present_days"]
    left = lines.filter(pl.col("from").is_null() | ~late.fill_null(value=False) | token).drop("from")
    idle = lines.filter(pl.col("from").is_not_null() & late & token).drop("from")
    tables: Frames = {"fee_list_d": left, "setl_d": _fees_by_stay(left, frames)}
    if "scene_rcd_d" in frames and "mdtrt_id" in frames["scene_rcd_d"].columns:
        tables["scene_rcd_d"] = frames["scene_rcd_d"].join(visits, on="mdtrt_id", how="anti")
    return tables, _cases_by(idle, "mdtrt_id")


def _split_stay(frames: Tables_, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """The patient is discharged on paper half-way and admitted again the next day for the same."""
    visits, settled, lines = frames["mdtrt_d"], frames["setl_d"], frames["fee_list_d"]
    days = (pl.col("endtime") - pl.col("begntime")).dt.total_days()
    half = visits.filter(pl.col("mdtrt_id").is_in(units["unit"].implode())).select(
        "mdtrt_id", cut=pl.col("begntime").dt.date() + pl.duration(days=days // 2)
    )
    midnight = pl.col("cut").cast(pl.Datetime("us"))
    second_begin = midnight + pl.duration(days=1, hours=9)
    cut = visits.join(half, on="mdtrt_id", how="left")
    first = cut.with_columns(endtime=pl.when(pl.col("cut").is_null()).then("endtime").otherwise(midnight + pl.duration(hours=11)))
    second = cut.drop_nulls("cut").with_columns(
        pl.col("mdtrt_id", "ipt_otp_no") + SECOND, begntime=second_begin, endtime=pl.max_horizontal("endtime", second_begin)
    )
    late = (pl.col("fee_ocur_time").dt.date() > pl.col("cut")).fill_null(value=False)
    moved = lines.join(half, on="mdtrt_id", how="left").with_columns(late=late)
    new_lines = moved.with_columns(
        pl.when("late").then(pl.col(name) + SECOND).otherwise(pl.col(name)).alias(name) for name in ("mdtrt_id", "setl_id")
    ).select(lines.columns)
    amount = pl.col("det_item_fee_sumamt").cast(pl.Float64)
    later = moved.drop_nulls("cut").group_by("mdtrt_id").agg(later=amount.filter("late").sum() / amount.sum())
    begun = (
        settled.join(half, on="mdtrt_id", how="left")
        .join(later, on="mdtrt_id", how="left")
        .with_columns(pl.col("later").fill_nan(0.0).fill_null(0.0))
    )
    one = _scaled(begun, 1 - pl.col("later")).with_columns(enddate=pl.coalesce("cut", "enddate"))
    two = _scaled(begun.drop_nulls("cut"), pl.col("later")).with_columns(
        pl.col("mdtrt_id", "setl_id", "invono") + SECOND, begndate=pl.col("cut") + pl.duration(days=1)
    )
    tables = {
        "mdtrt_d": pl.concat([first.select(visits.columns), second.select(visits.columns)]),
        "setl_d": pl.concat([one.select(settled.columns), two.select(settled.columns)]),
        "fee_list_d": new_lines,
    }
    late_lines = new_lines.filter(pl.col("mdtrt_id").is_in((units["unit"] + SECOND).implode()))
    return tables, _cases_by(late_lines, "mdtrt_id").with_columns(unit=pl.col("unit").str.strip_suffix(SECOND))


def _scaled(settled: pl.DataFrame, share: pl.Expr) -> pl.DataFrame:
    """Settlements with all their money times ``share``."""
    return settled.with_columns((pl.col(name).cast(pl.Float64) * share).round(2).cast(settled.schema[name]).alias(name) for name in MONEY)


# --- after death ---


def _regular_visitors(frames: Tables_, p: Params) -> pl.DataFrame:
    """Persons alive with several outpatient visits, all at one institution."""
    lines = _good_lines(frames).filter(~is_inpatient(pl.col("med_type")))
    dead = frames["die_reg_d"]["psn_no"].implode()
    seen = frames["mdtrt_d"].group_by("psn_no").agg(pl.col("fixmedins_code").n_unique().alias("houses"), pl.col("fixmedins_code").first())
    days = lines.group_by("psn_no").agg(pl.col("fee_ocur_time").dt.date().n_unique().alias("days"))
    able = seen.filter((pl.col("houses") == 1) & ~pl.col("psn_no").is_in(dead)).join(days.filter(pl.col("days") >= p["visit_days_min"]), on="psn_no")
    return _units(able, "psn_no")


def _claims_after_death(frames: Tables_, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:
    """The person died well before the last visits, whose card went on being used; no face was seen after death."""
    lines = _good_lines(frames).filter(pl.col("psn_no").is_in(units["unit"].implode()))
    days = lines.select("psn_no", "mdtrt_id", "bkkp_sn", day=pl.col("fee_ocur_time").dt.date())
    median = days.group_by("psn_no").agg(pl.col("day").unique().sort().alias("days")).with_columns(half=pl.col("days").list.len() // 2)
    died = median.select("psn_no", die_date=pl.col("days").list.get(pl.col("half")) - pl.duration(days=int(p["dead_days"])))
    after = lines.join(died, on="psn_no").filter(pl.col("fee_ocur_time").dt.date() > pl.col("die_date") + pl.duration(days=int(p["dead_days"]) - 1))
    register = frames["die_reg_d"]
    source = register["data_src"].mode().sort().first() if register.height else "1"
    new = died.select(
        (pl.col(name) if name in died.columns else pl.lit(source if name == "data_src" else None)).cast(dtype).alias(name)
        for name, dtype in register.schema.items()
    )
    tables: Frames = {"die_reg_d": pl.concat([register, new])}
    if "scene_rcd_d" in frames and "psn_no" in frames["scene_rcd_d"].columns:
        tables["scene_rcd_d"] = frames["scene_rcd_d"].filter(~pl.col("psn_no").is_in(units["unit"].implode()))
    return tables, _cases_by(after, "psn_no").with_columns(mdtrt_id=pl.lit(None, pl.String))


# --- trace codes ---


def _traced_sales(frames: Tables_, p: Params) -> pl.DataFrame:  # noqa: ARG001
    sold = frames["drug_trac_d"].join(_good_lines(frames).select("bkkp_sn"), on="bkkp_sn", how="semi")
    several = sold.filter(pl.len().over("fixmedins_code", "hilist_code") > 1)
    # the first sale of a drug lends its code
    first = several.sort("sel_retn_time", "bkkp_sn").unique(["fixmedins_code", "hilist_code"], keep="first", maintain_order=True)
    return _units(several.join(first.select("bkkp_sn"), on="bkkp_sn", how="anti"), "bkkp_sn")


def _trace_code_again(frames: Tables_, units: pl.DataFrame, p: Params) -> tuple[Frames, pl.DataFrame]:  # noqa: ARG001
    """A box whose code was read at an earlier sale is sold again."""
    traced = frames["drug_trac_d"]
    known = traced.join(_good_lines(frames).select("bkkp_sn"), on="bkkp_sn", how="semi")
    first = known.sort("sel_retn_time", "bkkp_sn").unique(["fixmedins_code", "hilist_code"], keep="first", maintain_order=True)
    hit = pl.col("bkkp_sn").is_in(units["unit"].implode())
    lent = traced.join(first.select("fixmedins_code", "hilist_code", lent="drug_trac_codg"), on=["fixmedins_code", "hilist_code"], how="left")
    again = lent.with_columns(drug_trac_codg=pl.when(hit).then(pl.coalesce("lent", "drug_trac_codg")).otherwise("drug_trac_codg")).drop("lent")
    return {"drug_trac_d": again}, _cases_by(frames["fee_list_d"].filter(hit), "bkkp_sn")


BASE: Final = ("mdtrt_d", "setl_d", "fee_list_d")

#: Every fraud that can be planted.
PLANTS: Final = (
    Plant("price_over_ceiling", Kind.OVERPRICING, "超限价收费", BASE, _capped_lines, _price_over_ceiling),
    Plant("bed_days_twice", Kind.DUPLICATE_CHARGE, "床位费加倍", BASE, _stays_with_beds, _bed_days_twice),
    Plant("lines_posted_again", Kind.DUPLICATE_CHARGE, "整日项目重复记账", BASE, _visits_with_service_lines, _lines_posted_again),
    Plant("extra_sessions", Kind.DIALYSIS_EXCESS, "次日虚增透析", BASE, _dialysis_visits, _extra_sessions),
    Plant("bed_hanging", Kind.BED_HANGING, "挂床", BASE, _long_stays, _bed_hanging),
    Plant("split_stay", Kind.SPLIT_STAY, "分解住院", BASE, _long_stays, _split_stay),
    Plant("claims_after_death", Kind.DEAD_OR_CUSTODY_CLAIMS, "死亡后结算", (*BASE, "die_reg_d"), _regular_visitors, _claims_after_death),
    Plant("trace_code_again", Kind.TRACE_CODE_REUSE, "追溯码再次销售", (*BASE, "drug_trac_d"), _traced_sales, _trace_code_again),
)
