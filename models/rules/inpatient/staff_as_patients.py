from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.urgent_or_fatal import urgent_or_fatal
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses
from models.rules.inpatient.returning_patients import MILD
from models.wording import span


def own_staff(t: Tables, p: Params) -> pl.LazyFrame:
    """All stays, ``own`` where the employer is the house itself and nothing urgent or operative explains the stay."""
    names = houses(t).select("fixmedins_code", "fixmedins_name")
    stays = dated_stays(t).join(names, on="fixmedins_code", how="left")
    employer = pl.col("emp_name").str.replace_all(r"[\s（）()]", "")
    name = pl.col("fixmedins_name").str.replace_all(r"[\s（）()]", "")
    own = stays.filter((employer == name) | (employer.str.contains(name, literal=True) & (name.str.len_chars() >= 5))).select("mdtrt_id")
    # an emergency for a stiff back or a cold is one in name only
    named = t.stays.filter(pl.col("main_dx").str.contains(MILD) & pl.col("dscg_way").fill_null("1").is_in(["1", "3", "9"])).select("mdtrt_id")
    own = pl.concat([urgent_or_fatal.clear(own, t, p), own.join(named, on="mdtrt_id", how="semi")]).unique()
    for unit in (day_procedure, maternity):
        own = unit.clear(own, t, p)
    return stays.select(
        "mdtrt_id", "psn_no", "fixmedins_code", "fixmedins_name", "begn_date", pl.coalesce("last_day", "begn_date").alias("last_day"), "los"
    ).join(own.with_columns(own=pl.lit(value=True)), on="mdtrt_id", how="left")


@rule(
    title_zh="本院职工批量住院",
    title_en="A house's own staff as patients",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.40.1", "impl.25"),
    needs=("mdtrt_d", "setl_d"),
    params=("chance_max", "stays_min", "usual_share"),
    exceptions=("urgent_or_fatal", "day_procedure", "maternity"),
    loss="stay",
    extract=own_staff,
)
def staff_as_patients(t: Tables, p: Params) -> pl.LazyFrame:
    """Guards, carers and clerks of a hospital lie in its beds.

    Anyone may fall ill at work, so single stays say nothing: found are houses with at least ``stays_min`` planned, non-operative stays of
    their own employees (or emergencies for what is treated as an outpatient), more than chance allows if ``usual_share`` of the patients were staff.
    """
    stays = t.extracted.with_columns(pl.col("own").fill_null(value=False))
    house = (
        stays.group_by("fixmedins_code")
        .agg(all_stays=pl.len(), own_stays=pl.col("own").sum())
        .with_columns(usual=pl.lit(p["usual_share"]))
        .with_columns(chance=at_least("own_stays", "all_stays", "usual"))
        .filter((pl.col("own_stays") >= p["stays_min"]) & (pl.col("chance") <= p["chance_max"]))
    )
    return (
        stays.filter("own")
        .join(house, on="fixmedins_code")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=pl.lit(0.6),
            evidence=filled(
                "参保单位为{}的职工在本院住院{}，共{}天，无手术、非急危重症、非分娩；该院{}例住院中本院职工{}例。",
                "fixmedins_name",
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                "all_stays",
                "own_stays",
            ),
        )
    )
