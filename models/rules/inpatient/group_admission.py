from __future__ import annotations

import polars as pl

from features.parameters import Params
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


def neighbours(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays without operation, maternity or cycle, with their ``place`` (village, or employer where known) and ``door`` (household)."""
    columns = t.persons.collect_schema().names()
    village = pl.col("live_village") if "live_village" in columns else pl.col("live_addr").str.replace(r"\d+[^村组]*$", "")
    door = pl.col("live_addr")
    homes = t.persons.select("psn_no", village.alias("village"), door.alias("door"))
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null()).join(homes, on="psn_no", how="left")
    base = stays.select(
        "mdtrt_id",
        "psn_no",
        "fixmedins_code",
        "begn_date",
        "last_day",
        "main_dx",
        "village",
        "door",
        pl.col("emp_name").alias("employer"),
        "fee_fen",
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
    params=("chance_max", "common_share_max", "discharge_slack_days", "group_min", "households_min"),
    exceptions=("day_procedure", "maternity", "therapy_cycle", "common_cause"),
    loss="stay",
    extract=neighbours,
)
def group_admission(t: Tables, p: Params) -> pl.LazyFrame:
    """Neighbours or colleagues admitted to one house on one day and discharged together, without an operation that explains the trip.

    At least ``group_min`` persons of ``households_min`` households from one village, or of one employer, admitted the same day, all
    discharged within ``discharge_slack_days`` of each other. Cataract camps and other operations, deliveries and cycles are cleared, and
    so are groups of which more than ``common_share_max`` share an accident, a poisoning or an infection, and coincidences that the place's
    stays in that house, spread over the period, would bring with a chance above ``chance_max``. One finding a person, each
    naming the size of the group.
    """
    period = (pl.col("begn_date").max() - pl.col("begn_date").min()).dt.total_days() + 1
    stays = t.extracted.with_columns(common=pl.col("common").fill_null(value=False), one_day=1.0 / period)
    by_village = stays.filter(pl.col("village").is_not_null()).with_columns(place="village", tie=pl.lit("同村（社区）"))
    by_work = stays.filter(pl.col("employer").is_not_null()).with_columns(place="employer", tie=pl.lit("同单位"))
    key = ["fixmedins_code", "begn_date", "tie", "place"]
    grouped = (
        pl.concat([by_village, by_work])
        .with_columns(
            all_of_place=pl.len().over("fixmedins_code", "tie", "place"),
        )
        .with_columns(middle=pl.col("last_day").sort().get(pl.len() // 2).over(key))
        .filter((pl.col("last_day") - pl.col("middle")).dt.total_days().abs() <= p["discharge_slack_days"])
        .with_columns(
            persons=pl.col("psn_no").n_unique().over(key),
            doors=pl.col("door").n_unique().over(key),
            shared=pl.col("common").mean().over(key),
            diseases=pl.col("main_dx").str.slice(0, 3).n_unique().over(key),
        )
        .filter((pl.col("persons") >= p["group_min"]) & (pl.col("doors") >= p["households_min"]) & (pl.col("shared") <= p["common_share_max"]))
        .with_columns(chance=at_least("persons", "all_of_place", "one_day"))
        .filter(pl.col("chance") <= p["chance_max"])
        .sort("mdtrt_id", "persons", "tie", descending=[False, True, False])
        .unique("mdtrt_id", keep="first", maintain_order=True)
    )
    names = houses(t).select("fixmedins_code", "fixmedins_name")
    return grouped.join(names, on="fixmedins_code", how="left").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=(0.4 + 0.1 * pl.col("persons")).clip(0.5, 0.95),
        evidence=pl.format(
            "{}的{}人（{}户）于{}同日住进{}，并于{}前后同批出院，涉及{}种不同疾病，均无手术、分娩或周期治疗，也不属事故、中毒或传染病；本例住院{}。",
            "tie",
            "persons",
            "doors",
            "begn_date",
            pl.col("fixmedins_name").fill_null("该院"),
            "middle",
            "diseases",
            span(pl.col("begn_date"), pl.col("last_day")),
        ),
    )
