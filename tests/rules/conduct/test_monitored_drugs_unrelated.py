"""Key-monitored drugs for patients who have nothing they are for."""

from __future__ import annotations

import pytest

from models.rules.conduct.monitored_drugs_unrelated import monitored_drugs_unrelated
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

STAY = "mdtrt_id psn_no fixmedins_code med_type begntime endtime dscg_maindiag_code"
FEE = "bkkp_sn mdtrt_id fee_ocur_time hilist_code hilist_name pric inscp_amt cnt init_feedetl_sn dscg_tkdrug_flag"
NERVE = ("XN06BXA090B002010104005", "奥拉西坦注射液")
BED = ("001109000010000", "普通病房床位费")


def ward(
    city,
    given: int = 6,
    *,
    dx: str = "K80.100",
    drug=NERVE,
    elsewhere: int = 0,
    secondary: str = "",
    earlier: str = "",
    scope: int = 80,
    home=0,
    undo=(),
):
    """H1 gives the drug to ``given`` of its 60 in-patients, H2 to ``elsewhere`` of its 120; ``earlier`` is the diagnosis of a visit before."""
    stays, fees = [], []
    for at, number, treated in (("H1", 60, given), ("H2", 120, elsewhere)):
        for n in range(number):
            key = f"{at}-{n:03d}"
            stays.append((key, f"P{key}", at, "21", day(n % 60), day(n % 60 + 5), dx))
            if earlier:
                stays.append((f"E{key}", f"P{key}", at, "11", day(0, "2024-01-01"), day(0, "2024-01-01"), earlier))
            fees.append((f"B{key}", key, day(n % 60), *BED, 40, 40, 1, None, 0))
            if n < treated:
                fees.append((f"G{key}", key, day(n % 60 + 1), *drug, 80, scope, 1, None, home))
    tables = {}
    if secondary:
        of_stays = [row for row in stays if row[3] == "21"]
        tables["mdcs_fund_setl_list_d"] = table("setl_id mdtrt_id psn_no fixmedins_code", [(f"S{r[0]}", r[0], r[1], r[2]) for r in of_stays])
        tables["mdcs_fund_setl_list_diag_d"] = table(
            "setl_list_diag_id setl_id psn_no maindiag_flag diag_code", [(f"D{r[0]}", f"S{r[0]}", r[1], 0, secondary) for r in of_stays]
        )
    return city(mdtrt_d=table(STAY, stays), fee_list_d=table(FEE, [*fees, *undo]), **tables)


def test_brain_drugs_for_gallstones_as_a_habit_are_found_a_stay_each(city):
    findings = found(monitored_drugs_unrelated, ward(city))
    assert lines_of(findings) == [[f"GH1-{n:03d}"] for n in range(6)]
    assert findings.select("kind", "fixmedins_code", "amount_at_issue").row(0) == ("over_treatment", "H1", 80.0)


@pytest.mark.parametrize(("given", "hits"), [(4, 0), (5, 5)])
def test_five_patients_are_the_boundary(city, given, hits):
    assert found(monitored_drugs_unrelated, ward(city, given)).height == hits


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("a stroke is what they are for", {"dx": "I63.900"}),
        ("a head injury as a further diagnosis", {"secondary": "S06.000"}),
        ("dementia known from an earlier visit", {"earlier": "F03.x00"}),
        ("no main diagnosis is known", {"dx": ""}),
        ("another drug", {"drug": ("XJ01DDT035B001010102147", "注射用头孢曲松钠")}),
        ("the whole city does so", {"elsewhere": 12}),
        ("the patient paid", {"scope": 0}),
        ("taken home", {"home": 1}),
    ],
)
def test_lawful_reasons_for_a_monitored_drug(city, why, change):
    assert found(monitored_drugs_unrelated, ward(city, **change)).is_empty(), why


def test_refunded_drugs_are_gone(city):
    undo = [(f"R{n}", f"H1-{n:03d}", day(n + 2), *NERVE, 80, 80, -1, f"GH1-{n:03d}", 0) for n in range(2)]
    assert found(monitored_drugs_unrelated, ward(city, undo=undo)).is_empty()


def test_a_drug_in_two_groups_of_the_list_counts_once(city):
    both = {"奥拉西坦": "^I6", "西坦": "^I6"}
    findings = found(monitored_drugs_unrelated, ward(city), related_diagnoses=both)
    assert lines_of(findings) == [[f"GH1-{n:03d}"] for n in range(6)]


ALBUMIN = ("XB05AAR021B001010105417", "人血白蛋白")


@pytest.mark.parametrize(("dx", "hits"), [("M51.202", 6), ("K74.601", 0), ("C34.900", 0), ("E88.000", 0), ("T31.200", 0)])
def test_albumin_for_a_slipped_disc_is_found_and_for_cirrhosis_cancer_or_burns_lawful(city, dx, hits):
    assert found(monitored_drugs_unrelated, ward(city, dx=dx, drug=ALBUMIN)).height == hits
