from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.closely_watched import closely_watched
from models.exceptions.follow_up_imaging import follow_up_imaging
from models.exceptions.several_newborns import several_newborns
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.inpatient._chance import at_least
from models.wording import yuan

#: charge categories of examinations, laboratory tests and treatments
WATCHED = {"03": "检查", "04": "检验", "05": "治疗"}


def _again(t: Tables, p: Params) -> pl.LazyFrame:
    """Services charged again to the same person at the same house hours later (rows with ``again``), and how many lines of each service every
    house has (rows with ``lines``)."""
    by_the_hour = t.of_item(pl.col("hilist_name").str.contains(p["followed_closely"]))
    services = t.lines.filter(
        (pl.col("list_type") == "201")
        & pl.col("med_chrgitm_type").is_in(list(WATCHED))
        & (pl.col("inscp_fen") > 0)
        # a charge at midnight is a day's charge, whatever the hour it was given
        & (pl.col("time").dt.time() != pl.time(0, 0))
        & ~by_the_hour
    )
    item = ["fixmedins_code", "hilist_code", "med_chrgitm_type"]
    totals = services.group_by(item).agg(lines=pl.len().cast(pl.Int64))
    same = ["psn_no", "fixmedins_code", "inpatient", "hilist_code"]
    before = {name: pl.col(name).shift(1).over(same, order_by=["time", "bkkp_sn"]) for name in ("time", "date", "bkkp_sn")}
    minutes = (pl.col("time") - before["time"]).dt.total_minutes()
    again = (
        services.filter(pl.len().over(same) > 1)
        .with_columns(first=before["bkkp_sn"], minutes=minutes, overnight=pl.col("date") != before["date"])
        .filter((pl.col("minutes") > p["minutes_apart_min"]) & (~pl.col("overnight") | (pl.col("minutes") <= 60 * p["hours_over_midnight_max"])))
    )
    scans = pl.col("med_chrgitm_type") == "03"
    judged = pl.concat([again.filter(~scans), follow_up_imaging.clear(again.filter(scans), t, p)])
    for unit in (closely_watched, several_newborns):
        judged = unit.clear(judged, t, p)
    columns = [*item, "psn_no", "mdtrt_id", "setl_id", "hilist_name", "date", "inscp_fen", "minutes", "first"]
    return pl.concat([judged.select(*columns, again="bkkp_sn"), totals], how="diagonal")


@rule(
    title_zh="同一项目数小时内再次收费",
    title_en="The same service charged again within hours",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "base.problems2025"),
    needs=("fee_list_d",),
    params=(
        "chance_max",
        "followed_closely",
        "hours_over_midnight_max",
        "minutes_apart_min",
        "peer_lines_min",
        "persons_min",
        "repeats_min",
        "times_usual",
        "trim_share",
        "usual_floor",
        "usual_max",
    ),
    exceptions=("closely_watched", "follow_up_imaging", "several_newborns", "refund"),
    extract=_again,
)
def service_again_within_hours(t: Tables, p: Params) -> pl.LazyFrame:
    """An examination, test or treatment charged again for the same person later on the day, or on both sides of midnight, where others do it once.

    Counted is a line more than ``minutes_apart_min`` minutes after one of the same service for the same person at the same house (in-patients and
    outpatients apart), on the same day or at most ``hours_over_midnight_max`` hours later in the night; what follows sooner is another site, or
    ``same_test_minutes_apart``. What is followed by the hour by its nature (``followed_closely``) is left out, as are charges stamped midnight,
    the days around operations, dialysis, transfusion, rescue and intensive care, scans that a disease asks for again, and twins. Every service has
    its own rate among the other houses (the highest ``trim_share`` of them left out; of fewer than ``peer_lines_min`` lines elsewhere: that of its
    category; at least ``usual_floor``); services repeated by others in more than ``usual_max`` are not judged. Found are houses whose repeats of a
    category are at least ``repeats_min``, of ``persons_min`` persons, ``times_usual`` times what these rates would give, and more than chance
    allows (binomial, ``chance_max``). At fault is the later line. One finding a visit. An honest house shows two reports, or two records.
    """
    category = ["fixmedins_code", "med_chrgitm_type"]
    item = [*category, "hilist_code"]
    rows = t.extracted
    again = rows.filter(pl.col("again").is_not_null()).drop("lines")
    counted = again.group_by(item).agg(repeats=pl.len().cast(pl.Int64))
    rated = (
        rows.filter(pl.col("lines").is_not_null())
        .group_by(item)
        .agg(pl.col("lines").sum())
        .join(counted, on=item, how="left")
        .with_columns(pl.col("repeats").fill_null(0))
        .with_columns(
            elsewhere=pl.col("lines").sum().over("hilist_code") - pl.col("lines"),
            of_item=others_rate(pl.col("repeats"), pl.col("lines"), p["trim_share"], over="hilist_code"),
        )
    )
    alike = (
        rated.group_by(category)
        .agg(pl.col("lines", "repeats").sum())
        .select(*category, of_category=others_rate(pl.col("repeats"), pl.col("lines"), p["trim_share"], over="med_chrgitm_type"))
    )
    known = pl.col("elsewhere") >= p["peer_lines_min"]
    usual = rated.join(alike, on=category).with_columns(
        usual=pl.when(known).then("of_item").otherwise(pl.max_horizontal("of_item", "of_category")).clip(p["usual_floor"])
    )
    judged = usual.filter(pl.col("usual") <= p["usual_max"])
    house = (
        judged.group_by(category)
        .agg(pl.col("lines", "repeats").sum(), expected=(pl.col("lines") * pl.col("usual")).sum())
        .with_columns(rate=pl.col("expected") / pl.col("lines"))
        .with_columns(chance=at_least("repeats", "lines", "rate"))
        .filter(
            (pl.col("repeats") >= p["repeats_min"])
            & (pl.col("repeats") >= p["times_usual"] * pl.col("expected"))
            & (pl.col("chance") <= p["chance_max"])
        )
        .select(*category, "lines", "repeats", "expected")
    )
    told = (
        again.join(judged.select(item), on=item, how="semi")
        .join(house, on=category)
        .filter(pl.col("psn_no").n_unique().over(category) >= p["persons_min"])
        .with_columns(
            said=filled("{}（相隔{}小时）", "hilist_name", (pl.col("minutes") / 60).round(1)),
            habit=filled(
                "本机构{}明细{}条中此类重复{}条，按其他机构比例应约{}条",
                pl.col("med_chrgitm_type").replace_strict(WATCHED, default="诊疗"),
                "lines",
                "repeats",
                pl.col("expected").round(1),
            ),
        )
    )
    return (
        told.group_by("fixmedins_code", "psn_no", "mdtrt_id")
        .agg(
            pl.col("setl_id").drop_nulls().min(),
            bkkp_sns=pl.col("again"),
            related_bkkp_sns=pl.col("first").unique(),
            occurred_from=pl.col("date").min(),
            occurred_to=pl.col("date").max(),
            said=pl.col("said").unique().sort().head(4).str.join("、"),
            habit=pl.col("habit").unique().sort().str.join("；"),
            worth=pl.col("inscp_fen").sum(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "setl_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "occurred_from",
            "occurred_to",
            evidence=filled(
                "同一患者的同一项目在数小时内再次收费{}条：{}，涉及医保范围内金额{}元；{}。须核对有无两份报告或两次治疗记录。",
                pl.col("bkkp_sns").list.len(),
                "said",
                yuan(pl.col("worth")),
                "habit",
            ),
        )
    )
