"""Operations that were not charged, and main diagnoses that the stay was not spent on."""

from __future__ import annotations

from types import SimpleNamespace

import polars as pl

from features.parameters import City
from models.rule import Rule
from models.rules.drg._support import BEARER, CANDIDATE
from models.rules.drg.upcoded_main_diagnosis import upcoded_main_diagnosis
from models.rules.drg.upcoded_operation import upcoded_operation
from models.run_rules import complete_hits
from tests.drg.test_upcoded_severity import CARE, city


def hits(unit: Rule, extracted: pl.DataFrame) -> pl.DataFrame:
    frame = unit.function(SimpleNamespace(extracted=extracted.lazy()), City.load()[unit.rule_id])  # type: ignore[arg-type]
    return complete_hits(frame, unit.rule_id).collect()


def operated(planted: float, sick: float = 0.08) -> tuple[pl.DataFrame, dict[str, int]]:
    """Cases under an operation instead of a diagnosis; without it every case would be in BZ15 (weight 0.9)."""
    extracted, truth = city(planted=planted, sick=sick)
    cheaper = pl.DataFrame({"kind": ["weight"], "drg_code": ["BZ15"], "drg_wt": [0.9], "n": [50]}, schema_overrides={"n": pl.Int64})
    mine = pl.col("kind") == BEARER
    frame = extracted.with_columns(
        op_name="dx_name",
        supported_code=pl.when(mine).then(pl.lit("BZ15")),
        adrg_without=pl.when(mine).then(pl.lit("BZ1")),
        sort=pl.when(mine).then(pl.lit("surgical")),
    )
    return pl.concat([frame, cheaper], how="diagonal_relaxed"), truth


def test_operations_nobody_charged_are_found_where_they_are_a_habit() -> None:
    extracted, truth = operated(planted=0.1)
    found = hits(upcoded_operation, extracted)
    dearer = {case for case in truth if case in set(extracted.filter(pl.col("drg_wt") > 0.9)["case_id"])}
    right = found.filter(pl.col("mdtrt_id").is_in(list(truth)))
    assert right.height / found.height >= 0.9
    assert right.height / len(dearer) >= 0.7
    assert "没有该手术应有的收费" in found["evidence"][0]
    assert "BZ15" in found["evidence"][0]


def test_a_hospital_that_operates_much_and_charges_it_is_not_accused() -> None:
    assert hits(upcoded_operation, operated(planted=0.0, sick=0.4)[0]).is_empty()


def test_a_group_that_stays_the_same_without_the_operation_is_no_upcoding() -> None:
    extracted, _ = operated(planted=0.1)
    assert hits(upcoded_operation, extracted.with_columns(adrg_without=pl.col("drg_code").str.slice(0, 3))).is_empty()


def with_other_diagnosis(treated_for_it: bool) -> tuple[pl.DataFrame, dict[str, int]]:
    """Planted cases carry a second diagnosis of a cheaper group; their services are those of it, or of nothing."""
    extracted, truth = city(planted=0.1)
    extracted = extracted.with_columns(
        mdc=pl.col("drg_code").str.slice(0, 1), grouped_adrg=pl.col("drg_code").str.slice(0, 3), grouped_code="drg_code"
    )
    names = extracted.filter(pl.col("kind") == BEARER)
    other = {"J96.000": "A41.900", "A41.900": "N17.900", "N17.900": "A41.900"}
    care = pl.DataFrame({"other": list(CARE), "care": list(CARE.values())})
    planted = pl.col("case_id").is_in(list(truth))
    swapped = names.filter(planted).with_columns(other=pl.col("code").replace(other)).join(care, on="other", how="left")
    if treated_for_it:
        swapped = swapped.with_columns(keys=pl.col("keys").list.set_union("care"))
    candidates = swapped.with_columns(
        kind=pl.lit(CANDIDATE), code=pl.col("other"), dx_name=pl.col("other"), supported_code=pl.lit("BZ15"), supported_adrg=pl.lit("BZ1")
    ).drop("other", "care")
    cheaper = pl.DataFrame({"kind": ["weight"], "drg_code": ["BZ15"], "drg_wt": [0.6], "n": [50]}, schema_overrides={"n": pl.Int64})
    rest = extracted.filter(~planted.fill_null(value=False))
    return pl.concat([rest, swapped.drop("other", "care"), candidates, cheaper], how="diagonal_relaxed"), truth


def test_a_main_diagnosis_nobody_treated_beside_one_that_was_is_found() -> None:
    extracted, truth = with_other_diagnosis(treated_for_it=True)
    found = hits(upcoded_main_diagnosis, extracted)
    right = found.filter(pl.col("mdtrt_id").is_in(list(truth)))
    assert right.height / found.height >= 0.9
    assert right.height / len(truth) >= 0.6
    assert "BZ15" in found["evidence"][0]


def test_a_main_diagnosis_little_treated_is_let_be_when_no_other_diagnosis_was_treated() -> None:
    assert hits(upcoded_main_diagnosis, with_other_diagnosis(treated_for_it=False)[0]).is_empty()


def test_empty_extracts_give_no_hits() -> None:
    assert hits(upcoded_operation, operated(0.1)[0].clear()).is_empty()
    assert hits(upcoded_main_diagnosis, operated(0.1)[0].clear()).is_empty()
