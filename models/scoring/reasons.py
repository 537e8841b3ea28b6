"""Why an institution stands where it stands: the few findings and features that made it a suspect, in sentences with figures."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from features.feature import Feature
from features.parameters import Params
from models.kinds import Kind
from models.rule import all_rules
from models.wording import count, percent, yuan

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
    # shown as counts, not as weighted hits, so that an auditor can check them; the peers' rate on the same footing
    own_rate = pl.col("n") / pl.col("exposure") * 1000
    peer_rate = pl.col("peer_rate") * pl.col("n") / pl.col("hits")
    of_stays = pl.col("kind").is_in([kind.value for kind in Kind if kind.of_stays])
    peers = pl.when(peer_rate.round(1) > 0).then(pl.format("同类机构{}起", peer_rate.round(1))).otherwise(pl.lit("同类机构基本没有"))
    many = pl.format(
        "【{}】{}：自{}起{}起，涉及{}人{}；本机构{}{}，每千{}起，{}。",
        kind_zh,
        title,
        pl.col("first_month"),
        pl.col("n"),
        pl.col("persons"),
        pl.when(pl.col("amount_fen") > 0).then(pl.format("、{}元", yuan(pl.col("amount_fen")))).otherwise(pl.lit("")),
        pl.col("exposure").cast(pl.Int64),
        pl.when(of_stays).then(pl.lit("例住院")).otherwise(pl.lit("人次")),
        own_rate.round(1),
        peers,
    )
    whole = pl.format("【{}】{}：{}", kind_zh, title, pl.col("example"))
    return frame.select(
        "fixmedins_code",
        pl.col("llr").alias("weight"),
        pl.col("rule_id").alias("source"),
        pl.when("personal").then(many).otherwise(whole).alias("sentence"),
        own_rate.round(4).alias("value"),
        peer_rate.round(4).alias("peer_value"),
        pl.col("first_month").alias("since"),
    )


def feature_reasons(standardised: pl.DataFrame, units: Mapping[str, Feature], p: Params) -> pl.DataFrame:
    """One reason a feature that stands out by at least ``reason_z_min``: its figure and the peers' median; of a family its strongest member.

    Args:
        standardised: ``fixmedins_code feature value peer_median peer_n z`` (z higher = more suspicious).
        units: feature's name → its declaration.
        p: parameters of unit ``scoring``.
    """
    told = pl.DataFrame(
        [(name, unit.feature_id, unit.title(name), unit.unit) for name, unit in units.items()],
        schema={"feature": pl.String, "family": pl.String, "title": pl.String, "unit": pl.String},
        orient="row",
    )
    frame = (
        standardised.filter(pl.col("z") >= p["reason_z_min"])
        .join(told, on="feature", how="left")
        .sort("z", "feature", descending=[True, False])
        .unique(["fixmedins_code", "family"], keep="first", maintain_order=True)
    )
    higher = pl.when(pl.col("value") >= pl.col("peer_median")).then(pl.lit("高于")).otherwise(pl.lit("低于"))
    return frame.select(
        "fixmedins_code",
        (pl.col("z") * p["reason_weight_per_z"]).clip(upper_bound=p["anomaly_cap"]).alias("weight"),
        pl.col("feature").alias("source"),
        pl.format("【指标】{}为{}，{}{}家同类机构的中位数{}。", "title", _figure("value"), higher, pl.col("peer_n"), _figure("peer_median")).alias(
            "sentence"
        ),
        pl.col("value").round(4),
        pl.col("peer_median").round(4).alias("peer_value"),
        pl.lit(None, pl.String).alias("since"),
    )


def _figure(column: str) -> pl.Expr:
    """A feature's value in its own unit: shares in per cent, money in yuan, else two decimals."""
    value = pl.col(column)
    return (
        pl.when(pl.col("unit") == "share")
        .then(percent(value))
        .when(pl.col("unit") == "fen")
        .then(yuan(value.round(0).cast(pl.Int64)) + "元")
        .otherwise(count(value))
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
