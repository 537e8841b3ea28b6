"""What a house mainly treats in its wards, read from the main diagnoses of its stays: with whom it may be compared most closely.

Told by the chapter of ICD-10 that most finished stays fall into and by whether operations prevail. Diagnoses, not DRGs, also where cases
are paid by DRG: a DRG's main category follows from the main diagnosis anyhow, and a house that codes its cases up must not choose its peers
by it — false complications and operations move the group and its weight, hardly ever the chapter.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from features.parameters import Params

#: First and last category of each chapter of ICD-10, and its name. Pregnancy, birth and the newborn are one business.
CHAPTERS: Final = (
    ("A00", "B99", "传染病"),
    ("C00", "D48", "肿瘤"),
    ("D50", "D89", "血液疾病"),
    ("E00", "E90", "内分泌代谢疾病"),
    ("F00", "F99", "精神疾病"),
    ("G00", "G99", "神经系统疾病"),
    ("H00", "H59", "眼部疾病"),
    ("H60", "H95", "耳部疾病"),
    ("I00", "I99", "循环系统疾病"),
    ("J00", "J99", "呼吸系统疾病"),
    ("K00", "K93", "消化系统疾病"),
    ("L00", "L99", "皮肤疾病"),
    ("M00", "M99", "肌肉骨骼疾病"),
    ("N00", "N99", "泌尿生殖系统疾病"),
    ("O00", "P96", "妊娠分娩及新生儿"),
    ("Q00", "Q99", "先天畸形"),
    ("R00", "R99", "症状体征"),
    ("S00", "T98", "损伤中毒"),
    ("V01", "Z99", "其他健康服务"),
)
MIXED: Final = "多系统疾病"


def case_mix(stays: pl.LazyFrame | pl.DataFrame, p: Params) -> pl.DataFrame:
    """``fixmedins_code case_mix``: what prevails in the wards of each house with at least ``case_mix_stays_min`` finished stays of known
    diagnosis; houses with fewer are not told.

    Args:
        stays: the stay facts (``fixmedins_code in_hospital dx3``, and ``operated`` where the delivery has fee lines).
        p: parameters of unit ``peers``: ``case_mix_stays_min``, ``case_mix_share_min`` (of one chapter, or of stays with an operation).
    """
    frame = stays.lazy()
    operated = pl.col("operated").fill_null(value=False) if "operated" in frame.collect_schema() else pl.lit(value=False)
    known = frame.filter(~pl.col("in_hospital")).select("fixmedins_code", chapter=_chapter(pl.col("dx3")), operated=operated).drop_nulls("chapter")
    houses = known.group_by("fixmedins_code").agg(stays=pl.len(), operated=pl.col("operated").mean())
    chapters = (
        known.group_by("fixmedins_code", "chapter")
        .len("n")
        .sort(["n", "chapter"], descending=[True, False])
        .group_by("fixmedins_code", maintain_order=True)
        .first()
    )
    prevails = pl.col("n") >= p["case_mix_share_min"] * pl.col("stays")
    operations = pl.when(pl.col("operated") >= p["case_mix_share_min"]).then(pl.lit("手术为主")).otherwise(pl.lit("非手术为主"))
    named = pl.concat_str(pl.when(prevails).then("chapter").otherwise(pl.lit(MIXED)), operations, separator="，")
    return (
        houses.join(chapters, on="fixmedins_code")
        .filter(pl.col("stays") >= p["case_mix_stays_min"])
        .select("fixmedins_code", case_mix=named)
        .sort("fixmedins_code")
        .collect()
    )


def _chapter(dx3: pl.Expr) -> pl.Expr:
    """Name of the chapter a category lies in; null where it is none of ICD-10."""
    category = dx3.str.to_uppercase().str.slice(0, 3)
    inside = [pl.when(category.is_between(pl.lit(first), pl.lit(last))).then(pl.lit(name)) for first, last, name in CHAPTERS]
    return pl.when(category.str.contains(r"^[A-Z]\d")).then(pl.coalesce(*inside))
