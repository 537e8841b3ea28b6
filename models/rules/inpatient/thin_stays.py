from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.once import at_hand
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.bed_day_paid import bed_day_paid
from models.exceptions.maternity import maternity
from models.exceptions.therapy_cycle import therapy_cycle
from models.exceptions.urgent_or_fatal import urgent_or_fatal
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import dated_stays, houses, stay_lines
from models.wording import percent, span, yuan

CLEARED = (urgent_or_fatal, maternity, therapy_cycle, bed_day_paid)
CARE = ("drug", "exam", "lab", "therapy")
#: characters of the diagnosis by which stays are compared, from fine to coarse
LEVELS = {"disease": 3, "block": 2, "chapter": 1}
MEASURES = ("typical", "early", "later")


def care_of_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays with the care of a usual inner day (``typical_fen``, the median), of the first two days (``early_fen``) and of a later
    day (``later_fen``, the mean).

    Care are drugs, tests and treatments; an operation and its material only part the operated from the others (``operated``). Inner days
    are those strictly inside the stay on which a bed was charged. The days themselves (``days``: care and lines) are kept only where a
    usual day's care is worth at most ``care_to_hotel_max`` times its bed and nursing, which alone can be thin.
    """
    inside = (pl.col("date") > pl.col("stay_begn")) & (pl.col("date") < pl.col("stay_end"))
    lines = stay_lines(t).filter(~pl.col("take_home") & pl.col("stay_end").is_not_null())
    care = pl.col("role").is_in(CARE)
    hotel = pl.col("role") == "hotel"
    early = (pl.col("date") - pl.col("stay_begn")).dt.total_days() <= 1
    whole = lines.group_by("mdtrt_id").agg(
        early_fen=pl.col("fee_fen").filter(care & early).sum(),
        later_fen=pl.col("fee_fen").filter(care & ~early).sum(),
        operated=(pl.col("role") == "operation").any(),
    )
    by_day = (
        lines.filter(inside)
        .group_by("mdtrt_id", "date")
        .agg(care_fen=pl.col("fee_fen").filter(care).sum(), hotel_fen=pl.col("fee_fen").filter(hotel).sum(), sns=pl.col("bkkp_sn"))
        .filter(pl.col("hotel_fen") > 0)
    )
    per_stay = by_day.group_by("mdtrt_id").agg(
        inner=pl.len(),
        typical_fen=pl.col("care_fen").median(),
        typical_hotel=pl.col("hotel_fen").median(),
        days=pl.struct("date", "care_fen", "hotel_fen", "sns").sort_by("date"),
    )
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("settled") & pl.col("main_dx").is_not_null())
    stays = stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "los", "main_dx", "dscg_maindiag_name")
    for unit in CLEARED:
        stays = unit.clear(stays, t, p)
    bare = pl.col("typical_fen") <= p["care_to_hotel_max"] * pl.col("typical_hotel")
    return (
        stays.join(per_stay, on="mdtrt_id")
        .join(whole, on="mdtrt_id")
        .filter(pl.col("inner") >= p["days_min"])
        .with_columns(later_fen=pl.col("later_fen") / (pl.col("los") - 1).clip(1), days=pl.when(bare).then("days"))
        .drop("typical_hotel")
    )


@rule(
    title_zh="挂床住院（诊疗远少于同病种住院）",
    title_en="Stays of hardly any care",
    kind=Kind.BED_HANGING,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.1"),
    needs=("mdtrt_d", "fee_list_d", "setl_d"),
    params=(
        "care_to_hotel_max",
        "chance_max",
        "days_min",
        "early_share_max",
        "habit_share_max",
        "house_style_floor",
        "houses_min",
        "later_share_max",
        "stays_min",
        "typical_share_max",
        "usual_floor",
    ),
    exceptions=(*(unit.name for unit in CLEARED), "refund"),
    extract=care_of_stays,
)
def thin_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """A house whose stays fall into two kinds: treated ones, and ones with a token of care day after day for the sake of the bed.

    A stay is thin when the median of its inner days' care (drugs, tests, treatments) is at most ``typical_share_max`` of what the other
    houses of the same tier and kind usually give for the same disease (three characters, else letter and first digit, else letter; where
    fewer than ``houses_min`` houses know it, with the neighbouring tier; operated and other patients apart). Care posted in sums is no
    lack of it: from the third day on the mean must be at most ``later_share_max`` of theirs, and the first two days, on which one is
    examined, hold at most ``early_share_max`` times as much as theirs; a usual
    day's care worth at most ``care_to_hotel_max`` times bed and nursing. A thin stay alone may be a mild case. Found are those of
    houses with at least ``stays_min`` of them and more than chance allows at the others' rate (binomial, ``chance_max``); there stays up
    to ``habit_share_max`` of the usual are found too. A house that
    treats everybody sparingly has a style, not hanging beds: what is expected is scaled down to the median of its other stays, at most
    to ``house_style_floor``. Psychiatric, rehabilitation and nursing houses, emergencies, the dying, maternity, cycles and stays paid by the day
    are left out. At issue is what was charged on the days of little care. An honest house would show ward rounds and nursing records.
    """
    general = houses(t).filter(pl.col("care_class") == "general").select("fixmedins_code", "tier")
    # the days of the stays are many and asked for only at the end
    bare = pl.col("days").is_not_null()
    stays = t.extracted.with_columns(bare=bare).drop("days").join(general, on="fixmedins_code")
    # hospitals of the second and third tier differ in price more than in what a patient needs; so do those of the first and without tier
    (stays,) = at_hand(
        stays.with_columns(*(pl.col("main_dx").str.slice(0, n).alias(level) for level, n in LEVELS.items()), tiers=pl.col("tier").is_in(["2", "3"]))
    )
    scales = [(level, scale) for level in LEVELS for scale in ("tier", "tiers")]
    for (level, scale), usual in zip(scales, at_hand(*(_usual(stays, level, scale, p) for level, scale in scales)), strict=True):
        stays = stays.join(usual, on=[scale, "operated", level], how="left")
    stays = stays.with_columns(pl.coalesce(f"{level}_{scale}_{name}" for level, scale in scales).alias(f"usual_{name}") for name in MEASURES)
    known = pl.all_horizontal(pl.col(f"usual_{name}") > 0 for name in MEASURES)
    judged = stays.filter(known).with_columns((pl.col(f"{name}_fen") / pl.col(f"usual_{name}")).alias(name) for name in MEASURES)
    others = pl.col("typical").filter(pl.col("typical") > p["typical_share_max"]).median().over("fixmedins_code")
    little = pl.col("bare") & (pl.col("later") <= p["later_share_max"] * pl.col("style")) & (pl.col("early") <= p["early_share_max"])
    judged = judged.with_columns(style=others.fill_null(0.0).clip(p["house_style_floor"], 1.0)).with_columns(
        thin=little & (pl.col("typical") <= p["typical_share_max"] * pl.col("style")),
        near=little & (pl.col("typical") <= p["habit_share_max"] * pl.col("style")),
    )
    (judged,) = at_hand(judged)
    house = (
        judged.group_by("fixmedins_code")
        .agg(house_stays=pl.len(), house_thin=pl.col("thin").sum(), persons=pl.col("psn_no").filter("thin").n_unique())
        .with_columns(
            usual=((pl.col("house_thin").sum() - pl.col("house_thin")) / (pl.col("house_stays").sum() - pl.col("house_stays")).clip(1)).clip(
                p["usual_floor"]
            )
        )
        .with_columns(chance=at_least("house_thin", "house_stays", "usual"))
        .filter((pl.col("house_thin") >= p["stays_min"]) & (pl.col("persons") >= p["stays_min"]) & (pl.col("chance") <= p["chance_max"]))
    )
    limit = p["later_share_max"] * pl.col("style") * pl.col("usual_typical")
    days = (
        judged.filter("near")
        .join(house, on="fixmedins_code")
        .join(t.extracted.select("mdtrt_id", "days"), on="mdtrt_id")
        .explode("days")
        .with_columns(pl.col("days").struct.field("date"), pl.col("days").struct.field("sns"), day_care=pl.col("days").struct.field("care_fen"))
        .filter(pl.col("day_care") <= limit)
    )
    shown = ["fixmedins_code", "psn_no", "mdtrt_id", "begn_date", "last_day", "los", "main_dx", "dscg_maindiag_name", "inner"]
    figures = ["typical_fen", "usual_typical", "typical", "house_stays", "house_thin", "usual"]
    return (
        days.group_by(*shown, *figures)
        .agg(bkkp_sns=pl.col("sns").explode(), n=pl.len())
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.35 + 0.5 * pl.col("house_thin") / pl.col("house_stays")).clip(0.4, 0.8),
            evidence=filled(
                "患者以{}（{}）住院{}共{}天，除入出院当日外的{}天中有{}天除床位护理外几无诊疗，日诊疗费（药品、检查检验、治疗）中位数{}元，"
                "为同级其他机构同类病例（{}元）的{}；该院{}例可比住院中{}例如此，全市其余机构不超过{}。",
                pl.col("dscg_maindiag_name").fill_null("未填诊断名称"),
                "main_dx",
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                "inner",
                "n",
                yuan(pl.col("typical_fen").round().cast(pl.Int64)),
                yuan(pl.col("usual_typical").round().cast(pl.Int64)),
                percent(pl.col("typical")),
                "house_stays",
                "house_thin",
                percent(pl.col("usual")),
            ),
        )
    )


def _usual(stays: pl.LazyFrame, level: str, scale: str, p: Params) -> pl.LazyFrame:
    """``<level>_<scale>_<measure>`` by scale, operated and level: the median over houses of the houses' medians, where at least ``houses_min``
    know the disease. A house is one voice among several, so that no house sets its own measure."""
    key = [scale, "operated", level]
    return (
        stays.group_by("fixmedins_code", *key)
        .agg(pl.col(f"{name}_fen").median() for name in MEASURES)
        .group_by(key)
        .agg(pl.len().alias("n"), *(pl.col(f"{name}_fen").median().alias(f"{level}_{scale}_{name}") for name in MEASURES))
        .filter(pl.col("n") >= p["houses_min"])
        .drop("n")
    )
