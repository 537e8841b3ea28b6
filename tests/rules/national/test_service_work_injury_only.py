"""Services of the work-injury insurance: no official points yet, a city adds its own."""

from __future__ import annotations

from features.tables import Tables
from models.knowledge.load import OVERLAY_FACTS, overlay_frame
from models.rules.national.service_work_injury_only import service_work_injury_only
from tests.rules.support import found

FEES = "bkkp_sn | fee_ocur_time | hilist_code | med_type\nL1 | 2024-01-01 | 003402000390000 | 11"
OVERLAY = """
- action: add
  class: 医疗服务项目限工伤保险
  item: 康复评定
  codes: ["003402000390000"]
  from: 2024-01-01
  source: 本市工伤康复目录
"""


def with_overlay(t: Tables, path, text: str) -> Tables:
    path.write_text(text, encoding="utf-8")
    return Tables(t.lake, t.bucket, facts={OVERLAY_FACTS: overlay_frame(path).lazy()})


def test_without_points_nothing_is_found(city):
    assert found(service_work_injury_only, city(fee_list_d=FEES)).is_empty()


def test_a_point_of_the_city_is_found_from_its_day_on(city, tmp_path):
    t = city(fee_list_d=FEES)
    assert found(service_work_injury_only, with_overlay(t, tmp_path / "o.yaml", OVERLAY)).height == 1
    later = OVERLAY.replace("2024-01-01", "2024-01-02")
    assert found(service_work_injury_only, with_overlay(t, tmp_path / "o.yaml", later)).is_empty()


def test_the_work_injury_insurance_itself_pays(city, tmp_path):
    visit = "mdtrt_id | begntime | endtime | med_type | insutype\nM1 | 2024-01-01 | 2024-01-01 | 11 | 410"
    t = city(mdtrt_d=visit, fee_list_d="bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code\nL1 | M1 | 2024-01-01 | 003402000390000")
    assert found(service_work_injury_only, with_overlay(t, tmp_path / "o.yaml", OVERLAY)).is_empty()
