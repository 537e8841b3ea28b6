from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.exceptions.course_of_rehabilitation import course_of_rehabilitation
from models.exceptions.maternity import maternity
from models.kinds import Kind
from models.rule import rule
from models.rules.inpatient._stays import DRUG_TYPES, dated_stays, houses, houses_by_craft, stay_lines
from models.wording import percent, yuan

#: what is piled up, by item group (positions 3–4 of a service item)
CLASSES = {
    "34": "物理治疗与康复",
    "41": "中医治疗",
    "42": "中医治疗",
    "43": "中医治疗",
    "44": "中医治疗",
    "45": "中医治疗",
    "46": "中医治疗",
    "47": "中医治疗",
    "21": "影像检查",
    "22": "影像检查",
    "23": "影像检查",
    "25": "检验",
}
#: treatments by hand, which houses of Chinese medicine live on
BY_HAND = ("物理治疗与康复", "中医治疗")


def class_sums(t: Tables, p: Params) -> pl.LazyFrame:
    """Finished stays × class (physiotherapy, Chinese medicine, imaging, laboratory, key-monitored drugs): fees, and lines where it weighs."""
    watched = pl.col("hilist_name").str.contains_any(list(p["watched_drugs"]))
    group = pl.when(pl.col("hilist_code").str.starts_with("0")).then(pl.col("hilist_code").str.slice(2, 2))
    what = (
        pl.when(pl.col("list_type").is_in(DRUG_TYPES) & watched)
        .then(pl.lit("重点监控药品"))
        .otherwise(group.replace_strict(CLASSES, default=None, return_dtype=pl.String))
    )
    apart = pl.col("hilist_name").str.contains(p["judged_apart"])
    lines = stay_lines(t).filter(~pl.col("take_home")).with_columns(what=t.of_item(pl.when(~apart).then(what)))
    total = lines.group_by("mdtrt_id").agg(total=pl.col("fee_fen").sum())
    by_class = (
        lines.filter(pl.col("what").is_not_null())
        .group_by("mdtrt_id", "what")
        .agg(fen=pl.col("fee_fen").sum(), sns=pl.col("bkkp_sn"), n_items=pl.col("item").n_unique(), n_lines=pl.len())
    )
    stays = course_of_rehabilitation.clear(
        dated_stays(t)
        .filter(pl.col("last_day").is_not_null())
        .select("mdtrt_id", "psn_no", "fixmedins_code", "begn_date", "last_day", "los", "main_dx", "adm_dept_name"),
        t,
        p,
    )
    stays = maternity.clear(stays, t, p)
    joined = stays.join(total, on="mdtrt_id").join(by_class, on="mdtrt_id", how="inner")
    weighs = pl.col("fen") >= p["class_share_min"] * pl.col("total")
    return joined.with_columns(sns=pl.when(weighs).then("sns"))


@rule(
    title_zh="诊疗项目堆砌（与同类病例比）",
    title_en="Services piled up",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000302002000",
    legal_basis=("reg.15", "reg.38.2", "base.problems2025"),
    needs=("mdtrt_d", "fee_list_d"),
    params=(
        "class_share_min",
        "days_min",
        "diseases_min",
        "house_share_min",
        "judged_apart",
        "peer_stays_min",
        "stays_min",
        "times_peers",
        "times_peers_drugs",
        "watched_drugs",
    ),
    exceptions=("course_of_rehabilitation", "maternity", "refund"),
    extract=class_sums,
)
def item_piling(t: Tables, p: Params) -> pl.LazyFrame:
    """One class of service swells the bill: physiotherapy, Chinese therapies, imaging, laboratory or key-monitored drugs, far beyond peers.

    A stay stands out when the class costs per day at least ``times_peers`` (drugs: ``times_peers_drugs``) times the ninetieth percentile of
    stays at other houses of the same tier and kind with the same disease group (ICD letter and first digit; without it where there are fewer
    than ``peer_stays_min``), and is at least ``class_share_min`` of its fees. Stays under ``days_min`` days, whose tests all fall on one day,
    are no comparison. Found are only houses where that is a habit: at least ``stays_min`` such stays that are ``house_share_min`` of its stays
    with the class, in ``diseases_min`` disease groups (for one disease a house may have a pathway of its own). Gene tests (``judged_apart``)
    are judged by ``gene_tests_unrelated``. A course of rehabilitation after stroke, injury or joint surgery, rehabilitation wards, deliveries
    and newborns, whose few tests follow a screening programme, are cleared. In physiotherapy and Chinese treatments houses of Chinese medicine
    are compared among themselves. The evidence names what exceeds the peers' ninetieth percentile; at issue are the lines of the class.
    """
    care = houses(t).select("fixmedins_code", "fixmedins_name", "tier", "care_class")
    craft = houses_by_craft(t).select("fixmedins_code", craft="care_class")
    stays = t.extracted.join(care.join(craft, on="fixmedins_code"), on="fixmedins_code", how="left").with_columns(
        care_class=pl.when(pl.col("what").is_in(BY_HAND)).then("craft").otherwise("care_class"),
        block=pl.col("main_dx").str.slice(0, 2),
        per_day=pl.col("fen") / pl.col("los").clip(1),
    )
    # the choice of drugs differs between honest houses more than the number of tests does
    factor = pl.when(pl.col("what") == "重点监控药品").then(p["times_peers_drugs"]).otherwise(p["times_peers"])
    judged = (
        _against_others(_against_others(stays, ["tier", "care_class", "block", "what"], "near", p), ["tier", "care_class", "what"], "far", p)
        .with_columns(usual=pl.coalesce("near", "far"))
        .with_columns(
            out=(
                (pl.col("los") >= p["days_min"])
                & (pl.col("per_day") >= factor * pl.col("usual") - 0.001)
                & (pl.col("fen") >= p["class_share_min"] * pl.col("total"))
            ).fill_null(value=False)
        )
        .with_columns(diseases=pl.col("block").fill_null("?").filter("out").n_unique().over("fixmedins_code", "what"))
        .with_columns(house_out=pl.col("out").sum().over("fixmedins_code", "what"), house_all=pl.len().over("fixmedins_code", "what"))
        .filter(
            pl.col("out")
            & (pl.col("diseases") >= p["diseases_min"])
            & (pl.col("house_out") >= p["stays_min"])
            & (pl.col("house_out") / pl.col("house_all") >= p["house_share_min"])
        )
        .with_columns(excess=((pl.col("per_day") - pl.col("usual")) * pl.col("los").clip(1)).round().cast(pl.Int64))
    )
    return judged.select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        pl.col("sns").alias("bkkp_sns"),
        occurred_from="begn_date",
        occurred_to="last_day",
        strength=(0.3 + 0.1 * pl.col("per_day") / pl.col("usual").clip(1)).clip(0.4, 0.9),
        evidence=filled(
            "患者（{}）住院{}天，{}计{}项{}条、{}元，占总费用{}，日均{}元，为同级同类机构同病种病例第90百分位（日均{}元）的{}倍，超出{}元；"
            "该院同类病例{}例中{}例如此。",
            pl.col("main_dx").fill_null("未编码"),
            "los",
            "what",
            "n_items",
            "n_lines",
            yuan(pl.col("fen")),
            percent(pl.col("fen") / pl.col("total")),
            yuan(pl.col("per_day").round().cast(pl.Int64)),
            yuan(pl.col("usual").round().cast(pl.Int64)),
            (pl.col("per_day") / pl.col("usual").clip(1)).round(1),
            yuan(pl.col("excess")),
            "house_all",
            "house_out",
        ),
    )


def _against_others(stays: pl.LazyFrame, key: list[str], name: str, p: Params) -> pl.LazyFrame:
    """Adds ``name``: the ninetieth percentile of ``per_day`` over stays of the other houses with the same ``key``, null where they are few."""
    own = stays.select("fixmedins_code", *key).unique()
    others = (
        own.join(stays.select(*key, pl.col("per_day").alias("theirs"), pl.col("fixmedins_code").alias("other")), on=key, how="inner")
        .filter(pl.col("other") != pl.col("fixmedins_code"))
        .group_by("fixmedins_code", *key)
        .agg(pl.col("theirs").quantile(0.9).alias(name), peers=pl.len())
        .filter(pl.col("peers") >= p["peer_stays_min"])
        .drop("peers")
    )
    return stays.join(others, on=["fixmedins_code", *key], how="left")
