from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.day_procedure import day_procedure
from models.exceptions.maternity import maternity
from models.exceptions.therapy_cycle import therapy_cycle
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import dated_stays, houses, stay_lines
from models.wording import span

#: what every infusion needs (saline, glucose, electrolytes, the act itself) says nothing about a template
CARRIERS = r"^(?:XB05|001204|001203)"


def daily_cores(t: Tables, p: Params) -> pl.LazyFrame:
    """Stays with the set of drugs and therapies given on nearly all their inner days (``core``), and how much of the care it is."""
    inside = (pl.col("date") > pl.col("stay_begn")) & (pl.col("stay_end").is_null() | (pl.col("date") < pl.col("stay_end")))
    carrier = t.of_item(pl.col("hilist_code").str.contains(CARRIERS))
    care = stay_lines(t).filter(inside & pl.col("role").is_in(["drug", "therapy"]) & ~pl.col("take_home") & ~carrier)
    days = care.group_by("mdtrt_id").agg(days=pl.col("date").n_unique(), care_fen=pl.col("fee_fen").sum())
    items = (
        care.group_by("mdtrt_id", "item")
        .agg(on=pl.col("date").n_unique(), name=pl.col("hilist_name").first(), fen=pl.col("fee_fen").sum())
        .join(days, on="mdtrt_id")
        .filter((pl.col("on") / pl.col("days") >= p["core_day_share"]) & (pl.col("days") >= p["days_min"]))
    )
    cores = items.group_by("mdtrt_id", "days").agg(
        core=pl.col("item").sort().str.join("|"),
        size=pl.len(),
        names=pl.col("name").sort().str.join("、"),
        core_share=pl.col("fen").sum() / pl.col("care_fen").first(),
    )
    judged = cores.select("mdtrt_id")
    for unit in (day_procedure, maternity, therapy_cycle):
        judged = unit.clear(judged, t, p)
    stays = dated_stays(t).select(
        "mdtrt_id", "psn_no", "fixmedins_code", "begn_date", pl.coalesce("last_day", "begn_date").alias("last_day"), "main_dx"
    )
    return stays.join(cores, on="mdtrt_id", how="inner").join(judged, on="mdtrt_id", how="semi")


@rule(
    title_zh="不同病种套用同一治疗包",
    title_en="One bundle for every disease",
    kind=Kind.FAKE_INPATIENT,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.20", "reg.40.3", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("chapters_min", "core_day_share", "core_items_min", "core_share_min", "days_min", "persons_min"),
    exceptions=("day_procedure", "maternity", "therapy_cycle", "refund"),
    loss="stay",
    extract=daily_cores,
)
def uniform_bundles(t: Tables, p: Params) -> pl.LazyFrame:
    """Patients with unlike diseases receive exactly the same drugs and therapies day after day: a template, not a treatment.

    Compared is each stay's core, the drugs (by generic name; carrier fluids apart) and therapies given on at least ``core_day_share`` of its
    inner days. A template is a core of at least ``core_items_min`` items that is ``core_share_min`` of the care and that the same house
    gave to at least ``persons_min`` persons of ``chapters_min`` chapters of the ICD (a back and a lung; symptoms do not count). Wards whose
    patients share one disease, psychiatric houses (see psychiatric_pattern), operations, maternity and cycles are no comparison.
    """
    care = houses(t).select("fixmedins_code", "care_class")
    key = ["fixmedins_code", "core"]
    # a symptom (R) or a mere contact (Z) is no disease of its own: dizziness and a bad neck may be one thing
    chapter = pl.when(~pl.col("main_dx").str.contains("^[RZ]")).then(pl.col("main_dx").str.slice(0, 1))
    return (
        t.extracted.join(care, on="fixmedins_code", how="left")
        .filter((pl.col("care_class") != "psychiatric") & (pl.col("size") >= p["core_items_min"]) & (pl.col("core_share") >= p["core_share_min"]))
        .with_columns(persons=pl.col("psn_no").n_unique().over(key), chapters=chapter.drop_nulls().n_unique().over(key))
        .filter((pl.col("persons") >= p["persons_min"]) & (pl.col("chapters") >= p["chapters_min"]))
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.35 + 0.08 * pl.col("persons")).clip(0.5, 0.9),
            evidence=filled(
                "患者（{}）住院{}，{}个治疗日每天都是同一组合：{}；该院另有{}名疾病系统不同（共{}类）的患者使用完全相同的组合。",
                pl.col("main_dx").fill_null("未编码"),
                span(pl.col("begn_date"), pl.col("last_day")),
                "days",
                "names",
                pl.col("persons") - 1,
                "chapters",
            ),
        )
    )
