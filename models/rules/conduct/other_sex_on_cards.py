from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.conduct._peers import others_rate
from models.rules.national._diagnoses import FEMALE_ONLY, MALE_ONLY, begins, other_sex_shown
from models.rules.national._limits import wrong_sex
from models.wording import count, percent, yuan

#: classes of the rule base that name items for one sex
CLASSES = ("药品区分性别使用", "医疗服务项目区分性别使用")


def _visits(t: Tables, p: Params) -> pl.LazyFrame:
    """Visits of the other sex, by item or disease (rows with ``psn_no``), and each institution's count of visits (rows with ``visits``)."""
    odd = wrong_sex(t, p, *CLASSES)
    items = (
        odd.filter(~pl.col("doubt") | (pl.col("at_houses") < p["doubt_houses_min"]))
        .group_by("mdtrt_id")
        .agg(
            pl.col("bkkp_sn").sort().alias("odd_lines"),
            pl.col("inscp_fen").sum().alias("odd_fen"),
            pl.col("hilist_name").unique().sort().alias("names"),
            service=pl.col("hilist_code").str.starts_with("0").any(),
            several=pl.col("hilist_code").n_unique() > 1,
        )
    )
    disease = (begins(pl.col("main_dx"), FEMALE_ONLY) & (pl.col("gend") == "1")) | (begins(pl.col("main_dx"), MALE_ONLY) & (pl.col("gend") == "2"))
    register_errs = other_sex_shown(t).filter(pl.col("at_houses") >= p["doubt_houses_min"])
    ill = (
        t.visits.filter(disease)
        .join(register_errs, on="psn_no", how="anti")
        .select("mdtrt_id", illness=pl.coalesce("dscg_maindiag_name", "main_dx"))
        .unique("mdtrt_id")
    )
    visits = t.visits.select("mdtrt_id", "gend", shop=pl.col("med_type").str.starts_with("41").fill_null(value=False))
    both = items.join(ill, on="mdtrt_id", how="full", coalesce=True).join(visits, on="mdtrt_id", how="inner")
    shown = (
        t.lines.filter(pl.col("inscp_fen") > 0)
        .join(both.select("mdtrt_id"), on="mdtrt_id", how="semi")
        .group_by("mdtrt_id", "psn_no", "fixmedins_code")
        .agg(
            pl.col("setl_id").drop_nulls().first(),
            pl.col("date").min(),
            pl.col("bkkp_sn").sort().alias("all_lines"),
            pl.col("inscp_fen").sum().alias("all_fen"),
        )
        .join(both, on="mdtrt_id", how="inner")
        # the body was there, or everything about the visit is of the other sex
        .with_columns(
            sure=pl.col("service").fill_null(value=False) | pl.col("several").fill_null(value=False) | pl.col("illness").is_not_null(),
            # at a pharmacy the holder may have bought for himself too; a treatment has one patient
            bkkp_sns=pl.when("shop").then("odd_lines").otherwise("all_lines"),
            worth=pl.when("shop").then("odd_fen").otherwise("all_fen"),
            what=pl.concat_str(
                filled("诊断（{}）", "illness"),
                filled("诊疗项目、药品（{}）", pl.col("names").list.join("、")),
                separator="和",
                ignore_nulls=True,
            ),
        )
        .filter(pl.col("bkkp_sns").is_not_null())
        .select("mdtrt_id", "psn_no", "fixmedins_code", "setl_id", "date", "gend", "sure", "bkkp_sns", "worth", "what")
    )
    sizes = t.visits.group_by("fixmedins_code").agg(pl.len().cast(pl.UInt32).alias("visits"))
    return pl.concat([shown, sizes], how="diagonal")


@rule(
    title_zh="多名参保人卡上发生异性专属诊疗购药（冒名）",
    title_en="The other sex on several cards",
    kind=Kind.IMPERSONATION,
    certainty="suspected",
    scope="city",
    gz_code=None,
    legal_basis=("reg.15", "reg.17", "reg.40.1", "reg.41.1", "reg.41.last"),
    needs=("fee_list_d", "psn_info_b"),
    params=("persons_sure_min", "persons_min", "times_city_min", "trim_share", "doubt_houses_min"),
    exceptions=("refund", "self_paid", "family_account"),
    extract=_visits,
    version="2",
    supersedes=("drug_sex", "service_sex", "consumable_sex", "diagnosis_sex"),
)
def other_sex_on_cards(t: Tables, p: Params) -> pl.LazyFrame:
    """Treatment and drugs that only the other sex can use, on the cards of several persons at one house: others use the cards there.

    One such line is a slip or a payment limit, which the rules on items by sex report. A house answers when at least
    ``persons_sure_min`` persons have a visit that can be nobody's but the other sex's (a service on its organs, a disease of it as main
    diagnosis, or several such items together), or ``persons_min`` persons any such item, and its share of such visits is ``times_city_min`` times
    that of the other houses (the highest ``trim_share`` of them left out). Persons whose diagnoses show the other sex at
    ``doubt_houses_min`` houses are left out, the register errs; purchases from the family's personal accounts
    are cleared. At fault are the items at a pharmacy, else the whole visit. One finding a visit.
    """
    shown = t.extracted.filter(pl.col("psn_no").is_not_null())
    sizes = t.extracted.filter(pl.col("visits").is_not_null()).group_by("fixmedins_code").agg(pl.col("visits").sum())
    hit = shown.group_by("fixmedins_code").agg(
        pl.len().alias("odd"),
        pl.col("psn_no").n_unique().alias("persons"),
        pl.col("psn_no").filter("sure").n_unique().alias("persons_sure"),
    )
    houses = (
        sizes.join(hit, on="fixmedins_code", how="left")
        .with_columns(pl.col("odd", "persons", "persons_sure").fill_null(0))
        .with_columns(
            share=pl.col("odd") / pl.col("visits"),
            city=others_rate(pl.col("odd"), pl.col("visits"), p["trim_share"]),
        )
        .filter((pl.col("persons_sure") >= p["persons_sure_min"]) | (pl.col("persons") >= p["persons_min"]))
        .filter(pl.col("share") >= p["times_city_min"] * pl.col("city"))
        .select("fixmedins_code", "odd", "persons", "share", "city")
    )
    return shown.drop("visits").join(houses, on="fixmedins_code", how="inner").select(
        "fixmedins_code",
        "psn_no",
        "mdtrt_id",
        "setl_id",
        "bkkp_sns",
        pl.col("date").alias("occurred_from"),
        pl.col("date").alias("occurred_to"),
        strength=(pl.when("sure").then(0.5).otherwise(0.3) + 0.02 * pl.col("persons")).clip(upper_bound=0.9),
        evidence=filled(
            "{}性参保人{}的卡上发生另一性别的{}，涉及医保范围内金额{}元。本机构共{}名参保人{}人次如此，占就诊（购药）{}，全市其他机构为{}。",
            pl.when(pl.col("gend") == "1").then(pl.lit("男")).otherwise(pl.lit("女")),
            "date",
            "what",
            yuan(pl.col("worth")),
            "persons",
            count(pl.col("odd").cast(pl.Float64)),
            percent(pl.col("share")),
            percent(pl.col("city")),
        ),
    )  # fmt: skip
