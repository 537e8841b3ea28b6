"""Why an institution stands where it stands: the few findings and features that made it a suspect, in sentences with figures."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from features.feature import Feature
from features.parameters import Params
from features.shared.text import filled
from models.kinds import Kind
from models.rule import all_rules
from models.wording import count, month, percent, yuan

#: What follows a figure, by the feature's unit.
COUNTED = {"ratio": "倍", "session": "次", "visit": "次", "case": "例", "item": "项", "person": "人", "line per day": "条"}
#: How a feature's reason begins.
FEATURE = "【指标】"
#: One row a reason: order 1 is the strongest; ``source`` is the rule's or the feature's id.
REASON_COLUMNS = ("fixmedins_code", "order", "source", "sentence", "value", "peer_value", "since")


def finding_reasons(evidence: pl.DataFrame, findings: pl.DataFrame, p: Params) -> pl.DataFrame:
    """One reason a rule: since when, how many findings, persons and yuan, and how many that is at its peers."""
    if evidence.is_empty():
        return pl.DataFrame(schema=_schema())
    counted = findings.group_by("fixmedins_code", "rule_id").agg(
        pl.len().alias("n"),
        pl.col("psn_no").n_unique().alias("persons"),
        pl.col("psn_no").is_not_null().any().alias("personal"),
        pl.col("evidence").sort_by("amount_at_issue", "finding_id", descending=[True, False]).first().alias("example"),
        pl.coalesce("occurred_to", "occurred_from").max().dt.strftime("%Y-%m").alias("last_month"),
    )
    frame = evidence.filter(pl.col("llr") > p["reason_llr_min"]).join(counted, on=["fixmedins_code", "rule_id"], how="left")
    # shown as counts, not as weighted hits, so that an auditor can check them; the peers' rate on the same footing
    own_rate = pl.col("n") / pl.col("exposure")
    peer_rate = pl.col("peer_rate") / 1000 * pl.col("n") / pl.col("hits")
    of_stays = pl.col("kind").is_in([kind.value for kind in Kind if kind.of_stays])
    # cases per hundred stays, per thousand visits: numbers of a size one can picture
    per = pl.when(of_stays).then(100).otherwise(1000)
    own, peers = (own_rate * per).round(1), (peer_rate * per).round(2)
    size = pl.col("exposure").cast(pl.Int64)
    first, last = pl.col("first_month"), pl.col("last_month")
    when = pl.when(first == last).then(month(first) + "有").otherwise(filled("自{}起有", month(first)))
    many = filled(
        "{}{}{}条疑点，涉及{}人{}；本机构{}，合每{}{}条，{}。",
        heading(pl.col("kind"), pl.col("rule_id")),
        when,
        "n",
        "persons",
        pl.when(pl.col("amount_fen") > 0).then(filled("、{}元", yuan(pl.col("amount_fen")))).otherwise(pl.lit("")),
        pl.when(of_stays).then(filled("住院{}例", size)).otherwise(filled("就诊{}人次", size)),
        pl.when(of_stays).then(pl.lit("百例")).otherwise(pl.lit("千人次")),
        count(own),
        pl.when(peers > 0).then(filled("同类机构为{}条", count(peers))).otherwise(pl.lit("同类机构几乎没有")),
    )
    whole = filled("{}{}", heading(pl.col("kind"), pl.col("rule_id")), pl.col("example"))
    return frame.select(
        "fixmedins_code",
        pl.col("llr").alias("weight"),
        pl.col("rule_id").alias("source"),
        pl.when("personal").then(many).otherwise(whole).alias("sentence"),
        (own_rate * 1000).round(4).alias("value"),
        (peer_rate * 1000).round(4).alias("peer_value"),
        pl.col("first_month").alias("since"),
    )


def heading(kind: pl.Expr, rule_id: pl.Expr) -> pl.Expr:
    """``【挂床住院】住院期间在他处活动：``: kind and rule, without saying the kind twice."""
    title = short_title(rule_id)
    return filled("【{}】{}", kind.replace({unit.value: unit.zh for unit in Kind}), pl.when(title == "").then(pl.lit("")).otherwise(title + "："))


def short_title(rule_id: pl.Expr) -> pl.Expr:
    """The rule's title without the name of its kind: ``挂床住院（住院期间在他处活动）`` is ``住院期间在他处活动``, ``分解住院`` nothing."""
    shorter = {}
    for unit in all_rules():
        rest = unit.title_zh.removeprefix(unit.kind.zh)
        shorter[unit.rule_id] = (
            rest.removeprefix("（").removesuffix("）") if rest != unit.title_zh and (not rest or rest[0] == "（") else unit.title_zh
        )
    return rule_id.replace(shorter)


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
        filled(FEATURE + "{}为{}，{}{}家同类机构的中位数{}。", "title", _figure("value"), higher, pl.col("peer_n"), _figure("peer_median")).alias(
            "sentence"
        ),
        pl.col("value").round(4),
        pl.col("peer_median").round(4).alias("peer_value"),
        pl.lit(None, pl.String).alias("since"),
    )


def _figure(column: str) -> pl.Expr:
    """A feature's value in its own unit: shares and rates in per cent, money in yuan, ratios as multiples, else two decimals and what is counted."""
    value = pl.col(column)
    return (
        pl.when(pl.col("unit").is_in(["share", "rate"]))
        .then(percent(value))
        .when(pl.col("unit") == "fen")
        .then(yuan(value.round(0).cast(pl.Int64)) + "元")
        .otherwise(count(value) + pl.col("unit").replace_strict(COUNTED, default=""))
    )


def with_onset(reasons: pl.DataFrame, onset: pl.DataFrame) -> pl.DataFrame:
    """Reasons (``REASON_COLUMNS``) of features with the month from which they stood out (``models.scoring.onset.began``).

    A feature without one (it compares the months themselves, or its facts bear none) is said to be of the whole period.
    """
    told = pl.when("from_the_first").then(filled("；自有数据的首月（{}）起即如此。", month(pl.col("began")))).otherwise(
        filled("；自{}起偏离。", month(pl.col("began")))
    )  # fmt: skip
    of_feature = pl.col("sentence").str.starts_with(FEATURE)
    return (
        reasons.join(onset, left_on=["fixmedins_code", "source"], right_on=["fixmedins_code", "feature"], how="left", maintain_order="left")
        .with_columns(
            sentence=pl.when(of_feature).then(pl.col("sentence").str.strip_suffix("。") + told.fill_null("（按全期计算）。")).otherwise("sentence"),
            since=pl.coalesce("since", "began"),
        )
        .select(REASON_COLUMNS)
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
