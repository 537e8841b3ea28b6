from __future__ import annotations

import polars as pl

from features.drg.lists import cases_of, diagnoses_of
from features.parameters import Params
from features.shared.category import category
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.drg._payment import billed_cases, scheme_in_use, weight_ratio, weight_rows, weight_table, with_loss
from models.rules.drg._support import (
    BEARER,
    PAID,
    SUPPORT_PARAMS,
    as_hits,
    habit,
    items_of_cases,
    judged,
    keys_of_cases,
    kin_of,
    kin_rows,
    learn,
    of_habit,
    paid_rows,
    use_rows,
    with_fee_evidence,
)
from models.rules.drg._textbook import asked_firmly, firm_rows, judged_by_textbook, with_least_care
from models.run_rules import empty_hits


def _extract(t: Tables, p: Params) -> pl.LazyFrame:
    """Every bearer of an MCC or CC with its items and billing; use of items by hospital; billed weights."""
    scheme = scheme_in_use()
    cases = cases_of(t).select("case_id", "mdtrt_id", "fixmedins_code")
    items = items_of_cases(t)
    kin = cases.join(kin_of(t), on="case_id")
    billing = billed_cases(t)
    main = diagnoses_of(t).filter("main").group_by("case_id").agg(main_code=pl.col("code").sort_by("seq").first())
    excluded = scheme.exclusion.lazy().select(main_code="code", main_exclusion="exclusion")
    severe = (
        diagnoses_of(t)
        .filter(~pl.col("main"))
        .join(scheme.severity.lazy(), on="code")
        .join(main.join(excluded, on="main_code", how="left"), on="case_id", how="left")
        # a diagnosis that the main one excludes pays nothing and so is no evidence of anything
        .filter(pl.col("main_exclusion").is_null() | (pl.col("main_exclusion") != pl.col("exclusion")))
        .group_by("case_id", "code", "level")
        .agg(dx_name=pl.col("name").sort().first())
    )
    bearers = (
        severe.join(kin, on="case_id")
        .join(keys_of_cases(t), on="mdtrt_id")
        .join(billing.drop("fixmedins_code"), on="mdtrt_id", how="left")
        .with_columns(kind=pl.lit(BEARER))
    )
    bearers = bearers.join(cases_of(t).select("case_id", "gend", "age"), on="case_id")
    lines = t.lines.filter(pl.col("inpatient")).select("mdtrt_id", "fixmedins_code", "date", "hilist_name", test=category().is_in(["exam", "lab"]))
    bearers = with_least_care(bearers, lines)
    return pl.concat([bearers, firm_rows(lines), use_rows(items), kin_rows(items, kin), paid_rows(billing), weight_rows(t)], how="diagonal")


@rule(
    title_zh="并发症合并症无诊疗支持的高套病组",
    title_en="Group upcoded by an unsupported complication or comorbidity",
    kind=Kind.UPCODING,
    certainty="suspected",
    scope="city",
    gz_code="GZ10000201003000",
    legal_basis=("reg.38.7", "impl.23", "impl.35"),
    needs=("mdcs_fund_setl_list_d", "mdcs_fund_setl_list_diag_d", "drg_setl_d", "fee_list_d"),
    params=SUPPORT_PARAMS,
    extract=_extract,
)
def upcoded_severity(t: Tables, p: Params) -> pl.LazyFrame:
    """A secondary diagnosis lifts the case into a dearer group although nothing in the stay examined or treated it.

    For each MCC or CC the fee items that it brings, beyond what patients with the same main diagnosis have anyway, are learned from the
    other hospitals' patients (``_support``); grave ones too rare elsewhere are unsupported when not one item of the least care of such a
    patient is billed (of some, of the care that tells them from others: respiratory failure without blood gas or ventilation, sepsis without
    culture), or when the patient cannot have them by sex or age (``_textbook``). The cost of the case against the weights of the
    group with and without them speaks for or against, never alone. A case is at issue when all the diagnoses that made its group severe
    lack them, so that the case without them falls into a cheaper group, and only at a hospital where such cases are a habit: far more than
    at the others, beyond chance, most of them in excess. A hospital whose sicker patients are treated for what is coded has no unsupported
    cases, however high its share of severe groups. Cases dearer than ``fee_over_usual_max`` times what is usual there are left alone:
    somebody was treated for something.

    The loss is the difference of the payment standards of the billed group and the one supported. An honest hospital may show the record:
    examination results from before admission, treatment under another code, or drugs the patient brought.
    """
    extracted = t.extracted.collect()
    bearers = extracted.filter(pl.col("kind") == BEARER) if "kind" in extracted.columns else extracted
    if bearers.is_empty():
        return empty_hits()
    scheme = scheme_in_use()
    bearers = asked_firmly(bearers, extracted)
    judgement = judged(bearers, learn(extracted, p), p)
    judgement = pl.concat([judgement, judged_by_textbook(bearers, judgement, p["score_flagrant"])], how="diagonal_relaxed")
    # what the case would weigh without any severe diagnosis: its cost speaks for one or the other
    plain = scheme.drg.filter(pl.col("needs") == "all").unique("adrg", keep="last", maintain_order=True).select("adrg", plain_code="drg_code")
    weights = weight_table(extracted, scheme)
    judgement = judgement.join(scheme.drg.select("drg_code", "adrg"), on="drg_code", how="left").join(plain, on="adrg", how="left").drop("adrg")
    judgement = with_fee_evidence(weight_ratio(judgement, weights, "drg_code", "plain_code"), extracted.filter(pl.col("kind") == PAID), p)
    judgement = judgement.with_columns(supported=(pl.col("score") > p["score_max"]) | pl.col("dear"))
    hospitals = habit(judgement, p, p["score_max"], p["score_flagrant"])
    if hospitals.is_empty():
        return empty_hits()
    # all severe diagnoses of the case, judged or not: what was not judged stands in the hospital's favour
    standing = bearers.join(judgement.filter(~pl.col("supported")).select("case_id", "code"), on=["case_id", "code"], how="anti")
    remaining = standing.group_by("case_id").agg(keeps_mcc=(pl.col("level") == "mcc").any(), keeps_cc=pl.lit(value=True).first())
    billed = scheme.drg.select("drg_code", "adrg", billed_name="drg_name", billed_needs="needs")
    at_issue = (
        of_habit(judgement, hospitals)
        .join(billed, on="drg_code")
        .filter(pl.col("billed_needs") != "all")
        .group_by(
            "case_id", "mdtrt_id", "psn_no", "setl_id", "fixmedins_code", "begn_date", "end_date", "fee_fen",
            "drg_code", "drg_wt", "pay_std_fen", "drg_fund_fen", "adrg", "billed_name", "billed_needs",
            "n_hospital", "n_unsupported", "expected",
        )
        .agg(
            has_mcc=(pl.col("level") == "mcc").any(),
            said=pl.when(pl.col("impossible").is_not_null())
            .then(filled("{}（{}，属{}，与患者性别或年龄不符）", pl.coalesce("dx_name", "code"), "code", "impossible"))
            .when(pl.col("n_peers") > 0)
            .then(filled("{}（{}，其他机构{}例同类诊断通常有{}）", pl.coalesce("dx_name", "code"), "code", "n_peers", "companions"))
            .otherwise(filled("{}（{}，临床上至少应有{}）", pl.coalesce("dx_name", "code"), "code", "companions"))
            .sort()
            .str.join("；"),
            score=pl.col("score").min(),
        )
        .join(remaining, on="case_id", how="left")
        .with_columns(pl.col("keeps_mcc", "keeps_cc").fill_null(value=False))
        # the billed severity must rest on the unsupported diagnoses and on nothing that stands
        .filter(
            ((pl.col("billed_needs") == "mcc") & pl.col("has_mcc") & ~pl.col("keeps_mcc"))
            | ((pl.col("billed_needs") == "cc") & ~pl.col("keeps_cc"))
        )
    )  # fmt: skip
    supported = (
        at_issue.select("case_id", "adrg", "keeps_mcc", "keeps_cc")
        .join(scheme.drg.select("adrg", "needs", "drg_order", supported_code="drg_code"), on="adrg")
        .filter((pl.col("needs") == "all") | ((pl.col("needs") == "cc") & pl.col("keeps_cc")) | ((pl.col("needs") == "mcc") & pl.col("keeps_mcc")))
        .sort("case_id", "drg_order")
        .unique("case_id", keep="first", maintain_order=True)
        .select("case_id", "supported_code")
    )
    priced = with_loss(at_issue.join(supported, on="case_id"), weights, "drg_code", "supported_code")
    said = filled("该例按{}{}结算，次要诊断{}在本次住院费用明细中无相应检查、用药或治疗；去除后", "drg_code", "billed_name", "said")
    return as_hits(priced, 0.6, said, "并发症合并症诊断")
