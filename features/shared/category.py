"""What a fee line is for, read from its charge category (med_chrgitm_type), the same for every feature."""

from __future__ import annotations

from typing import Final

import polars as pl

#: Charge category code → the short name columns bear.
CATEGORIES: Final[dict[str, str]] = {
    "01": "bed",
    "02": "consultation",
    "03": "exam",
    "04": "lab",
    "05": "treatment",
    "06": "operation",
    "07": "nursing",
    "08": "material",
    "09": "drug",
    "10": "herb",
    "11": "patent_drug",
    "12": "general_visit",
    "13": "registration",
    "14": "other",
}

CATEGORIES_ZH: Final[dict[str, str]] = {
    "bed": "床位费",
    "consultation": "诊察费",
    "exam": "检查费",
    "lab": "化验费",
    "treatment": "治疗费",
    "operation": "手术费",
    "nursing": "护理费",
    "material": "卫生材料费",
    "drug": "西药费",
    "herb": "中药饮片费",
    "patent_drug": "中成药费",
    "general_visit": "一般诊疗费",
    "registration": "挂号费",
    "other": "其他费",
}

#: Categories that show that somebody did something for the patient that day; bed, nursing, consultation and the like accrue by themselves.
CARE: Final = ("03", "04", "05", "06", "08", "09", "10", "11")
DRUGS: Final = ("09", "10", "11")


def category_code() -> pl.Expr:
    """The two-digit charge category of a prepared fee line (``Tables.lines``)."""
    return pl.col("med_chrgitm_type")


def category() -> pl.Expr:
    """The short name of ``CATEGORIES``; an unknown or missing category is ``other``."""
    return category_code().replace_strict(CATEGORIES, default="other", return_dtype=pl.String)


def is_care() -> pl.Expr:
    """True for examination, laboratory, treatment, operation, material and drug lines that are not taken home."""
    return category_code().is_in(CARE).fill_null(value=False) & ~pl.col("take_home")


def month_of(day: str) -> pl.Expr:
    """``YYYY-MM`` of a date column."""
    return pl.col(day).dt.strftime("%Y-%m")
