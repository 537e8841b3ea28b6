from __future__ import annotations

import numpy as np
import polars as pl

from features.parameters import Params
from features.shared.once import at_hand
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.common_cause import common_cause
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.therapy_cycle import therapy_cycle
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses
from models.wording import span

CLEARED = (day_procedure, maternity, therapy_cycle)
#: What neighbours and colleagues share, from near to far, and what the evidence calls it.
TIES = {"door": "同一住址", "village": "同村（社区）", "town": "同乡镇（街道）", "employer": "同单位"}


def neighbours(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays without operation, maternity or cycle, with the patient's ``door village town employer`` and whether a ``common`` cause fits."""
    columns = t.persons.collect_schema().names()
    door = pl.col("live_addr")
    village = pl.col("live_village") if "live_village" in columns else door.str.replace(r"\d+[^村组]*$", "")
    town = pl.col("live_town") if "live_town" in columns else door.str.extract(r"^(.+?(?:街道|镇|乡))")
    homes = t.persons.select("psn_no", door=door, village=village, town=town)
    # an account closed and opened again is no admission
    before = pl.col("last_day").shift(1).over("psn_no", "fixmedins_code", order_by=["begn_date", "mdtrt_id"])
    goes_on = ((pl.col("begn_date") - before).dt.total_days() <= 1).fill_null(value=False)
    stays = dated_stays(t).filter(~goes_on).filter(pl.col("last_day").is_not_null()).join(homes, on="psn_no", how="left")
    base = stays.select(
        "mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "main_dx", "door", "village", "town", pl.col("emp_name").alias("employer")
    )
    for unit in CLEARED:
        base = unit.clear(base, t, p)
    common = common_cause.function(t, p).with_columns(common=pl.lit(value=True))
    return base.join(common, on="mdtrt_id", how="left")


@rule(
    title_zh="同村同单位集中入院",
    title_en="Group admission",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "impl.25", "base.problems2025"),
    needs=("mdtrt_d", "setl_d", "psn_info_b"),
    params=(
        "admission_days",
        "chance_max",
        "common_share_max",
        "discharge_slack_days",
        "door_persons_min",
        "further_chance_max",
        "group_min",
        "home_persons_min",
        "households_min",
        "place_prior_stays",
    ),
    exceptions=(*(unit.name for unit in CLEARED), "common_cause"),
    loss="stay",
    extract=neighbours,
    version="2",
)
def group_admission(t: Tables, p: Params) -> pl.LazyFrame:
    """Neighbours or colleagues who come to one house within days and leave it together, without an operation that explains the trip.

    At least ``group_min`` persons of ``households_min`` households from one village or town, of one employer, or ``door_persons_min`` of one
    address (``group_min`` where ``home_persons_min`` in-patients of the city live: a home), admitted within one of the spans of
    ``admission_days`` (days after the first), all discharged within ``discharge_slack_days`` of one of them, or kept as long as he. Cataract
    camps and other operations, deliveries and cycles are cleared, accounts closed and opened again are no admissions, and groups are left
    alone of which more than ``common_share_max`` share an accident, a poisoning or an infection.

    What chance brings is told by the house itself: the place's other stays there (and ``place_prior_stays`` more), spread over the
    days as the house's patients from other places are, or evenly where those were fewer, and as often discharged together as two stays of the
    house are. Households come in clusters for lawful reasons too, so that their number is taken as geometric rather than Poisson, and
    every stay of the house, tie and span is a trial. A group is found where that leaves at most ``chance_max``, and at a house with such a
    group each further one that alone would have a chance of at most ``further_chance_max``. One finding a person, in his unlikeliest group.
    An honest house would answer with the outbreak, the campaign or the ward that moved.
    """
    stays = t.extracted.with_columns(common=pl.col("common").fill_null(value=False))
    (stays,) = at_hand(stays.unique(["fixmedins_code", "psn_no", "begn_date"], keep="first", maintain_order=True))
    placed = pl.concat(
        [stays.filter(pl.col(tie).is_not_null() & (pl.col(tie) != "")).with_columns(tie=pl.lit(tie), place=pl.col(tie)) for tie in TIES]
    )
    # of an address at which many in-patients of the city live, a home or a barracks, fewer are a group than of a family's
    placed = placed.with_columns(is_home=(pl.col("tie") == "door") & (pl.col("psn_no").n_unique().over("tie", "place") >= p["home_persons_min"]))
    placed = placed.select("fixmedins_code", "tie", "place", "mdtrt_id", "psn_no", "door", "begn_date", "last_day", "main_dx", "common", "is_home")
    (judged,) = at_hand(_with_chance(_groups(placed, p), stays, p))
    shown = judged.join(_proven(judged, p), on="fixmedins_code", how="semi").filter(
        (pl.col("chance") <= p["chance_max"]) | (pl.col("alone") <= p["further_chance_max"])
    )
    names = houses(t).select("fixmedins_code", "fixmedins_name")
    return (
        _assigned(shown)
        .join(stays.select("mdtrt_id", "psn_no", "begn_date", "last_day"), on="mdtrt_id")
        .join(names, on="fixmedins_code", how="left")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.4 + 0.1 * pl.col("persons")).clip(0.5, 0.95),
            evidence=filled(
                "{}的{}人（{}户）于{}先后住进{}，并于{}同批出院，涉及{}种不同疾病，均无手术、分娩或周期治疗，也不属事故、中毒或传染病；"
                "该地（单位）其他时间在该院住院{}例，按该院其他患者的入院时间计，这几日应有约{}例；本例住院{}。",
                pl.col("tie").replace_strict(TIES),
                "persons",
                "doors",
                span(pl.col("first"), pl.col("last")),
                pl.col("fixmedins_name").fill_null("该院"),
                span(pl.col("out_from"), pl.col("out_to")),
                "diseases",
                "others_of_place",
                pl.col("mean").clip(0.01).round(2),
                span(pl.col("begn_date"), pl.col("last_day")),
            ),
        )
    )


def _groups(placed: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """One row a stay (``anchor``) and span: who of its place came within the span from its admission on and left with it, if they are enough.

    ``fixmedins_code tie place anchor first days`` with ``of_place place_crowd persons doors members diseases shared last out_from out_to``.
    """
    key = ["fixmedins_code", "tie", "place"]
    placed = placed.with_columns(of_place=pl.len().over(key)).filter(pl.col("of_place") >= p["group_min"])
    spans = sorted(p["admission_days"])
    beside = placed.select(
        *key, member="mdtrt_id", other="psn_no", other_door="door", came="begn_date", left="last_day", dx="main_dx", other_common="common"
    )
    # a town sends thousands to its hospital in a year: compared are those of one stretch of days or of the next, whose days hold all spans
    stretch = (pl.col("came").cast(pl.Int32) // (spans[-1] + 1)).alias("stretch")
    beside = pl.concat([beside.with_columns(stretch - back) for back in (0, 1)])
    near = (
        placed.select(*key, "of_place", "is_home", anchor="mdtrt_id", first="begn_date", ended="last_day")
        .with_columns((pl.col("first").cast(pl.Int32) // (spans[-1] + 1)).alias("stretch"))
        .join(beside, on=[*key, "stretch"])
        .with_columns(after=(pl.col("came") - pl.col("first")).dt.total_days(), later=(pl.col("left") - pl.col("ended")).dt.total_days())
        .filter(pl.col("after").is_between(0, spans[-1]))
        # out on one day, or each kept as long as the others
        .with_columns(together=pl.min_horizontal(pl.col("later").abs(), (pl.col("later") - pl.col("after")).abs()) <= p["discharge_slack_days"])
    )
    door, kept = pl.coalesce("other_door", "other"), pl.col("together")
    windows = [
        near.filter(pl.col("after") <= days)
        .group_by(*key, "anchor", "first", "of_place", "is_home")
        .agg(
            place_crowd=pl.len(),
            persons=pl.col("other").filter(kept).n_unique(),
            doors=door.filter(kept).n_unique(),
            members=pl.col("member").filter(kept).sort(),
            diseases=pl.col("dx").filter(kept).str.slice(0, 3).n_unique(),
            shared=pl.col("other_common").filter(kept).mean(),
            last=pl.col("came").filter(kept).max(),
            out_from=pl.col("left").filter(kept).min(),
            out_to=pl.col("left").filter(kept).max(),
        )
        .with_columns(days=pl.lit(days))
        for days in spans
    ]
    at_one_door = pl.col("persons") >= pl.when("is_home").then(p["group_min"]).otherwise(p["door_persons_min"])
    of_several = (pl.col("persons") >= p["group_min"]) & (pl.col("doors") >= p["households_min"])
    return pl.concat(windows).filter(
        pl.when(pl.col("tie") == "door").then(at_one_door).otherwise(of_several) & (pl.col("shared") <= p["common_share_max"])
    )


def _with_chance(groups: pl.LazyFrame, stays: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """The groups with ``mean`` (stays of the place that the days would bring), ``alone`` and ``chance`` (all trials of the house counted)."""
    house = stays.group_by("fixmedins_code").agg(
        house_stays=pl.len(),
        period=(pl.col("begn_date").max() - pl.col("begn_date").min()).dt.total_days() + 1,
        los=(pl.col("last_day") - pl.col("begn_date")).dt.total_days(),
    )
    of_day = stays.group_by("fixmedins_code", came="begn_date").agg(n=pl.len())
    windows = groups.select("fixmedins_code", "first", "days").unique()
    crowd = (
        windows.with_columns(came=pl.date_ranges("first", pl.col("first") + pl.duration(days="days")))
        .explode("came")
        .join(of_day, on=["fixmedins_code", "came"])
        .group_by("fixmedins_code", "first", "days")
        .agg(crowd=pl.col("n").sum())
    )
    alike = house.select("fixmedins_code", alike=_alike(pl.col("los"), p["discharge_slack_days"]))
    others = (pl.col("house_stays") - pl.col("of_place")).clip(1)
    even = (pl.col("days") + 1) / pl.col("period")
    busy = (pl.col("crowd") - pl.col("place_crowd")).clip(0) / others
    counted = pl.when(pl.col("tie") == "door").then("persons").otherwise("doors")
    return (
        groups.join(house.drop("los"), on="fixmedins_code")
        .join(alike, on="fixmedins_code")
        .join(crowd, on=["fixmedins_code", "first", "days"])
        .with_columns(others_of_place=pl.col("of_place") - pl.col("persons"), share=pl.max_horizontal(even, busy).clip(0, 1))
        .with_columns(mean=(pl.col("others_of_place") + p["place_prior_stays"]) * pl.col("share") * pl.col("alike"))
        # the first of a group is given: what is unlikely is that the others are there too
        .with_columns(alone=(pl.col("mean") / (1 + pl.col("mean"))) ** (counted - 1))
        .with_columns(trials=pl.col("house_stays") * len(p["admission_days"]))
        .with_columns(chance=pl.col("alone") * pl.col("trials"))
    )


def _alike(los: pl.Expr, slack: int) -> pl.Expr:
    """Chance that two stays of a house (``los``: list of their days) are as long as each other or end together, to within ``slack`` days."""

    def share(days: list[int]) -> float:
        length = np.sort(np.asarray(days))
        within = (np.searchsorted(length, length + slack, "right") - np.searchsorted(length, length - slack, "left") - 1).sum()
        pairs = len(length) * (len(length) - 1)
        return min(1.0, 2 * float(within + 1) / (pairs + 1))

    return los.map_elements(share, return_dtype=pl.Float64)


def _proven(judged: pl.LazyFrame, p: Params) -> pl.LazyFrame:
    """Houses with a group beyond chance, or with more further groups than their stays would bring by chance: ``fixmedins_code``."""
    single = judged.filter(pl.col("chance") <= p["chance_max"]).select("fixmedins_code")
    further = (
        _assigned(judged.filter(pl.col("alone") <= p["further_chance_max"]))
        .group_by("fixmedins_code", "trials", "anchor")
        .agg(n=pl.len())
        .filter(pl.col("n") >= p["group_min"])
        .group_by("fixmedins_code", "trials")
        .agg(found=pl.len())
        .with_columns(rate=pl.lit(p["further_chance_max"]))
        .with_columns(chance=at_least("found", "trials", "rate"))
        .filter((pl.col("found") >= 2) & (pl.col("chance") <= p["chance_max"]))
        .select("fixmedins_code")
    )
    return pl.concat([single, further]).unique()


def _assigned(groups: pl.LazyFrame) -> pl.LazyFrame:
    """One row a stay (``mdtrt_id``) with its unlikeliest group."""
    return (
        groups.explode("members")
        .rename({"members": "mdtrt_id"})
        .sort("mdtrt_id", "alone", "tie", "anchor", "days")
        .unique("mdtrt_id", keep="first", maintain_order=True)
    )
