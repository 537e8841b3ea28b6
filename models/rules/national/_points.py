"""Joining knowledge points to fee lines in bulk, and gathering lines at fault into one hit a visit.

A point names its items by exact national code, by code stem or by words of the item's name. The distinct items of the bucket (some
thousands) are matched to points first; the lines are then joined once by code and name, so no rule loops over points.

A payment limit of the drug list binds the generic in its dosage form, whoever makes it. A product whose own code is not in the
official list is therefore also matched by the stem of its code (14 characters of a western drug, 11 of a patent drug), but only where
all points of the class with that stem demand the same; such a match is marked ``by_stem`` and never gives a definite finding.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from features.shared.once import once
from features.shared.text import filled
from features.tables import Tables
from models.knowledge.load import knowledge_of
from models.wording import span, yuan

#: Classes whose points repeat limits of the drug list, which bind a generic and form, not one maker's product.
STEM_CLASSES: Final = ("药品限适应症", "药品限医疗机构级别", "药品限就医方式", "药品限支付疗程", "药品限工伤保险", "药品限生育保险", "药品限二线使用")


def stem(code: pl.Expr) -> pl.Expr:
    """Generic and dosage form: 14 characters of a western drug, 11 of a patent drug, else null."""
    return pl.when(code.str.starts_with("X")).then(code.str.slice(0, 14)).when(code.str.starts_with("Z")).then(code.str.slice(0, 11))


def items_of(t: Tables) -> pl.DataFrame:
    """Distinct hilist_code, hilist_name, list_type of the lines."""
    return _items(t).collect(engine=t.engine)


@once
def _items(t: Tables) -> pl.LazyFrame:
    return t.items.select("hilist_code", "hilist_name", "list_type").unique()


def matched_items(t: Tables, *rule_classes: str) -> pl.DataFrame:
    """hilist_code, hilist_name × every column of the executable points of the classes, with ``by_stem``."""
    k = knowledge_of(t)
    points, matches = k.of(*rule_classes), k.matches_of(*rule_classes)
    items = items_of(t)
    ways = [_exact(items, matches), _by_prefix(items, matches), _by_name(items, matches), _by_herb(items, matches)]
    direct = pl.concat(ways).unique(["hilist_code", "hilist_name", "point_id"], keep="first")
    stems = _by_stem(items, matches, points, direct) if set(rule_classes) & set(STEM_CLASSES) else direct.clear()
    found = pl.concat([direct, stems]).join(points, on="point_id", how="inner")
    return (
        found.join(items.unique(["hilist_code", "hilist_name"], keep="first"), on=["hilist_code", "hilist_name"])
        .filter(_right_list())
        .drop("list_type")
    )


def limited_lines(t: Tables, *rule_classes: str, paid_only: bool = True) -> pl.LazyFrame:
    """Fee lines under a point of the classes, with the point's columns.

    Lines wholly outside the scope of cover (``inscp_amt`` 0) are paid by the patient; a payment limit is kept there, so ``paid_only``
    leaves them out. Several points of one class that match a line are all given; ``one_point`` chooses.
    """
    items = matched_items(t, *rule_classes)
    keys = ["hilist_code", "hilist_name"]
    lines = t.lines.filter(t.of_item(pl.col("hilist_code").is_in(items["hilist_code"].unique().to_list())))
    if paid_only:
        lines = lines.filter(pl.col("inscp_fen") > 0)
    inside = (pl.col("valid_from").is_null() | (pl.col("date") >= pl.col("valid_from"))) & (
        pl.col("valid_until").is_null() | (pl.col("date") <= pl.col("valid_until"))
    )
    return lines.join(items.lazy(), on=keys, how="inner").filter(inside)


def one_point(frame: pl.LazyFrame) -> pl.LazyFrame:
    """Each line once: under its first point, exact matches before stems."""
    return frame.sort("bkkp_sn", "by_stem", "point_id").unique("bkkp_sn", keep="first", maintain_order=True)


def lenient(frame: pl.LazyFrame, broken: pl.Expr) -> pl.LazyFrame:
    """Lines that break every point that applies to them; where two points differ, keeping one is enough."""
    return one_point(frame.filter(broken.fill_null(value=False).all().over("bkkp_sn")))


def per_visit(frame: pl.LazyFrame, sentence: pl.Expr, *keys: str, sure: bool = True, related: bool = False, safety: bool = False) -> pl.LazyFrame:
    """One hit a visit (and further ``keys``) from lines at fault.

    ``sentence`` is the evidence built after grouping from ``items`` (names of the items), ``n_lines``, ``days`` (span), ``amount``
    (yuan) and the keys. Stem matches, and all when not ``sure``, are suspected. ``related`` takes the lists in column ``related``.
    ``safety`` rules protect the patient; the fund paid for a drug that was given, so they carry no amount and little weight.
    """
    group = ["fixmedins_code", "psn_no", "mdtrt_id", *keys]
    grouped = frame.group_by(group).agg(
        pl.col("setl_id").drop_nulls().first(),
        pl.col("bkkp_sn").unique().sort().alias("bkkp_sns"),
        pl.col("date").min().alias("occurred_from"),
        pl.col("date").max().alias("occurred_to"),
        pl.col("inscp_fen").sum().alias("_fen"),
        pl.col("hilist_name").unique().sort().alias("_names"),
        pl.col("by_stem").any().alias("_stem"),
        *([pl.col("related").list.explode(keep_nulls=False, empty_as_null=False).unique().sort().alias("related_bkkp_sns")] if related else []),
    )
    worded = grouped.with_columns(
        items=pl.col("_names").list.head(3).list.join("、")
        + pl.when(pl.col("_names").list.len() > 3).then(filled("等{}种", pl.col("_names").list.len())).otherwise(pl.lit("")),
        n_lines=pl.col("bkkp_sns").list.len().cast(pl.String),
        days=span(pl.col("occurred_from"), pl.col("occurred_to")),
        amount=yuan(pl.col("_fen")),
    )
    columns = ["fixmedins_code", "psn_no", "mdtrt_id", "setl_id", "bkkp_sns", "occurred_from", "occurred_to"]
    certainty = {"certainty": pl.when("_stem").then(pl.lit("suspected")).otherwise(pl.lit("definite"))} if sure else {}
    if safety:
        certainty |= {"amount_fen": pl.lit(0, pl.Int64), "loss_fen": pl.lit(0, pl.Int64), "strength": pl.lit(0.1)}
    return worded.select(*columns, *(["related_bkkp_sns"] if related else []), evidence=sentence, **certainty)


def _right_list() -> pl.Expr:
    """A word of a drug's name must not catch a consumable, nor the other way round: each class looks at its own kind of item."""
    kind, name = pl.col("list_type"), pl.col("rule_class")
    consumable = name.str.contains("耗材")
    service = name.str.contains("^医疗服务项目|^无指征|^手术项目") & ~consumable
    return pl.when(consumable).then(kind == "301").when(service).then(kind == "201").otherwise(~kind.is_in(["201", "301"]))


def _keyed(items: pl.DataFrame, by_stem: bool = False) -> pl.DataFrame:
    return items.select("hilist_code", "hilist_name", "point_id", by_stem=pl.lit(by_stem))


def _exact(items: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    return _keyed(items.join(matches.filter(pl.col("how") == "code"), left_on="hilist_code", right_on="value"))


def _by_prefix(items: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    wanted = matches.filter(pl.col("how") == "prefix")
    return _keyed(items.join(wanted, how="cross").filter(pl.col("hilist_code").str.starts_with(pl.col("value"))))


def _by_name(items: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    wanted = matches.filter(pl.col("how") == "name")
    return _keyed(items.join(wanted, how="cross").filter(pl.col("hilist_name").str.contains(pl.col("value"), literal=True)))


def _by_herb(items: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    herbs = items.filter(pl.col("list_type") == "102")
    return _keyed(herbs.join(matches.filter(pl.col("how") == "herb"), left_on="hilist_name", right_on="value"))


def _by_stem(items: pl.DataFrame, matches: pl.DataFrame, points: pl.DataFrame, direct: pl.DataFrame) -> pl.DataFrame:
    limits = [name for name in ("sex", "age_min", "age_max", "tier_min", "settings", "days_max", "insurance", "icd") if name in points.columns]
    stems = (
        matches.filter(pl.col("how") == "code")
        .with_columns(stem=stem(pl.col("value")))
        .drop_nulls("stem")
        .join(points.select("point_id", "rule_class", *limits), on="point_id")
    )
    demand = pl.struct(pl.col(name).list.join("|") if points.schema[name] == pl.List(pl.String) else pl.col(name) for name in limits)
    agreed = (
        stems.filter(pl.col("rule_class").is_in(STEM_CLASSES))
        .group_by("rule_class", "stem")
        .agg(demand.n_unique().alias("n"), pl.col("point_id").first())
    )
    safe = agreed.filter(pl.col("n") == 1)
    others = items.join(direct, on=["hilist_code", "hilist_name"], how="anti").with_columns(stem=stem(pl.col("hilist_code"))).drop_nulls("stem")
    return _keyed(others.join(safe, on="stem"), by_stem=True)
