from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.misdated_stay import misdated_stay
from models.exceptions.newborn_bed import newborn_bed
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._chance import at_least
from models.rules.inpatient._stays import is_bed, stay_lines
from models.wording import percent, span, yuan


def bed_counts(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays in one type of bed: ``charged`` days, and the latest bed line."""
    beds = stay_lines(t).filter(t.of_item(is_bed(pl.col("hilist_code"))) & pl.col("stay_end").is_not_null())
    beds = misdated_stay.clear(newborn_bed.clear(beds, t, p), t, p).sort("mdtrt_id", "date", "bkkp_sn")
    unit = pl.col("cnt").last()
    return (
        beds.group_by("fixmedins_code", "psn_no", "mdtrt_id", "stay_begn", "stay_end", "los", maintain_order=True)
        .agg(
            charged=pl.col("cnt").sum(),
            types=pl.col("hilist_code").n_unique(),
            bkkp_sns=pl.col("bkkp_sn").tail(1),
            amount_fen=(pl.col("inscp_fen").last() / unit).round().cast(pl.Int64),
            loss_fen=(pl.when("case_paid").then(0).otherwise(pl.col("fund_fen")).last() / unit).round().cast(pl.Int64),
        )
        .filter(pl.col("types") == 1)
    )


@rule(
    title_zh="床位费多计一天成习惯",
    title_en="One bed day too many as a habit",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201008000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("chance_max", "city_share_max", "house_share_min", "misdated_share", "stays_min", "usual_floor"),
    exceptions=("newborn_bed", "misdated_stay", "refund"),
    extract=bed_counts,
)
def bed_charged_on_discharge(t: Tables, p: Params) -> pl.LazyFrame:
    """A house charges one bed day more than the nights of the stay, in a city whose other houses charge the nights.

    Where more than ``city_share_max`` of the other houses' stays have the extra day, charging the days of admission and discharge is the
    city's practice and nobody is found. Single stays say nothing (a patient who stayed till evening): found are houses with ``stays_min``
    such stays that are ``house_share_min`` of their stays, more than chance allows at the others' rate (binomial, ``chance_max``). Stays
    with a change of bed, the newborn's cot and stays with wrong dates are left out; more than one day is the matter of bed_days_over_los.
    """
    stays = t.extracted.with_columns(extra=pl.col("charged") == pl.col("los") + 1)
    house = (
        stays.group_by("fixmedins_code")
        .agg(house_stays=pl.len(), house_extra=pl.col("extra").sum())
        .with_columns(
            others=(pl.col("house_extra").sum() - pl.col("house_extra")) / (pl.col("house_stays").sum() - pl.col("house_stays")).clip(1),
            peers=pl.col("house_stays").sum() > pl.col("house_stays"),
        )
        .with_columns(usual=pl.col("others").clip(p["usual_floor"]))
        .with_columns(chance=at_least("house_extra", "house_stays", "usual"))
        .filter(
            pl.col("peers")
            & (pl.col("others") <= p["city_share_max"])
            & (pl.col("house_extra") >= p["stays_min"])
            & (pl.col("house_extra") / pl.col("house_stays") >= p["house_share_min"])
            & (pl.col("chance") <= p["chance_max"])
        )
    )
    return (
        stays.filter("extra")
        .join(house, on="fixmedins_code")
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "amount_fen",
            "loss_fen",
            occurred_from="stay_begn",
            occurred_to="stay_end",
            strength=(0.4 + 0.5 * pl.col("house_extra") / pl.col("house_stays")).clip(0.4, 0.9),
            evidence=filled(
                "患者住院{}，共{}天，床位费计{}天，多计1天、{}元；该院{}例住院中{}例如此，占{}，全市其余机构为{}（普遍按实际住院天数计）。",
                span(pl.col("stay_begn"), pl.col("stay_end")),
                "los",
                pl.col("charged").cast(pl.Int64),
                yuan(pl.col("amount_fen")),
                "house_stays",
                "house_extra",
                percent(pl.col("house_extra") / pl.col("house_stays")),
                percent(pl.col("others")),
            ),
        )
    )
