from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.shared.text import filled
from features.tables import Tables
from models.kinds import Kind
from models.rule import rule
from models.rules.national._diagnoses import recorded
from models.rules.national._points import limited_lines, one_point, per_visit


@rule(
    title_zh="妊娠期及哺乳期用药安全",
    title_en="Drug forbidden in pregnancy",
    kind=Kind.OVER_TREATMENT,
    certainty="suspected",
    scope="person",
    gz_code="GZ10000301010000",
    legal_basis=("reg.15", "reg.38.2"),
    needs=("fee_list_d", "mdtrt_d"),
    exceptions=("refund", "self_paid"),
)
def drug_pregnancy(t: Tables, p: Params) -> pl.LazyFrame:
    """Drugs the label forbids in pregnancy, in an outpatient visit whose diagnosis is a going pregnancy.

    Abortion, delivery and the time after it are exempt, and so are stays, in which the drug may follow the birth.
    """
    ended = pl.col("code").str.contains("^O(?:0[0-8]|8[0-9]|9)")
    pregnant = (
        recorded(t)
        .filter(pl.col("code").str.contains("^O[1-6]|^Z33|^Z34|^Z35"))
        .select("mdtrt_id")
        .unique()
        .join(recorded(t).filter(ended).select("mdtrt_id").unique(), on="mdtrt_id", how="anti")
    )
    lines = limited_lines(t, "妊娠期及哺乳期用药安全").filter(pl.col("gend") == "2").join(pregnant, on="mdtrt_id", how="semi")
    # within a maternity stay the drug may be given after delivery
    odd = one_point(lines.filter(~pl.col("med_type").str.starts_with("52") & ~pl.col("inpatient")))
    return per_visit(odd, filled("{}妊娠期患者使用孕妇禁用药品{}{}条，金额{}元。", "days", "items", "n_lines", "amount"), sure=False, safety=True)
