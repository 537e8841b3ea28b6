"""Care without which a grave complication cannot be in a patient, for codes too rare elsewhere to be learned from other hospitals.

Few hospitals code sepsis or respiratory failure honestly often enough to learn from. What such a patient has at the very least is
common medical knowledge: the examination that makes the diagnosis or any treatment of it. One item of the list is enough.
"""

from __future__ import annotations

from typing import Final

import polars as pl

#: ICD-10 category → (words of item names any of which supports it, what the sentence says should be there)
LEAST_CARE: Final = {
    "J96": ("血气|氧|呼吸机|通气|插管|气管切开|血液气体", "血气分析、吸氧或呼吸支持"),
    "A41": (
        "血培养|培养|降钙素原|头孢|西林|培南|沙星|霉素|米星|万古|替考|利奈|硝唑|磺胺|抗菌|他唑巴坦|舒巴坦|康唑|芬净",
        "血培养、降钙素原或抗菌药物",
    ),
    "N17": ("肌酐|尿素|肾功|胱抑素|透析|血滤|滤过|生化|呋塞米|托拉塞米", "肾功能检验、利尿或肾脏替代治疗"),
    "E43": ("营养|白蛋白|氨基酸|脂肪乳|肠内|肠外|鼻饲|蛋白测定|蛋白定量|生化", "蛋白检验或营养支持"),
    "I50": ("利钠肽|BNP|呋塞米|托拉塞米|螺内酯|地高辛|去乙酰毛花苷|心脏.*超声|超声心动|心彩超|硝普钠|米力农|多巴", "利钠肽、心脏超声或利尿强心治疗"),
    "B37": ("真菌|康唑|芬净|制霉|两性霉素|特比萘芬|培养", "真菌检验或抗真菌药物"),
}


def with_least_care(bearers: pl.LazyFrame, lines: pl.LazyFrame) -> pl.LazyFrame:
    """Adds ``cared``: whether the stay's lines (``mdtrt_id hilist_name``) hold any least care of ``code``; null for other codes."""
    category = pl.col("code").str.slice(0, 3)
    wanted = bearers.select("mdtrt_id", category=category).filter(pl.col("category").is_in(list(LEAST_CARE))).unique()
    named = wanted.join(lines.select("mdtrt_id", "hilist_name").unique(), on="mdtrt_id", how="inner")
    shown = pl.any_horizontal(
        (pl.col("category") == key) & pl.col("hilist_name").fill_null("").str.contains(words) for key, (words, _) in LEAST_CARE.items()
    )
    cared = named.group_by("mdtrt_id", "category").agg(cared=shown.any())
    return bearers.with_columns(category=category).join(cared, on=["mdtrt_id", "category"], how="left").drop("category")


def judged_by_textbook(bearers: pl.DataFrame, learned: pl.DataFrame, score: float) -> pl.DataFrame:
    """Bearers that ``learned`` (what ``_support.judged`` gave) does not judge and of which ``cared`` is known, in its columns.

    ``score`` is what a lack of all care counts, its opposite what any care counts.
    """
    rest = bearers.filter(pl.col("cared").is_not_null()).join(learned.select("case_id", "code"), on=["case_id", "code"], how="anti")
    category = pl.col("code").str.slice(0, 3)
    return rest.with_columns(
        unit=category,
        score=pl.when("cared").then(-score).otherwise(score),
        supported=pl.col("cared"),
        companions=category.replace_strict({key: said for key, (_, said) in LEAST_CARE.items()}, return_dtype=pl.String),
        n_peers=pl.lit(0),
    )
