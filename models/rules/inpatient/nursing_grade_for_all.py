from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.reference.items import NURSING_I, NURSING_II, NURSING_INTENSIVE, NURSING_SPECIAL
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.bound_to_bed import bound_to_bed
from models.exceptions.maternity import maternity
from models.kinds import Kind
from models.rule import rule
from models.rules._for_everybody import ONE_PARAMS, one_for_everybody
from models.rules.inpatient._stays import dated_stays, houses, is_grade_nursing, stay_lines
from models.rules.inpatient.panel_for_all import sizes_of_stays
from models.wording import count, percent, span, yuan

HIGH = [code[:11] for code in (NURSING_INTENSIVE, NURSING_SPECIAL, NURSING_I)]


def nursing_of_stays(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays with graded nursing: ``item`` where most of its days were of a high grade, with those lines; what one day of grade II
    costs in the stay (``second_fen``, null where none was charged)."""
    graded = stay_lines(t).filter(t.of_item(is_grade_nursing(pl.col("hilist_code"))) & (pl.col("item") != "00120100009"))
    high = pl.col("item").is_in(HIGH)
    per_stay = graded.group_by("mdtrt_id").agg(
        nursed=pl.col("cnt").sum(),
        high_days=pl.col("cnt").filter(high).sum(),
        sns=pl.col("bkkp_sn").filter(high),
        fen=pl.col("inscp_fen").filter(high).sum(),
        paid_fen=pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).filter(high).sum(),
        high_fee=pl.col("fee_fen").filter(high).sum(),
        second_fen=(
            pl.col("fee_fen").filter(pl.col("item") == NURSING_II[:11]).sum() / pl.col("cnt").filter(pl.col("item") == NURSING_II[:11]).sum()
        ),
    )
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("main_dx").is_not_null())
    stays = stays.filter(~pl.col("dscg_way").is_in(["2", "5"]).fill_null(value=False))
    stays = stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "main_dx")
    for unit in (maternity, bound_to_bed):
        stays = unit.clear(stays, t, p)
    most = (pl.col("high_days") >= p["day_share_min"] * pl.col("nursed")) & (pl.col("high_days") >= p["days_min"])
    return stays.join(per_stay, on="mdtrt_id").with_columns(item=pl.when(most).then(pl.lit("high")), sns=pl.when(most).then("sns"))


@rule(
    title_zh="不论病情按高等级护理收费",
    title_en="High nursing grades for everybody",
    kind=Kind.ITEM_SWAP,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.3", "reg.38.4"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("day_share_min", "days_min", *ONE_PARAMS),
    exceptions=("maternity", "bound_to_bed", "refund"),
    extract=nursing_of_stays,
)
def nursing_grade_for_all(t: Tables, p: Params) -> pl.LazyFrame:
    """Grade I or higher nursing on most days of patients who elsewhere have grade II or III: grade by price list, not by condition.

    The national standard (WS/T 431) gives grade I to the gravely ill, to patients just operated on or strictly confined to bed, and to those
    who can do nothing for themselves. A stay counts when at least ``day_share_min`` of its nursing days, and ``days_min`` of them, are charged
    at grade I, special or intensive nursing. It is odd when at most ``rare_share_max`` of the other houses' stays of the same tier, kind and
    disease group (``peer_cases_min``, else with the neighbouring tier) were nursed so; only such groups are judged. Found are houses with at
    least ``cases_min`` odd stays over ``chapters_min`` ICD chapters, that are ``house_share_min`` of those judged and ``times_usual`` times
    what the others' rates for the same diseases would give, more than chance allows (binomial, ``chance_max``; the rate taken as at least
    ``usual_floor``). Intensive care, infants, strokes and broken hips, the dying, those sent on, mothers and newborns are left out. The loss is
    what the grade costs beyond grade II of the same house. An honest house would show the physicians' grade orders and the patients' scores of
    self-care.
    """
    rows = t.extracted.with_columns(name=pl.lit(""))
    care = houses(t).select("fixmedins_code", "tier", "care_class")
    second = t.extracted.group_by("fixmedins_code").agg(pl.col("second_fen").median())
    odd = one_for_everybody(rows.drop("second_fen").drop_nulls("item"), sizes_of_stays(rows), care, p).join(second, on="fixmedins_code", how="left")
    beyond = (1 - pl.col("second_fen").fill_nan(None).fill_null(0) * pl.col("high_days") / pl.col("high_fee")).clip(0.0, 1.0)
    return odd.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        pl.col("sns").alias("bkkp_sns"),
        loss_fen=(pl.col("paid_fen") * beyond).round().cast(pl.Int64),
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=(0.4 + 0.5 * pl.col("found") / pl.col("judged")).clip(0.4, 0.9),
        evidence=filled(
            "患者（{}）住院{}，计护理费{}天中{}天为一级及以上护理，计{}元；同级同类其他机构该病种大半时间如此护理的占{}。"
            "该院可比住院{}例中{}例、{}个疾病大类的患者如此，按其他机构的比率应约{}例。须核对护理分级医嘱和自理能力评分。",
            "main_dx",
            span(pl.col("begn_date"), pl.col("last_day")),
            count(pl.col("nursed")),
            count(pl.col("high_days")),
            yuan(pl.col("fen")),
            percent(pl.col("usual_share")),
            "judged",
            "found",
            "chapters",
            pl.col("expected").round(1),
        ),
    )
