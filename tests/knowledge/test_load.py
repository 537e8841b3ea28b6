"""The knowledge tables load whole, report what cannot be used, and take a city's dated overlay."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from models.knowledge.load import KnowledgeError, knowledge_report, load_knowledge, overlay_entries, shipped


def written(tmp_path, text):
    path = tmp_path / "overlay.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_official_points_are_there():
    k = shipped()
    official = k.points.filter(pl.col("point_id").str.starts_with("K")).height + k.pairs.height
    assert official == 3899
    assert k.pairs.height == 900
    assert (k.operations.height, k.dx_operations.height) == (961, 1433)


def test_every_point_bears_its_class_source_and_either_matches_or_a_reason():
    k = shipped()
    assert k.points["rule_class"].null_count() == 0
    assert k.points["source"].null_count() == 0
    matched = k.points.filter(pl.col("why_not").is_null()).join(k.matches, on="point_id", how="anti")
    assert matched.is_empty()


def test_the_report_lists_what_is_not_executable_with_a_reason():
    report = knowledge_report()
    waiting = report.filter(pl.col("finding") == "not executable")
    assert waiting.height == shipped().points["why_not"].is_not_null().sum()
    assert waiting["detail"].null_count() == 0
    assert report.filter(pl.col("finding").is_in(["contradiction", "unknown code"])).is_empty()


def test_a_point_switched_off_without_a_day_is_gone(tmp_path):
    k = load_knowledge(written(tmp_path, "- {action: off, point: K01610}\n- {action: off, point: P0001}"))
    assert k.points.filter(pl.col("point_id") == "K01610").is_empty()
    assert k.pairs.filter(pl.col("pair_id") == "P0001").is_empty()


def test_a_point_switched_off_from_a_day_on_holds_until_the_day_before(tmp_path):
    k = load_knowledge(written(tmp_path, "- {action: off, point: K01610, from: 2024-07-01}"))
    assert k.points.filter(pl.col("point_id") == "K01610")["valid_until"].to_list() == [date(2024, 6, 30)]


def test_a_city_adds_points_and_pairs(tmp_path):
    text = """
    - {action: add, class: 药品限医疗机构级别, item: 某注射液, codes: [XA01AAA001B002010100001], tier_min: "3", source: 某市}
    - {action: add, class: 医疗服务项目重复收费, including: "003402000390000", included: "003402000050000", source: 某市}
    """
    k = load_knowledge(written(tmp_path, text))
    assert k.points.filter(pl.col("point_id") == "O0001")["tier_min"].to_list() == ["3"]
    assert k.matches.filter(pl.col("point_id") == "O0001")["value"].to_list() == ["XA01AAA001B002010100001"]
    assert k.pairs.filter(pl.col("pair_id") == "O0002")["included"].to_list() == ["003402000050000"]


def test_all_errors_of_an_overlay_are_told_at_once(tmp_path):
    text = """
    - {action: off, point: K99999}
    - {action: add, class: 药品限医疗机构级, item: 某药, codes: [X], source: 某市}
    - {action: add, class: 药品限医疗机构级别, item: 某药, days_max: many, source: 某市}
    - {action: add, class: 药品限就医方式, item: 某药, codes: [X], form: 2024-01-01}
    """
    with pytest.raises(KnowledgeError) as error:
        overlay_entries(written(tmp_path, text))
    told = str(error.value)
    for part in ("K99999", "Did you mean '药品限医疗机构级别'", "codes, prefixes or names", "whole number", "'form'", "needs its source"):
        assert part in told


@pytest.mark.parametrize("text", ["a: 1", "- 3", "- {action: maybe}", "- [", "- {action: off, point: K01610, from: soon}"])
def test_an_overlay_of_another_shape_is_refused(tmp_path, text):
    with pytest.raises(KnowledgeError):
        load_knowledge(written(tmp_path, text))
