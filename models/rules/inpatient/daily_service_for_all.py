from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.bound_to_bed import bound_to_bed
from models.exceptions.course_of_rehabilitation import course_of_rehabilitation
from models.exceptions.maternity import maternity
from models.kinds import Kind
from models.rule import rule
from models.rules._for_everybody import ONE_PARAMS, one_for_everybody
from models.rules.inpatient._stays import dated_stays, houses_by_craft, is_hotel, stay_lines
from models.rules.inpatient.panel_for_all import sizes_of_stays
from models.wording import percent, span, yuan

#: nursing acts, monitoring and other bedside services, physiotherapy, Chinese treatments (positions 3–4 of a service item)
GROUPS = ["12", "31", "34", "41", "42", "43", "44", "45", "46", "47"]
#: injections and infusions, which every drug brings with it
CARRIERS = "^001204"


def daily_services(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays × service charged on most of their days, with the lines; stays without any have one row without ``item``."""
    code = pl.col("hilist_code")
    lines = stay_lines(t).filter(
        t.of_item(code.str.starts_with("0") & code.str.slice(2, 2).is_in(GROUPS) & ~is_hotel(code) & ~code.str.contains(CARRIERS))
    )
    stays = dated_stays(t).filter(pl.col("last_day").is_not_null() & pl.col("main_dx").is_not_null())
    stays = stays.filter(~pl.col("dscg_way").is_in(["2", "5"]).fill_null(value=False))
    stays = stays.select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "los", "main_dx")
    for unit in (maternity, bound_to_bed, course_of_rehabilitation):
        stays = unit.clear(stays, t, p)
    given = (
        lines.group_by("mdtrt_id", "item")
        .agg(
            on=pl.col("date").n_unique(),
            sns=pl.col("bkkp_sn"),
            name=pl.col("hilist_name").first(),
            fen=pl.col("inscp_fen").sum(),
        )
        .join(stays.select("mdtrt_id", "los"), on="mdtrt_id")
        .filter((pl.col("on") >= p["day_share_min"] * pl.col("los")) & (pl.col("on") >= p["days_min"]))
        .drop("los")
    )
    return stays.join(given, on="mdtrt_id", how="left")


@rule(
    title_zh="不论病种逐日收取同一服务项目",
    title_en="One daily service for everybody",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("day_share_min", "days_min", *ONE_PARAMS),
    exceptions=("maternity", "bound_to_bed", "course_of_rehabilitation", "refund"),
    extract=daily_services,
)
def daily_service_for_all(t: Tables, p: Params) -> pl.LazyFrame:
    """One bedside service day after day for patients of unlike diseases who elsewhere hardly get it: monitoring, oxygen, nebulising, one therapy.

    A service counts in a stay when it was charged on at least ``day_share_min`` of its days and on ``days_min``. It is odd when at most
    ``rare_share_max`` of the other houses' stays of the same tier, kind and disease group (``peer_cases_min``, else with the neighbouring tier)
    had it so; only stays of such groups are judged. Found are houses with at least ``cases_min`` of them that had it, over ``chapters_min`` ICD
    chapters, that are ``house_share_min`` of those judged and ``times_usual`` times what the others' rates for the same diseases would give,
    more than chance allows (binomial, ``chance_max``; the rate taken as at least ``usual_floor``). Injections go with the drugs and are left
    out, as are intensive care, infants, strokes and broken hips, the dying, those sent on, courses of rehabilitation, mothers and newborns.
    Houses of Chinese medicine are compared among themselves.
    Either the service was needless, or it stands on paper only: monitor print-outs and therapists' records show which.
    """
    care = houses_by_craft(t).select("fixmedins_code", "tier", "care_class")
    found = one_for_everybody(t.extracted.drop_nulls("item"), sizes_of_stays(t.extracted), care, p)
    stay = ["fixmedins_code", "psn_no", "mdtrt_id", "begn_date", "last_day", "los", "main_dx"]
    said = filled(
        "{}{}天（同级同类其他机构该病种{}，该院可比住院{}例中{}例、{}个疾病大类的患者，按其他机构的比率应约{}例）",
        "name",
        "on",
        percent(pl.col("usual_share")),
        "judged",
        "found",
        "chapters",
        pl.col("expected").round(1),
    )
    return (
        found.with_columns(said=said)
        .sort("mdtrt_id", "item")
        .group_by(stay, maintain_order=True)
        .agg(
            bkkp_sns=pl.col("sns").explode(),
            said=pl.col("said").str.join("；"),
            fen=pl.col("fen").sum(),
            share=(pl.col("found") / pl.col("judged")).max(),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            occurred_from="begn_date",
            occurred_to="last_day",
            strength=(0.35 + 0.5 * pl.col("share")).clip(0.4, 0.85),
            evidence=filled(
                "患者（{}）住院{}共{}天，逐日收取同病种少有的服务：{}，计{}元。须核对监护、治疗记录。",
                "main_dx",
                span(pl.col("begn_date"), pl.col("last_day")),
                "los",
                "said",
                yuan(pl.col("fen")),
            ),
        )
    )
