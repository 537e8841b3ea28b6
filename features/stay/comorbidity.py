from __future__ import annotations

from typing import Final

import polars as pl

from features.feature import feature
from features.parameters import Params
from features.tables import Tables

#: Charlson groups by three-character ICD-10 category, with their points (Quan et al. 2011 weights, categories of Quan et al. 2005
#: where the category as a whole belongs to one group).
_GROUPS: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "heart failure": (2, ("I50",)),
    "dementia": (2, ("F00", "F01", "F02", "F03", "G30")),
    "lung": (1, tuple(f"J{number}" for number in (*range(40, 48), *range(60, 68)))),
    "rheumatic": (1, ("M05", "M06", "M32", "M33", "M34")),
    "liver": (2, ("B18", "K70", "K73", "K74")),
    "diabetes": (1, ("E10", "E11", "E12", "E13", "E14")),
    "paralysis": (2, ("G81", "G82")),
    "kidney": (1, ("N18", "N19", "N25")),
    "cancer": (2, tuple(f"C{number:02d}" for number in range(77) if number != 44)),
    "metastasis": (6, ("C77", "C78", "C79", "C80")),
    "AIDS": (4, ("B20", "B21", "B22", "B24")),
    "stroke": (1, tuple(f"I{number}" for number in range(60, 70))),
    "infarction": (1, ("I21", "I22")),
}
_POINTS: Final = {code: points for points, codes in _GROUPS.values() for code in codes}
_GROUP_OF: Final = {code: name for name, (_, codes) in _GROUPS.items() for code in codes}


@feature(
    grain="stay",
    title_zh="合并症",
    title_en="Comorbidity",
    unit="point",
    why="Sicker patients lawfully cost more and stay longer; comparison must allow for it.",
    numerator="secondary diagnoses of the settlement list; Charlson points of their categories, each group once",
    denominator="the stay",
    needs=("mdcs_fund_setl_list_diag_d", "mdcs_fund_setl_list_d"),
    source="Quan et al., Am J Epidemiol 2011;173:676, on three-character categories",
    columns={"secondary_dx": "次要诊断数", "charlson": "查尔森合并症分"},
    descriptive=True,
    absent_is_zero=False,
)
def comorbidity(t: Tables, p: Params) -> pl.LazyFrame:  # noqa: ARG001
    """Number of secondary diagnoses and Charlson points; stays without a settlement list have none of either (null)."""
    category = pl.col("diag_code").str.slice(0, 3)
    secondary = t.diagnoses.filter(pl.col("maindiag_flag") != "1").with_columns(
        group=category.replace_strict(_GROUP_OF, default=None, return_dtype=pl.String),
        points=category.replace_strict(_POINTS, default=0, return_dtype=pl.Int64),
    )
    points = (
        secondary.filter(pl.col("points") > 0)
        .group_by("mdtrt_id", "group")
        .agg(pl.col("points").max())
        .group_by("mdtrt_id")
        .agg(pl.col("points").sum().alias("charlson"))
    )
    listed = t.diagnoses.group_by("mdtrt_id").agg(
        pl.col("diag_code").filter(pl.col("maindiag_flag") != "1").n_unique().cast(pl.Int64).alias("secondary_dx")
    )
    return listed.join(points, on="mdtrt_id", how="left").with_columns(pl.col("charlson").fill_null(0))
