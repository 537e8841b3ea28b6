"""Diagnoses as rules may use them: everything ever recorded for a person speaks for the hospital, only the visit's own against it."""

from __future__ import annotations

from typing import Final

import polars as pl

from features.shared.once import once
from features.tables import Tables

#: Main diagnoses that name a complaint or a contact, not a disease: they say nothing about what else the patient has.
VAGUE: Final = ("R", "Z")


@once
def recorded(t: Tables) -> pl.LazyFrame:
    """psn_no, mdtrt_id, code, name: main diagnoses of all visits and all diagnoses of the settlement lists."""
    main = t.visits.select("psn_no", "mdtrt_id", code="main_dx", name="dscg_maindiag_name").drop_nulls("code")
    if not t.has("mdcs_fund_setl_list_diag_d"):
        return main
    listed = t.diagnoses.select("psn_no", "mdtrt_id", code="diag_code", name="diag_name").drop_nulls("code")
    return pl.concat([main, listed]).unique(["mdtrt_id", "code"], keep="first")


def having(t: Tables, wanted: pl.LazyFrame, *, by: str = "psn_no") -> pl.LazyFrame:
    """Rows of ``wanted`` (``by``, point_id, prefixes: list) one of whose prefixes a recorded diagnosis of the person (or visit) bears."""
    codes = recorded(t).select(by, "code").unique().join(wanted.select(by).unique(), on=by, how="semi")
    prefixes = wanted.select(by, "point_id", prefix="prefixes").explode("prefix").unique()
    return codes.join(prefixes, on=by, how="inner").filter(pl.col("code").str.starts_with(pl.col("prefix"))).select(by, "point_id").unique()


@once
def well_documented(t: Tables) -> pl.LazyFrame:
    """mdtrt_id of visits whose diagnoses can be held against them.

    Those are stays with a settlement list of two or more diseases (three-character categories: two codes of one category are one disease
    written twice), and outpatient visits with a definite disease of persons for whom such a list exists: an outpatient claim bears one
    diagnosis, and only a list shows what else a person has. Without lists nobody is.
    """
    if not t.has("mdcs_fund_setl_list_diag_d"):
        return t.visits.select("mdtrt_id").clear()
    category = pl.col("diag_code").drop_nulls().str.slice(0, 3)
    listed = t.diagnoses.group_by("psn_no", "mdtrt_id").agg(category.n_unique()).filter(pl.col("diag_code") >= 2)
    definite = pl.col("main_dx").is_not_null() & ~pl.col("main_dx").str.slice(0, 1).is_in(VAGUE)
    outpatient = t.visits.filter(~pl.col("inpatient") & definite).join(listed.select("psn_no").unique(), on="psn_no", how="semi")
    return pl.concat([listed.select("mdtrt_id"), outpatient.select("mdtrt_id")]).unique()


#: ICD-10 categories that only one sex can have.
FEMALE_ONLY: Final = (
    "C51", "C52", "C53", "C54", "C55", "C56", "C57", "C58", "D06", "D25", "D26", "D27", "D39", "N70", "N71", "N72", "N73", "N74", "N75", "N76",
    "N77", "N80", "N81", "N82", "N83", "N84", "N85", "N86", "N87", "N88", "N89", "N90", "N91", "N92", "N93", "N94", "N95", "N96", "N97", "N98",
    "O0", "O1", "O2", "O3", "O4", "O6", "O7", "O80", "O81", "O82", "O83", "O84", "O85", "O86", "O87", "O88", "O90", "O91", "O92", "Z34", "Z35",
    "Z39",
)  # fmt: skip
MALE_ONLY: Final = ("C60", "C61", "C62", "C63", "D29", "D40", "N40", "N41", "N42", "N43", "N44", "N45", "N46", "N47", "N48", "N49", "N50", "N51")


def begins(code: pl.Expr, prefixes: tuple[str, ...]) -> pl.Expr:
    """True when the code begins with one of the prefixes."""
    return code.str.contains("^(?:" + "|".join(prefixes) + ")")


@once
def other_sex_shown(t: Tables) -> pl.LazyFrame:
    """psn_no of persons with two or more visits whose diagnosis only the other sex can have: the registry's sex is in doubt.

    ``at_houses`` counts the institutions that show it: at a single one it may also be others who use the card there.
    """
    sexes = t.persons.select("psn_no", "gend")
    against = (begins(pl.col("code"), FEMALE_ONLY) & (pl.col("gend") == "1")) | (begins(pl.col("code"), MALE_ONLY) & (pl.col("gend") == "2"))
    return (
        recorded(t)
        .join(sexes, on="psn_no", how="inner")
        .filter(against)
        .join(t.visits.select("mdtrt_id", "fixmedins_code"), on="mdtrt_id", how="inner")
        .group_by("psn_no")
        .agg(pl.col("mdtrt_id").n_unique(), at_houses=pl.col("fixmedins_code").n_unique())
        .filter(pl.col("mdtrt_id") >= 2)
        .select("psn_no", "at_houses")
    )
