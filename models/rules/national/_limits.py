"""The few shapes most limits take: wrong sex, too old, wrong diagnosis, forbidden diagnosis, missing companion item.

Each gives the fee lines at fault with the columns of the point; the rule files choose classes, wording and certainty.
"""

from __future__ import annotations

import polars as pl

from features.parameters import Params
from features.tables import Tables
from models.exceptions.family_account import family_account
from models.exceptions.mother_and_newborn import mother_and_newborn
from models.exceptions.recorded_diagnosis import recorded_diagnosis
from models.rules.national._diagnoses import having, other_sex_shown
from models.rules.national._points import items_of, lenient, limited_lines, one_point


def wrong_sex(t: Tables, p: Params, *classes: str) -> pl.LazyFrame:
    """Lines of items for one sex billed to a person of the other; ``doubt`` marks persons whose registered sex is in doubt, ``at_houses`` the
    number of institutions that show the other sex (null without doubt).
    """
    lines = limited_lines(t, *classes).filter(pl.col("gend").is_in(["1", "2"]) & pl.col("sex").is_not_null())
    odd = family_account.clear(lenient(lines, pl.col("gend") != pl.col("sex")), t, p)
    doubted = other_sex_shown(t).with_columns(doubt=pl.lit(value=True))
    return odd.join(doubted, on="psn_no", how="left").with_columns(pl.col("doubt").fill_null(value=False))


def too_old(t: Tables, p: Params, *classes: str) -> pl.LazyFrame:
    """Lines of items for newborns or children billed to a person beyond the highest age, mother–newborn billing cleared."""
    lines = limited_lines(t, *classes).filter(pl.col("age_max").is_not_null() & pl.col("age").is_between(0, p["age_known_max"]))
    odd = lenient(lines, pl.col("age") > pl.col("age_max"))
    return family_account.clear(mother_and_newborn.clear(odd, t, p), t, p)


def unfit(t: Tables, p: Params, *classes: str) -> pl.LazyFrame:
    """Lines whose visit is documented well enough and whose person never, at any visit, bears a diagnosis the point allows."""
    lines = t.computed(recorded_diagnosis.clear(limited_lines(t, *classes).filter(pl.col("icd").list.len() > 0), t, p))
    fitting = having(t, lines.select("psn_no", "point_id", prefixes="icd").unique(["psn_no", "point_id"]))
    flagged = lines.join(fitting.with_columns(fits=pl.lit(value=True)), on=["psn_no", "point_id"], how="left")
    return lenient(flagged, pl.col("fits").is_null())


def contraindicated(t: Tables, *classes: str) -> pl.LazyFrame:
    """Lines whose own visit bears a diagnosis the point forbids."""
    lines = t.computed(limited_lines(t, *classes).filter(pl.col("icd_forbidden").list.len() > 0))
    bad = having(t, lines.select("mdtrt_id", "point_id", prefixes="icd_forbidden").unique(["mdtrt_id", "point_id"]), by="mdtrt_id")
    return one_point(lines.join(bad, on=["mdtrt_id", "point_id"], how="semi"))


def without_companion(t: Tables, *classes: str, days: int) -> pl.LazyFrame:
    """Lines of items that only go with certain services (``partner``: code stems), without one for the person within ``days`` days.

    A companion at any institution clears the line; so does a stay or visit that is not settled yet.
    """
    lines = t.computed(limited_lines(t, *classes).filter(pl.col("partner").list.len() > 0))
    wanted = lines.select("psn_no", "bkkp_sn", "date", "mdtrt_id", "partner").explode("partner")
    # which codes are companions is settled on the few distinct items, so that only companion lines are joined
    stems = wanted.select("partner").unique().collect(engine=t.engine)
    codes = items_of(t).select("hilist_code").unique().join(stems, how="cross").filter(pl.col("hilist_code").str.starts_with(pl.col("partner")))
    others = t.lines.select("psn_no", "hilist_code", "date", "mdtrt_id").join(codes.lazy(), on="hilist_code", how="inner")
    same_visit = wanted.join(others.select("mdtrt_id", "partner").unique(), on=["mdtrt_id", "partner"], how="semi").select("bkkp_sn").unique()
    dates = others.select("psn_no", "partner", other_date="date").unique()
    near = (pl.col("date") - pl.col("other_date")).dt.total_days().abs() <= days
    left = wanted.join(same_visit, on="bkkp_sn", how="anti")
    met = pl.concat([same_visit, left.join(dates, on=["psn_no", "partner"], how="inner").filter(near).select("bkkp_sn").unique()])
    return one_point(lines.join(met, on="bkkp_sn", how="anti").filter(pl.col("setl_id").is_not_null()))


def wrong_department(t: Tables, *classes: str) -> pl.LazyFrame:
    """Lines billed by a department whose name bears none of the point's words; lines without a department name are left alone."""
    lines = limited_lines(t, *classes).filter((pl.col("departments").list.len() > 0) & pl.col("bilg_dept_name").is_not_null())
    words = lines.select("bilg_dept_name", "point_id", "departments").unique(["bilg_dept_name", "point_id"]).explode("departments")
    right = words.filter(pl.col("bilg_dept_name").str.contains(pl.col("departments"), literal=True)).select("bilg_dept_name", "point_id").unique()
    return one_point(lines.join(right, on=["bilg_dept_name", "point_id"], how="anti"))
