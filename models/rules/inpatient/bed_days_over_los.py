from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.misdated_stay import misdated_stay
from models.exceptions.newborn_bed import newborn_bed
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import is_bed, is_grade_nursing, stay_lines
from models.wording import count, span, yuan


@rule(
    title_zh="床位、护理计费天数超过住院天数",
    title_en="Bed or nursing days over the length of stay",
    kind=Kind.DUPLICATE_CHARGE,
    certainty="definite",
    scope="person",
    gz_code="GZ10000201008000",
    legal_basis=("reg.15", "reg.38.3"),
    needs=("mdtrt_d", "fee_list_d"),
    params=("doubled_days_min", "extra_days", "misdated_share"),
    exceptions=("newborn_bed", "misdated_stay", "refund"),
)
def bed_days_over_los(t: Tables, p: Params) -> pl.LazyFrame:
    """More days of bed, or of nursing by grade, than the stay had days.

    A stay of n nights has n + ``extra_days`` calendar days; each change of bed type (ward to intensive care) may add one day more, as
    both beds are charged on it. Likewise days on which two beds (or two grades of nursing) are charged: from ``doubled_days_min`` such
    days beyond the changes on they are surplus even when the total fits. What exceeds this is charged twice or for days that were not.
    Stays still going on, stays whose dates are plainly wrong and the newborn's cot are left out. Only the surplus counts, at the lines'
    own price.
    """
    code = pl.col("hilist_code")
    family = pl.when(is_bed(code)).then(pl.lit("床位")).when(is_grade_nursing(code)).then(pl.lit("等级护理"))
    lines = stay_lines(t).with_columns(family=t.of_item(family)).filter(pl.col("family").is_not_null() & pl.col("stay_end").is_not_null())
    lines = misdated_stay.clear(newborn_bed.clear(lines, t, p), t, p)
    key = ["mdtrt_id", "family"]
    judged = (
        lines.with_columns(
            allowed=pl.col("los") + p["extra_days"] + pl.col("hilist_code").n_unique().over(key) - 1,
            charged=pl.col("cnt").sum().over(key),
            nth=pl.int_range(pl.len()).over([*key, "date"], order_by="bkkp_sn"),
            changes=pl.col("hilist_code").n_unique().over(key) - 1,
            day_surplus=pl.when(pl.col("cnt").max().over([*key, "date"]) <= 1).then(pl.col("cnt").sum().over([*key, "date"]) - 1).otherwise(0),
        )
        .with_columns(doubled=pl.when(pl.col("nth") == 0).then(pl.col("day_surplus").clip(lower_bound=0)).otherwise(0).sum().over(key))
        .with_columns(doubled=pl.col("doubled") - pl.col("changes"))
        .with_columns(
            excess=pl.max_horizontal(
                pl.col("charged") - pl.col("allowed"), pl.when(pl.col("doubled") >= p["doubled_days_min"]).then(pl.col("doubled")).otherwise(0)
            )
        )
        .filter(pl.col("excess") > 0)
        # the second line of one day is the surplus first; after those, the latest days
        .sort([*key, "nth", "date", "bkkp_sn"], descending=[False, False, True, True, True])
        .with_columns(before=pl.col("cnt").cum_sum().over(key) - pl.col("cnt"))
        .with_columns(
            at_fault=pl.col("before") < pl.col("excess"),
            part=((pl.col("excess") - pl.col("before")) / pl.col("cnt")).clip(0.0, 1.0),
        )
    )
    share = pl.col("part").filter(pl.col("at_fault"))
    loss = pl.when(pl.col("case_paid")).then(0).otherwise(pl.col("fund_fen")).filter(pl.col("at_fault"))
    return (
        judged.group_by("fixmedins_code", "psn_no", "mdtrt_id", "family", "stay_begn", "stay_end", "los", "charged", "excess")
        .agg(
            bkkp_sns=pl.col("bkkp_sn").filter(pl.col("at_fault")),
            related_bkkp_sns=pl.col("bkkp_sn").filter(~pl.col("at_fault")),
            amount_fen=(pl.col("inscp_fen").filter(pl.col("at_fault")) * share).sum().round().cast(pl.Int64),
            loss_fen=(loss * share).sum().round().cast(pl.Int64),
        )
        .select(
            "fixmedins_code",
            "psn_no",
            "mdtrt_id",
            "bkkp_sns",
            "related_bkkp_sns",
            "amount_fen",
            "loss_fen",
            occurred_from="stay_begn",
            occurred_to="stay_end",
            evidence=filled(
                "患者住院{}，共{}天，{}费计{}天，按首尾日均计并扣除转科当日后仍多计{}天，多计金额{}元。",
                span(pl.col("stay_begn"), pl.col("stay_end")),
                "los",
                "family",
                count(pl.col("charged")),
                count(pl.col("excess")),
                yuan(pl.col("amount_fen")),
            ),
        )
    )
