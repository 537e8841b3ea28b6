"""Why an institution stands where it stands: the few findings and features that made it a suspect, in sentences with figures."""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from models.kinds import Kind
from models.rule import all_rules
from models.wording import yuan

#: One row a reason: order 1 is the strongest; ``source`` is the rule's or the feature's id.
REASON_COLUMNS = ("fixmedins_code", "order", "source", "sentence", "value", "peer_value", "since")


def finding_reasons(evidence: pl.DataFrame, findings: pl.DataFrame, p: Params) -> pl.DataFrame:
    """One reason a rule: how many findings, persons and yuan, against how many the peers have, and since when."""
    if evidence.is_empty():
        return pl.DataFrame(schema=_schema())
    titles = {unit.rule_id: unit.title_zh for unit in all_rules()}
    counted = findings.group_by("fixmedins_code", "rule_id").agg(
        pl.len().alias("n"),
        pl.col("psn_no").n_unique().alias("persons"),
        pl.col("psn_no").is_not_null().any().alias("personal"),
        pl.col("evidence").sort_by("amount_at_issue", "finding_id", descending=[True, False]).first().alias("example"),
    )
    frame = evidence.filter(pl.col("llr") > p["reason_llr_min"]).join(counted, on=["fixmedins_code", "rule_id"], how="left")
    kind_zh = pl.col("kind").replace_strict({kind.value: kind.zh for kind in Kind}, default=pl.col("kind"), return_dtype=pl.String)
    title = pl.col("rule_id").replace_strict(titles, default=pl.col("rule_id"), return_dtype=pl.String)
    own_rate = pl.col("hits") / pl.col("exposure") * 1000
    of_stays = pl.col("kind").is_in([kind.value for kind in Kind if kind.of_stays])
    many = pl.format(
        "【{}】{}：{}起，涉及{}人、{}元，每千{}{}起，同类机构为{}起。",
        kind_zh,
        title,
        pl.col("n"),
        pl.col("persons"),
        yuan(pl.col("amount_fen")),
        pl.when(of_stays).then(pl.lit("例住院")).otherwise(pl.lit("人次")),
        own_rate.round(1),
        pl.col("peer_rate").round(1),
    )
    whole = pl.format("【{}】{}：{}", kind_zh, title, pl.col("example"))
    return frame.select(
        "fixmedins_code",
        pl.col("llr").alias("weight"),
        pl.col("rule_id").alias("source"),
        pl.when("personal").then(many).otherwise(whole).alias("sentence"),
        own_rate.round(4).alias("value"),
        pl.col("peer_rate").round(4).alias("peer_value"),
        pl.col("first_month").alias("since"),
    )


def feature_reasons(standardised: pl.DataFrame, titles: dict[str, str], p: Params) -> pl.DataFrame:
    """One reason a feature that stands out by at least ``reason_z_min``: its figure and the peers' median.

    ``standardised`` is long: ``fixmedins_code feature value peer_median peer_n z`` (z higher = more suspicious).
    """
    frame = standardised.filter(pl.col("z") >= p["reason_z_min"])
    title = pl.col("feature").replace_strict(titles, default=pl.col("feature"), return_dtype=pl.String)
    return frame.select(
        "fixmedins_code",
        (pl.col("z") * p["reason_weight_per_z"]).clip(upper_bound=p["anomaly_cap"]).alias("weight"),
        pl.col("feature").alias("source"),
        pl.format(
            "【指标】{}为{}，{}家同类机构中位数为{}。", title, pl.col("value").round(3), pl.col("peer_n"), pl.col("peer_median").round(3)
        ).alias("sentence"),
        pl.col("value").round(4),
        pl.col("peer_median").round(4).alias("peer_value"),
        pl.lit(None, pl.String).alias("since"),
    )


def strongest(reasons: pl.DataFrame, p: Params) -> pl.DataFrame:
    """The strongest ``reasons_max`` reasons of each institution, numbered; shape of ``REASON_COLUMNS``."""
    ordered = reasons.sort(["fixmedins_code", "weight", "source"], descending=[False, True, False])
    numbered = ordered.with_columns(order=pl.int_range(1, pl.len() + 1).over("fixmedins_code"))
    return numbered.filter(pl.col("order") <= p["reasons_max"]).select(REASON_COLUMNS)


def as_text(reasons: pl.DataFrame) -> pl.DataFrame:
    """``fixmedins_code`` and ``reasons``: the sentences of each institution in order, joined for the list."""
    return (
        reasons.sort("fixmedins_code", "order").group_by("fixmedins_code", maintain_order=True).agg(pl.col("sentence").str.join(" ").alias("reasons"))
    )


def _schema() -> dict[str, pl.DataType]:
    return {
        "fixmedins_code": pl.String(),
        "weight": pl.Float64(),
        "source": pl.String(),
        "sentence": pl.String(),
        "value": pl.Float64(),
        "peer_value": pl.Float64(),
        "since": pl.String(),
    }
