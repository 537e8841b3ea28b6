"""The same adjuvant drugs for everybody, whatever the disease."""

from __future__ import annotations

from models.rules.inpatient.drugs_for_all import drugs_for_all
from tests.rules.support import found

LIVER, CAPILLARY, SALINE = "XA05BAD091B001010178012", "XC01EAQ059B002010100001", "XB05XAL216B002010100001"
OTHER_LIVER = "XA05BAF612B001010100001"
DISEASES = ("I10.x00", "J18.900", "M51.202", "K80.100")


def ward(house: str, drugs: tuple[str, ...], *, stays: int = 12, diseases: tuple[str, ...] = DISEASES, way: str = "1") -> tuple[str, str]:
    """Stays of one house whose diseases go round, each with saline and the drugs."""
    visits = fees = ""
    for n in range(stays):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | 2024-03-01 | 2024-03-06 | {diseases[n % len(diseases)]} | {way}\n"
        fees += "".join(f"{stay}L{k} | {stay} | {code} | 2024-03-02 | | 1\n" for k, code in enumerate((SALINE, *drugs)))
    return visits, fees


def lake(city, *wards: tuple[str, str], more: str = ""):
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | dscg_way\n" + "".join(v for v, _ in wards)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | init_feedetl_sn | cnt\n" + "".join(f for _, f in wards) + more
    return city(mdtrt_d=visits, fee_list_d=fees)


PEERS = (ward("H7", (), stays=40), ward("H8", (), stays=40))


def test_two_classes_hardly_given_elsewhere_for_patients_of_four_chapters_are_found(city):
    findings = found(drugs_for_all, lake(city, ward("H1", (LIVER, CAPILLARY)), *PEERS))
    assert findings.height == 12
    assert findings.filter(mdtrt_id="H1S0")["bkkp_sns"].to_list() == [["H1S0L1", "H1S0L2"]]


def test_one_class_is_a_physician_s_choice_and_two_drugs_of_one_class_are_one(city):
    assert found(drugs_for_all, lake(city, ward("H1", (LIVER,)), *PEERS)).is_empty()
    assert found(drugs_for_all, lake(city, ward("H1", (LIVER, OTHER_LIVER)), *PEERS)).is_empty()


def test_four_patients_are_no_habit(city):
    assert found(drugs_for_all, lake(city, ward("H1", (LIVER, CAPILLARY), stays=4), *PEERS)).is_empty()


def test_what_the_other_houses_give_for_the_same_diseases_is_the_standard(city):
    assert found(drugs_for_all, lake(city, ward("H1", (LIVER, CAPILLARY)), ward("H7", (LIVER, CAPILLARY), stays=40), PEERS[1])).is_empty()


def test_a_pathway_for_the_diseases_of_two_chapters_is_lawful(city):
    assert found(drugs_for_all, lake(city, ward("H1", (LIVER, CAPILLARY), diseases=DISEASES[:2]), *PEERS)).is_empty()


def test_the_dying_and_stays_without_a_disease_are_not_judged(city):
    assert found(drugs_for_all, lake(city, ward("H1", (LIVER, CAPILLARY), way="5"), *PEERS)).is_empty()
    assert found(drugs_for_all, lake(city, ward("H1", (LIVER, CAPILLARY), diseases=("-",)), *PEERS)).is_empty()


def test_a_drug_taken_back_was_not_charged(city):
    back = "".join(f"R{n} | H1S{n} | {LIVER} | 2024-03-03 | H1S{n}L1 | -1\n" for n in range(12))
    assert found(drugs_for_all, lake(city, ward("H1", (LIVER, CAPILLARY)), *PEERS, more=back)).is_empty()


def test_where_the_own_tier_is_alone_the_neighbouring_one_compares(city):
    visits, fees = zip(ward("H1", (LIVER, CAPILLARY)), *PEERS, strict=True)
    head = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | dscg_maindiag_code | dscg_way\n"
    houses = "fixmedins_code | hosp_lv\nH1 | 02\nH7 | {lv}\nH8 | {lv}\n"
    lines = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | init_feedetl_sn | cnt\n" + "".join(fees)
    upper = city(mdtrt_d=head + "".join(visits), fee_list_d=lines, fixmedins_b=houses.format(lv="05"))
    assert found(drugs_for_all, upper).height == 12
