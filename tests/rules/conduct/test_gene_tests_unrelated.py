"""Gene tests by the dozen for patients whose disease has nothing to do with them."""

from __future__ import annotations

import pytest

from models.rules.conduct.gene_tests_unrelated import gene_tests_unrelated
from tests.rules.conduct.draw import day, table
from tests.rules.support import found, lines_of

STAY = "mdtrt_id psn_no fixmedins_code begntime endtime dscg_maindiag_code"
FEE = "bkkp_sn mdtrt_id fee_ocur_time hilist_code hilist_name pric bilg_dept_name cnt init_feedetl_sn"
GENE = ("002507000240000", "他汀类药物SLCO1B1基因检测")
TUMOUR = ("002507000250000", "EGFR基因突变检测")


def hospital(
    city, tested: int, *, dx: str = "K29.500", dept: str = "内科", item: tuple[str, str] = GENE, elsewhere: int = 0, secondary: str = "", undo=()
):
    """H1 tests ``tested`` of its 100 in-patients, H2 ``elsewhere`` of its 200."""
    stays, fees = [], []
    for at, stays_here, tests in (("H1", 100, tested), ("H2", 200, elsewhere)):
        for n in range(stays_here):
            key = f"{at}-{n:03d}"
            stays.append((key, f"P{key}", at, day(n % 90), day(n % 90 + 5), dx))
            if n < tests:
                fees.append((f"G{key}", key, day(n % 90 + 1), *item, 990, dept, 1, None))
            else:
                fees.append((f"B{key}", key, day(n % 90 + 1), "001109000010000", "普通病房床位费", 40, dept, 1, None))
    tables = {}
    if secondary:
        tables["mdcs_fund_setl_list_d"] = table("setl_id mdtrt_id psn_no fixmedins_code", [(f"S{row[0]}", row[0], row[1], row[2]) for row in stays])
        tables["mdcs_fund_setl_list_diag_d"] = table(
            "setl_list_diag_id setl_id psn_no maindiag_flag diag_code", [(f"D{row[0]}", f"S{row[0]}", row[1], 0, secondary) for row in stays]
        )
    return city(mdtrt_d=table(STAY, stays), fee_list_d=table(FEE, [*fees, *undo]), **tables)


def test_tests_for_gastritis_by_the_dozen_are_found_a_visit_each(city):
    findings = found(gene_tests_unrelated, hospital(city, 20))
    assert findings.height == 20
    assert lines_of(findings)[0] == ["GH1-000"]
    assert findings.select("kind", "amount_at_issue", "fund_loss").row(0) == ("gene_test_abuse", 990.0, 693.0)


@pytest.mark.parametrize(("tested", "hits"), [(4, 0), (5, 5)])
def test_five_in_a_hundred_are_the_boundary(city, tested, hits):
    assert found(gene_tests_unrelated, hospital(city, tested)).height == hits


@pytest.mark.parametrize(("tested", "hits"), [(2, 0), (3, 3)])
def test_three_patients_of_a_small_house_are_beyond_chance(city, tested, hits):
    rest = [(f"P{n}", "H1", n < tested) for n in range(20)] + [(f"Q{n}", "H2", False) for n in range(200)]
    stays = [(f"M{who}", who, at, day(1), day(5), "K29.500") for who, at, _ in rest]
    fees = [(f"L{who}", f"M{who}", day(2), *(GENE if test else ("001109000010000", "普通病房床位费")), 990, "内科", 1, None) for who, _, test in rest]
    assert found(gene_tests_unrelated, city(mdtrt_d=table(STAY, stays), fee_list_d=table(FEE, fees))).height == hits


def test_a_statins_test_has_nothing_to_do_with_a_department_or_a_tumour(city):
    assert found(gene_tests_unrelated, hospital(city, 20, dept="妇科")).height == 20
    assert found(gene_tests_unrelated, hospital(city, 20, dx="C34.100")).height == 20


def test_want_of_iron_and_salts_are_no_inherited_disease(city):
    assert found(gene_tests_unrelated, hospital(city, 20, secondary="D50.900", item=TUMOUR)).height == 20
    assert found(gene_tests_unrelated, hospital(city, 20, secondary="E87.600", item=TUMOUR)).height == 20


@pytest.mark.parametrize(
    ("why", "change"),
    [
        ("tumours are treated by their genes", {"dx": "C34.100", "item": TUMOUR}),
        ("a tumour as a further diagnosis", {"secondary": "C50.900", "item": TUMOUR}),
        ("gynaecology lives on such tests", {"dept": "妇科", "item": TUMOUR}),
        ("a statin's test for raised blood fats, even as a further diagnosis", {"secondary": "E78.500"}),
        ("tests for germs are routine", {"item": ("002507000200000", "人乳头瘤病毒(HPV)核酸基因分型")}),
        ("the whole city does so", {"elsewhere": 40}),
    ],
)
def test_lawful_reasons_for_gene_tests(city, why, change):
    assert found(gene_tests_unrelated, hospital(city, 20, **change)).is_empty(), why


def test_refunded_tests_are_gone(city):
    undo = [(f"R{n}", f"H1-{n:03d}", day(n + 2), *GENE, 990, "内科", -1, f"GH1-{n:03d}") for n in range(16)]
    assert found(gene_tests_unrelated, hospital(city, 20, undo=undo)).is_empty()


def test_a_laboratorys_best_customer_does_not_hide_a_smaller_one(city):
    stays, fees = [], []
    for at, tested in (("H1", 90), ("H2", 6), *((f"H{n}", 0) for n in range(3, 23))):
        for n in range(100):
            key = f"{at}-{n:03d}"
            stays.append((key, f"P{key}", at, day(n % 90), day(n % 90 + 5), "K29.500"))
            item = (*GENE, 990) if n < tested else ("001109000010000", "普通病房床位费", 40)
            fees.append((f"L{key}", key, day(n % 90 + 1), *item, "内科", 1, None))
    t = city(mdtrt_d=table(STAY, stays), fee_list_d=table(FEE, fees))
    assert dict(found(gene_tests_unrelated, t).group_by("fixmedins_code").len().iter_rows()) == {"H1": 90, "H2": 6}
    # without the trimming the best customer alone sets the city's rate
    assert found(gene_tests_unrelated, t, trim_share=0.0)["fixmedins_code"].unique().to_list() == ["H1"]
