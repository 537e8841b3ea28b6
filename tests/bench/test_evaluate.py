"""The measures by which a run is judged, on tables small enough to count by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bench.evaluate import (
    accused,
    as_page,
    auc,
    by_kind,
    by_mechanism,
    by_rule,
    calibration_error,
    definite_precision,
    evaluate,
    hits,
    over_cities,
    ranking,
    write_page,
    yuan_at_k,
)

FINDING = {
    "finding_id": pl.String,
    "rule_id": pl.String,
    "kind": pl.String,
    "certainty": pl.String,
    "fixmedins_code": pl.String,
    "psn_no": pl.String,
    "mdtrt_id": pl.String,
    "bkkp_sns": pl.List(pl.String),
    "amount_at_issue": pl.Float64,
}
CASE = {
    "case_id": pl.String,
    "kind": pl.String,
    "mechanism": pl.String,
    "fixmedins_code": pl.String,
    "psn_no": pl.String,
    "mdtrt_id": pl.String,
    "bkkp_sns": pl.List(pl.String),
    "yuan": pl.Float64,
}


def findings(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=FINDING, orient="row")


def cases(*rows: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=CASE, orient="row")


PLANTED = cases(
    ("c1", "split_stay", "cut_in_two", "H1", "p1", "v1", ["a", "b"], 100.0),
    ("c2", "split_stay", "readmitted", "H1", "p2", "v2", ["c"], 300.0),
    ("c3", "drug_hoarding", "in_turn", "P1", "p3", None, ["d"], 50.0),
    ("c4", "upcoding", "complications", "H2", "p4", "v4", [], 80.0),
)


# --- which finding touches which case ---


def test_a_finding_touches_a_case_by_a_shared_line_even_at_another_visit() -> None:
    touched = hits(findings(("f", "r", "split_stay", "suspected", "H1", "p1", "other", ["b"], 9.0)), PLANTED)
    assert touched.rows() == [("f", "c1", True)]


def test_a_finding_touches_a_case_by_the_same_visit_without_lines() -> None:
    touched = hits(findings(("f", "r", "upcoding", "suspected", "H2", "p4", "v4", None, 9.0)), PLANTED)
    assert touched.rows() == [("f", "c4", True)]


def test_the_same_visit_number_at_another_institution_is_not_the_case() -> None:
    assert hits(findings(("f", "r", "upcoding", "suspected", "H9", "p4", "v4", [], 9.0)), PLANTED).is_empty()


def test_another_visit_of_the_same_person_is_not_the_case_when_both_name_their_visit() -> None:
    assert hits(findings(("f", "r", "split_stay", "suspected", "H1", "p1", "v9", ["z"], 9.0)), PLANTED).is_empty()


def test_a_finding_about_a_person_touches_that_persons_cases() -> None:
    touched = hits(findings(("f", "r", "split_stay", "suspected", "H1", "p2", None, [], 9.0)), PLANTED)
    assert touched.rows() == [("f", "c2", True)]


def test_a_finding_about_an_institution_touches_only_cases_of_its_kind_there() -> None:
    whole = findings(
        ("f1", "r", "split_stay", "suspected", "H1", None, None, [], 9.0),
        ("f2", "r", "overpricing", "suspected", "H1", None, None, [], 9.0),
    )
    assert sorted(hits(whole, PLANTED).rows()) == [("f1", "c1", True), ("f1", "c2", True)]


def test_a_purchase_ring_may_be_found_at_another_house() -> None:
    touched = hits(findings(("f", "r", "drug_hoarding", "suspected", "P7", "p3", "v8", ["x"], 9.0)), PLANTED)
    assert touched.rows() == [("f", "c3", True)]


# --- recall and precision ---


def test_recall_is_by_planted_yuan_and_a_neighbouring_kind_counts_apart() -> None:
    found = findings(
        ("f1", "r1", "split_stay", "suspected", "H1", "p1", "v1", ["a"], 60.0),
        ("f2", "r2", "duplicate_charge", "definite", "H1", "p2", "v2", ["c"], 40.0),
        ("f3", "r1", "split_stay", "suspected", "H5", "p9", "v9", ["z"], 100.0),
    )
    table = {row["kind"]: row for row in by_kind(found, PLANTED).to_dicts()}
    assert table["split_stay"]["recall_yuan"] == pytest.approx(0.25)
    assert table["split_stay"]["recall_yuan_any"] == pytest.approx(1.0)
    assert table["split_stay"]["recall_cases"] == pytest.approx(0.5)
    assert table["split_stay"]["precision"] == pytest.approx(0.5)
    assert table["split_stay"]["precision_yuan"] == pytest.approx(60 / 160)
    assert table["duplicate_charge"]["precision"] == 0.0
    assert table["duplicate_charge"]["precision_any"] == 1.0
    assert table["drug_hoarding"]["recall_yuan"] == 0.0
    assert table["drug_hoarding"]["findings"] is None


def test_two_findings_of_one_case_do_not_count_its_yuan_twice() -> None:
    twice = findings(
        ("f1", "r1", "split_stay", "suspected", "H1", "p1", "v1", ["a"], 60.0),
        ("f2", "r2", "split_stay", "suspected", "H1", "p1", "v1", ["b"], 60.0),
    )
    table = {row["kind"]: row for row in by_kind(twice, PLANTED).to_dicts()}
    assert table["split_stay"]["recall_yuan"] == pytest.approx(0.25)


def test_definite_precision_looks_at_definite_findings_only() -> None:
    found = findings(
        ("f1", "r1", "split_stay", "definite", "H1", "p1", "v1", ["a"], 1.0),
        ("f2", "r2", "split_stay", "definite", "H5", "p9", "v9", ["z"], 1.0),
        ("f3", "r3", "split_stay", "suspected", "H5", "p9", "v9", ["y"], 1.0),
    )
    assert definite_precision(found, PLANTED) == 0.5
    assert definite_precision(found.filter(pl.col("certainty") == "suspected"), PLANTED) is None
    rules = {row["rule_id"]: row["wrong"] for row in by_rule(found, PLANTED).to_dicts()}
    assert rules == {"r1": 0, "r2": 1, "r3": 1}


def test_a_mechanism_is_told_apart_within_its_kind() -> None:
    found = findings(("f1", "r1", "split_stay", "suspected", "H1", "p1", "v1", [], 1.0))
    table = {row["mechanism"]: row for row in by_mechanism(found, PLANTED).to_dicts()}
    assert (table["cut_in_two"]["recall_yuan"], table["readmitted"]["recall_yuan"]) == (1.0, 0.0)


def test_a_bundle_that_the_texts_put_under_two_names_is_right_under_either_and_its_own_name_is_still_counted_apart() -> None:
    planted = cases(
        ("c1", "phantom_service", "daily_bundle", "H1", "p1", "v1", ["a"], 70.0),
        ("c2", "phantom_service", "cards_in_a_drawer", "H1", "p2", "v2", ["b"], 30.0),
    )
    found = findings(
        ("f1", "r1", "over_treatment", "suspected", "H1", "p1", "v1", ["a"], 1.0),
        ("f2", "r1", "over_treatment", "suspected", "H1", "p2", "v2", ["b"], 1.0),
    )
    table = {row["kind"]: row for row in by_kind(found, planted).to_dicts()}
    phantom, over = table["phantom_service"], table["over_treatment"]
    assert (phantom["recall_yuan"], phantom["recall_yuan_either"], phantom["recall_yuan_any"]) == (0.0, 0.7, 1.0)
    assert (over["precision"], over["precision_either"], over["precision_any"]) == (0.0, 0.5, 1.0)


def test_a_stock_book_short_of_what_was_sold_is_right_about_cards_in_a_drawer_too() -> None:
    planted = cases(("c1", "phantom_service", "cards_in_a_drawer", "P1", "p1", "v1", ["a"], 70.0))
    short = findings(("f1", "r1", "item_swap", "suspected", "P1", None, None, [], 1.0))
    table = {row["kind"]: row for row in by_kind(short, planted).to_dicts()}
    assert (table["item_swap"]["precision"], table["item_swap"]["precision_either"]) == (0.0, 1.0)
    assert (table["phantom_service"]["recall_yuan"], table["phantom_service"]["recall_yuan_either"]) == (0.0, 1.0)


# --- several cities ---


def test_cities_are_weighed_equally_and_the_worst_is_told() -> None:
    good = by_kind(findings(("f1", "r1", "split_stay", "suspected", "H1", "p2", "v2", ["c"], 1.0)), PLANTED)
    bad = by_kind(findings(("f1", "r1", "split_stay", "suspected", "H9", "p2", "v2", ["z"], 1.0)), PLANTED)
    table = {row["kind"]: row for row in over_cities([good, bad]).to_dicts()}
    stay = table["split_stay"]
    assert (stay["cities"], stay["yuan"], stay["recall_yuan_mean"], stay["recall_yuan_worst"]) == (2, 800.0, 0.375, 0.0)
    assert (stay["precision_mean"], stay["precision_worst"]) == (0.5, 0.0)
    assert table["upcoding"]["precision_mean"] is None


def test_the_page_keeps_what_is_written_around_its_table(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    page.write_text("# Quality\n\n<!-- table -->\nold\n<!-- end of table -->\n\nWhy.\n", encoding="utf-8")
    kinds = over_cities([by_kind(findings(("f1", "r1", "split_stay", "suspected", "H1", "p2", "v2", ["c"], 1.0)), PLANTED)])
    write_page(page, as_page(kinds, [0.99, None], [0.0, 0.004]))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Quality\n\n<!-- table -->\n| kind |")
    assert text.endswith("<!-- end of table -->\n\nWhy.\n")
    assert "| **split_stay** | 1 | 400 | 0.75 | 0.75 | 0.75 | 0.75 | 1.00 | 1.00 | 1.00 | 1.00 |" in text
    assert "mean 0.990, worst 0.990" in text
    assert "mean 0.002, worst 0.004" in text


def test_a_page_without_a_place_for_the_table_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "quality.md"
    page.write_text("# Quality\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place for the table"):
        write_page(page, "")


# --- look-alikes ---


def test_a_look_alike_is_accused_only_by_a_finding_of_its_kind_at_its_institution() -> None:
    looks = pl.DataFrame(
        [
            ("chemotherapy", "split_stay", "H1", "p1", "v1"),
            ("chemotherapy", "split_stay", "H1", "p2", "v2"),
            ("couple", "impersonation", "P1", "p3", "v3"),
        ],
        schema=["name", "kind", "fixmedins_code", "psn_no", "mdtrt_id"],
        orient="row",
    )
    found = findings(
        ("f1", "r", "split_stay", "suspected", "H1", "p1", "v1", [], 1.0),
        ("f2", "r", "upcoding", "suspected", "H1", "p2", "v2", [], 1.0),
        ("f3", "r", "impersonation", "suspected", "P1", "p3", None, [], 1.0),
        ("f4", "r", "split_stay", "suspected", "H1", "p2", "v7", [], 1.0),
    )
    table = {row["name"]: row for row in accused(found, looks).to_dicts()}
    assert (table["chemotherapy"]["accused"], table["chemotherapy"]["lookalikes"]) == (1, 2)
    assert table["couple"]["share"] == 1.0


# --- ranking ---


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([3.0, 1.0, 1.0, 0.0]), np.array([True, True, False, False])) == pytest.approx(3.5 / 4)
    assert auc(np.array([1.0, 2.0]), np.array([True, True])) is None


def suspects(*rows: tuple[str, float, str, float]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=["fixmedins_code", "score", "level", "probability"], orient="row")


INSTITUTIONS = pl.DataFrame(
    [("H1", 1, "county"), ("H2", 0, "county"), ("H3", 0, "village"), ("H4", 1, "village"), ("H5", 0, "village")],
    schema=["fixmedins_code", "guilty", "house"],
    orient="row",
)


def test_telling_hospitals_from_clinics_earns_nothing_within_house() -> None:
    ranked = ranking(
        suspects(("H1", 90, "red", 0.9), ("H2", 80, "red", 0.8), ("H3", 20, "green", 0.1), ("H4", 10, "green", 0.1), ("H5", 5, "green", 0.1)),
        INSTITUTIONS,
    )
    assert ranked.auc == pytest.approx(4 / 6)
    assert ranked.auc_within_house == pytest.approx(2 / 3)
    assert ranked.precision_at_k == 0.5
    assert ranked.red_share_of_honest == pytest.approx(1 / 3)


def test_a_guilty_institution_missing_from_the_list_counts_as_lowest() -> None:
    ranked = ranking(suspects(("H1", 90, "red", 0.9), ("H2", 1, "green", 0.1), ("H3", 20, "green", 0.1), ("H5", 5, "green", 0.1)), INSTITUTIONS)
    assert ranked.institutions == 5
    assert ranked.auc == pytest.approx(3 / 6)


def test_a_clean_city_has_a_red_share_but_no_auc() -> None:
    ranked = ranking(suspects(("H2", 90, "red", 0.9), ("H3", 20, "green", 0.1)), INSTITUTIONS.filter(pl.col("guilty") == 0))
    assert ranked.auc is None
    assert ranked.precision_at_k is None
    assert ranked.red_share_of_honest == 0.5


def test_calibration_error_is_the_distance_of_stated_and_true_shares() -> None:
    stated = np.array([0.95, 0.95, 0.05, 0.05])
    assert calibration_error(stated, np.array([True, False, False, False])) == pytest.approx((2 * 0.45 + 2 * 0.05) / 4)


def test_yuan_at_k_is_what_the_first_houses_took_of_all_that_was_taken() -> None:
    listed = suspects(("H1", 90.0, "red", 0.9), ("H2", 80.0, "red", 0.8), ("H3", 10.0, "green", 0.1))
    institutions = pl.DataFrame({"fixmedins_code": ["H1", "H2", "H3"], "guilty": [1, 0, 1]})
    cases = pl.DataFrame({"fixmedins_code": ["H1", "H1", "H3"], "yuan": [60.0, 30.0, 10.0]})
    assert yuan_at_k(listed, institutions, cases) == pytest.approx(0.9)
    assert yuan_at_k(listed, institutions.with_columns(guilty=pl.lit(0)), cases.clear()) is None


def test_a_whole_run_is_read_from_its_files(tmp_path: Path) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth"
    out.mkdir()
    truth.mkdir()
    table = suspects(("H1", 90.0, "red", 0.9), ("H2", 10.0, "green", 0.1))
    (out / "suspects.csv").write_text("\ufeff" + table.write_csv(), encoding="utf-8")
    findings(("f1", "r1", "split_stay", "suspected", "H1", "p1", "v1", ["a"], 60.0)).write_parquet(out / "findings.parquet")
    INSTITUTIONS.head(2).with_columns(kinds=pl.lit("split_stay")).write_csv(truth / "institutions.csv")
    PLANTED.with_columns(mechanism=pl.lit("cut_in_two")).write_parquet(truth / "cases.parquet")
    pl.DataFrame(schema=["name", "kind", "fixmedins_code", "psn_no", "mdtrt_id"]).cast(pl.String).write_parquet(truth / "lookalikes.parquet")
    result = evaluate(out, truth)
    assert result["ranking"] == {
        "institutions": 2,
        "guilty": 1,
        "auc": 1.0,
        "auc_within_house": 1.0,
        "precision_at_k": 1.0,
        "red_share_of_honest": 0.0,
        "calibration_error": pytest.approx(0.1),
    }
    assert result["accused_share"] is None
    json.dumps(result["ranking"])
