"""Evidence against peers, and how it is mixed into one probability."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import polars as pl
import pytest

from features.parameters import City, Params
from models.finding import FINDING_SCHEMA
from models.scoring.evidence import rule_evidence, total_evidence
from models.scoring.suspects import FEW_FINDINGS, NO_FINDINGS, level, mix, rank_suspects


@pytest.fixture
def p() -> Params:
    return City.load()["scoring"]


def findings(*rows: tuple[str, str, str, str, int]) -> pl.DataFrame:
    """(institution, rule, kind, certainty, how many) → findings on as many persons."""
    filled: list[dict[str, Any]] = []
    for institution, rule_id, kind, certainty, many in rows:
        for number in range(many):
            row = dict.fromkeys(FINDING_SCHEMA, None) | {
                "finding_id": f"{institution}{rule_id}{number}",
                "rule_id": rule_id,
                "kind": kind,
                "certainty": certainty,
                "fixmedins_code": institution,
                "psn_no": f"{institution}p{number}",
                "mdtrt_id": f"m{number}",
                "occurred_from": date(2024, 3, 1),
                "occurred_to": date(2024, 3, 2),
                "amount_at_issue": 100.0,
                "fund_loss": 60.0,
                "evidence": "",
                "strength": 1.0 if certainty == "definite" else 0.5,
            }
            filled.append(row)
    return pl.DataFrame(filled, schema=FINDING_SCHEMA)


def houses(**visits: int) -> pl.DataFrame:
    codes = list(visits)
    return pl.DataFrame({"fixmedins_code": codes, "peer_group": ["g"] * len(codes), "visits": list(visits.values()), "stays": list(visits.values())})


def expected_share(p: Params, certainty: str, houses_in_all: int) -> float:
    prior = p["honest_struck_share"][certainty] * p["struck_prior_houses"]
    return float(prior / (p["struck_prior_houses"] + houses_in_all))


def evidence_of(found: pl.DataFrame, institutions: pl.DataFrame, p: Params) -> dict[str, float]:
    total = total_evidence(rule_evidence(found, institutions, p, {}), p)
    return dict(zip(total["fixmedins_code"], total["evidence_llr"], strict=True))


def test_a_house_with_many_times_its_peers_hits_has_strong_evidence(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    llr = evidence_of(findings(("h0", "r", "split_stay", "suspected", 60), ("h1", "r", "split_stay", "suspected", 1)), institutions, p)
    assert llr["h0"] > 2.5
    assert llr["h1"] < 0.7


def test_a_large_house_with_its_peers_rate_is_no_suspect_for_being_large(p: Params) -> None:
    institutions = houses(big=50_000, **{f"h{n}": 1000 for n in range(20)})
    small = [(f"h{n}", "r", "split_stay", "suspected", 4) for n in range(20)]
    llr = evidence_of(findings(("big", "r", "split_stay", "suspected", 200), *small), institutions, p)
    assert llr["big"] < 0.5


def test_in_a_small_group_a_house_is_not_held_against_its_own_hits(p: Params) -> None:
    found = findings(("H1", "r", "overpricing", "definite", 500))
    small = houses(H1=600, H2=600, H3=600)
    large = houses(H1=600, **{f"H{number}": 600 for number in range(2, 30)})
    one, many = evidence_of(found, small, p)["H1"], evidence_of(found, large, p)["H1"]
    assert one > 0.9 * many > 3


def test_a_peer_that_does_the_same_makes_it_a_habit_of_the_group(p: Params) -> None:
    small = houses(H1=600, H2=600, H3=600)
    alone = evidence_of(findings(("H1", "r", "overpricing", "definite", 100)), small, p)["H1"]
    both = evidence_of(findings(("H1", "r", "overpricing", "definite", 100), ("H2", "r", "overpricing", "definite", 100)), small, p)["H1"]
    assert both < alone - 1


def test_one_coincidence_in_a_village_clinic_is_weak_evidence(p: Params) -> None:
    institutions = houses(clinic=9, **{f"h{n}": 1000 for n in range(20)})
    llr = evidence_of(findings(("clinic", "r", "split_stay", "suspected", 1)), institutions, p)
    assert llr["clinic"] < 1.0


def test_more_hits_never_make_a_house_less_suspicious(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    seen = [evidence_of(findings(("h0", "r", "split_stay", "suspected", many)), institutions, p)["h0"] for many in (5, 20, 80, 300)]
    assert seen == sorted(seen)


def test_one_finding_speaks_a_little_against_a_house_and_never_for_it(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    llr = evidence_of(findings(("h0", "r", "split_stay", "definite", 1)), institutions, p)
    assert 0.0 < llr["h0"] < 1.0


def test_suspected_findings_of_one_person_count_less_than_those_of_many(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    many = findings(("h0", "r", "split_stay", "suspected", 8))
    one = many.with_columns(psn_no=pl.lit("p0"))
    assert evidence_of(one, institutions, p)["h0"] < evidence_of(many, institutions, p)["h0"]


def test_one_wrong_entry_in_a_registry_accuses_none_of_the_houses_its_person_goes_to(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    entry = findings(*[(f"h{n}", "r", "dead_or_custody_claims", "definite", 4) for n in range(4)]).with_columns(psn_no=pl.lit("p0"))
    llr = evidence_of(entry, institutions, p)
    several_cards = evidence_of(findings(("h0", "r", "dead_or_custody_claims", "definite", 4)), institutions, p)
    assert max(llr.values()) < several_cards["h0"] / 2


def test_one_dead_and_one_prisoner_at_the_same_small_house_stand_out_though_each_entry_alone_says_nothing(p: Params) -> None:
    institutions = houses(**{f"h{n}": 100 for n in range(40)})
    dead, held = ("dead", "dead_or_custody_claims", "suspected", 5), ("held", "dead_or_custody_claims", "suspected", 5)
    both = findings(("h0", *dead), ("h0", *held), ("h1", *dead)).with_columns(psn_no=pl.col("fixmedins_code") + pl.col("rule_id"))
    llr = evidence_of(both, institutions, p)
    assert llr["h1"] < 1.0
    assert llr["h0"] > 2.0


def test_a_suspicion_can_say_less_than_a_certain_violation(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(200)})
    llr = evidence_of(findings(("h0", "r", "split_stay", "suspected", 400), ("h1", "s", "split_stay", "definite", 400)), institutions, p)
    assert llr["h0"] == pytest.approx(math.log(p["guilty_struck_share"] / expected_share(p, "suspected", 200)), abs=1e-4)
    assert llr["h0"] < llr["h1"]


def test_a_rule_that_strikes_much_of_the_city_says_little_about_any_house(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(200)})
    few = evidence_of(findings(("h0", "r", "split_stay", "suspected", 60)), institutions, p)
    common = evidence_of(findings(*[(f"h{n}", "r", "split_stay", "suspected", 60) for n in range(25)]), institutions, p)
    assert common["h0"] < few["h0"] / 2


def test_red_asks_for_corroboration_or_a_certain_violation(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    found = findings(
        ("h0", "r", "split_stay", "suspected", 60),
        ("h1", "r2", "split_stay", "suspected", 60),
        ("h1", "s", "fake_inpatient", "suspected", 60),
        ("h2", "u", "overpricing", "definite", 60),
    )
    total = total_evidence(rule_evidence(found, institutions, p, {}), p)
    assert dict(zip(total["fixmedins_code"], total["corroborated"], strict=True)) == {"h0": False, "h1": True, "h2": True}
    high = total.with_columns(probability=pl.lit(0.99), fund_loss=pl.lit(9e4), amount_at_issue=pl.lit(9e4))
    lights = high.select("fixmedins_code", level=level(p))
    assert dict(lights.iter_rows()) == {"h0": "yellow", "h1": "red", "h2": "red"}


def test_a_verdict_weight_of_zero_silences_a_rule(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    found = findings(("h0", "r", "split_stay", "suspected", 60))
    silenced = rule_evidence(found, institutions, p, {"r": 0.0})
    assert silenced["llr"].max() == 0.0


def test_without_findings_nobody_is_red_however_anomalous(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)})
    none = findings()
    total = total_evidence(rule_evidence(none, institutions, p, {}), p)
    anomaly = pl.DataFrame({"fixmedins_code": ["h0"], "anomaly": [0.999]})
    mixed = mix(institutions, total, anomaly, p)
    assert mixed["probability"].max() < p["yellow_probability_min"]


def test_the_list_holds_every_house_once_best_suspect_first(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(20)}).with_columns(fixmedins_name=pl.col("fixmedins_code"), admdvs=pl.lit("431002"))
    found = findings(("h3", "r", "split_stay", "definite", 60), ("h4", "r", "split_stay", "definite", 1))
    total = total_evidence(rule_evidence(found, institutions, p, {}), p)
    anomaly = institutions.select("fixmedins_code", anomaly=pl.lit(0.5))
    amounts = pl.DataFrame({"fixmedins_code": ["h3"], "amount_fen": [600_000], "loss_fen": [360_000.0]})
    reasons = pl.DataFrame({"fixmedins_code": ["h3"], "reasons": ["分解住院60起。"]})
    listed = rank_suspects(mix(institutions, total, anomaly, p), institutions.drop("visits", "stays"), amounts, reasons, p)
    assert listed["rank"].to_list() == list(range(1, 21))
    assert listed["fixmedins_code"][0] == "h3"
    assert listed["level"][0] in ("red", "yellow")
    assert listed["amount_at_issue"][0] == 6000.0
    assert listed["kinds"][0] == "split_stay"
    assert listed["probability"].is_sorted(descending=True)
    told = dict(listed.select("fixmedins_code", "reasons").iter_rows())
    assert (told["h3"], told["h4"], told["h5"]) == ("分解住院60起。", FEW_FINDINGS, NO_FINDINGS)


def lights_of(found: pl.DataFrame, institutions: pl.DataFrame, p: Params) -> pl.DataFrame:
    """``fixmedins_code level`` with plenty of yuan at stake and an ordinary anomaly."""
    total = total_evidence(rule_evidence(found, institutions, p, {}), p)
    mixed = mix(institutions, total, institutions.select("fixmedins_code", anomaly=pl.lit(0.8)), p)
    return mixed.with_columns(fund_loss=pl.lit(9e4), amount_at_issue=pl.lit(9e4)).select("fixmedins_code", level=level(p))


def test_a_rule_misread_in_another_city_makes_nobody_red_however_many_its_hits(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(200)})
    misread = findings(*[(f"h{n}", "r", "duplicate_charge", "definite", 3 + 7 * (n % 6)) for n in range(20)])
    assert "red" not in set(lights_of(misread, institutions, p)["level"])


def test_one_minor_finding_at_a_third_of_the_houses_makes_nobody_yellow(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(200)})
    minor = findings(*[(f"h{n}", f"r{n % 5}", "policy_limit", "definite", 1) for n in range(66)])
    assert set(lights_of(minor, institutions, p)["level"]) == {"green"}


def test_the_same_hits_of_a_rule_at_one_house_alone_make_it_red(p: Params) -> None:
    institutions = houses(**{f"h{n}": 1000 for n in range(200)})
    alone = lights_of(findings(("h0", "r", "duplicate_charge", "definite", 38)), institutions, p)
    assert alone.filter(pl.col("level") == "red")["fixmedins_code"].to_list() == ["h0"]
