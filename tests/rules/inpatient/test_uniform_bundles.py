"""One bundle for every disease."""

from __future__ import annotations

from models.rules.inpatient.uniform_bundles import uniform_bundles
from tests.rules.support import found

HEAD = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | med_type\n"
TEMPLATE = ("004300000010000", "003401000010000", "ZA12CAD0073010100142")
FEES = "bkkp_sn | mdtrt_id | fee_ocur_time | hilist_code | init_feedetl_sn | cnt\n"


def stays(dx: tuple[str, ...] = ("M54.500", "J20.900", "I67.900"), med_type: str = "21") -> str:
    return HEAD + "".join(f"M{n} | P{n} | H1 | 2024-03-01 | 2024-03-08 | {code} | {med_type}\n" for n, code in enumerate(dx))


def fees(persons: int = 3, codes: tuple[str, ...] = TEMPLATE, number: int = 5) -> str:
    rows = [f"L{n}{d}{k} | M{n} | 2024-03-0{d} | {code} | | 1" for n in range(persons) for d in range(2, 2 + number) for k, code in enumerate(codes)]
    return FEES + "\n".join(rows) + "\n"


def test_a_back_a_lung_and_a_brain_on_the_same_daily_bundle_are_found(city):
    findings = found(uniform_bundles, city(mdtrt_d=stays(), fee_list_d=fees()))
    assert findings["mdtrt_id"].to_list() == ["M0", "M1", "M2"]


def test_two_items_are_the_nearest_miss(city):
    assert found(uniform_bundles, city(mdtrt_d=stays(), fee_list_d=fees(codes=TEMPLATE[:2]))).is_empty()


def test_patients_of_one_disease_may_share_a_treatment(city):
    assert found(uniform_bundles, city(mdtrt_d=stays(("M54.500", "M51.200", "M47.800")), fee_list_d=fees())).is_empty()


def test_a_symptom_is_no_second_disease(city):
    assert found(uniform_bundles, city(mdtrt_d=stays(("M54.500", "R42.x00", "M47.800")), fee_list_d=fees())).is_empty()


def test_saline_and_glucose_are_in_every_infusion(city):
    carriers = (*TEMPLATE[:1], "XB05XAL070B002010102924", "XB05BAP040B002010102961", "001204000060000")
    assert found(uniform_bundles, city(mdtrt_d=stays(), fee_list_d=fees(codes=carriers))).is_empty()


def test_two_persons_are_a_coincidence(city):
    assert found(uniform_bundles, city(mdtrt_d=stays(("M54.500", "J20.900")), fee_list_d=fees(persons=2))).is_empty()


def test_operations_and_maternity_follow_pathways(city):
    operated = fees() + "".join(f"O{n} | M{n} | 2024-03-02 | 003304060050000 | | 1\n" for n in range(3))
    assert found(uniform_bundles, city(mdtrt_d=stays(), fee_list_d=operated)).is_empty()
    assert found(uniform_bundles, city(mdtrt_d=stays(med_type="52"), fee_list_d=fees())).is_empty()


def test_a_refunded_item_is_no_part_of_the_bundle(city):
    back = "".join(f"R{n}{d} | M{n} | 2024-03-07 | {TEMPLATE[2]} | L{n}{d}2 | -1\n" for n in range(3) for d in range(2, 7))
    assert found(uniform_bundles, city(mdtrt_d=stays(), fee_list_d=fees() + back)).is_empty()


def test_the_same_item_twice_a_day_changes_nothing(city):
    doubled = fees() + "".join(f"D{n} | M{n} | 2024-03-03 | {TEMPLATE[0]} | | 1\n" for n in range(3))
    assert found(uniform_bundles, city(mdtrt_d=stays(), fee_list_d=doubled)).height == 3


def test_patients_without_a_diagnosis_make_no_chapter(city):
    assert found(uniform_bundles, city(mdtrt_d=stays(("M54.500", "-", "-")), fee_list_d=fees())).is_empty()
