"""Treated, then nothing for weeks but bed and nursing, then treated again."""

from __future__ import annotations

from datetime import date, timedelta

from models.rules.inpatient.away_for_weeks import away_for_weeks
from tests.rules.support import found, lines_of

BED, GAMES, TABLETS = "001109000010000", "003115030010000", "XN05AHA001A001010102180"
FIRST = date(2024, 3, 1)
NIGHTS = 30


def ward(house: str, *idle: range | tuple[int, ...], token: int = 0, bulk: bool = False, item: str = GAMES, kind: str = "21") -> tuple[str, str]:
    """One stay of thirty nights for each of ``idle``, the days after the first on which only the bed (40 yuan) was charged."""
    visits = fees = ""
    for n, days in enumerate(idle):
        stay = f"{house}S{n}"
        visits += f"{stay} | {house}P{n} | {house} | {FIRST} | {FIRST + timedelta(NIGHTS)} | {kind}\n"
        for day in range(NIGHTS):
            on = FIRST + timedelta(day)
            fees += f"{stay}B{day} | {stay} | {BED} | {on} | 40 | {2 if bulk else 1} |\n"
            if day not in days:
                fees += f"{stay}G{day} | {stay} | {item} | {on} | 20 | 1 |\n"
            elif token:
                fees += f"{stay}T{day} | {stay} | {GAMES} | {on} | {token} | 1 |\n"
    return visits, fees


def lake(city, *wards: tuple[str, str], kind: str = "专科医院-精神", more: str = ""):
    houses = {visit.split(" | ")[2] for visits, _ in wards for visit in visits.splitlines()}
    visits = "mdtrt_id | psn_no | fixmedins_code | begntime | endtime | med_type\n" + "".join(v for v, _ in wards)
    fees = "bkkp_sn | mdtrt_id | hilist_code | fee_ocur_time | pric | cnt | init_feedetl_sn\n" + "".join(f for _, f in wards) + more
    register = "medins_code | medins_type_name\n" + "".join(f"{house} | {kind}\n" for house in sorted(houses))
    return city(mdtrt_d=visits, fee_list_d=fees, medins_info_b=register)


AWAY = range(8, 24)
THIRDS = range(0, NIGHTS, 3)
PEERS = (ward("H7", *[THIRDS] * 8), ward("H8", *[THIRDS] * 8))
OTHERS = [THIRDS] * 4


def test_sixteen_days_of_bed_alone_in_the_middle_of_a_treated_stay_are_found(city):
    findings = found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS), *PEERS))
    assert findings["mdtrt_id"].to_list() == ["H1S0"]
    assert lines_of(findings) == [sorted(f"H1S0B{day}" for day in AWAY)]


def test_six_days_in_a_row_are_the_nearest_miss(city):
    assert found(away_for_weeks, lake(city, ward("H1", range(10, 16), *OTHERS), *PEERS), chance_alone_max=1.0, chance_max=1.0).is_empty()
    assert found(away_for_weeks, lake(city, ward("H1", range(10, 17), *OTHERS), *PEERS), chance_alone_max=1.0, chance_max=1.0).height == 1


def test_shorter_runs_are_found_where_three_patients_have_them(city):
    short = range(10, 20)
    assert found(away_for_weeks, lake(city, ward("H1", *[short] * 2, *OTHERS), *PEERS), chance_alone_max=1e-9).is_empty()
    assert found(away_for_weeks, lake(city, ward("H1", *[short] * 3, *OTHERS), *PEERS), chance_alone_max=1e-9).height == 3


def test_who_is_always_treated_sparingly_is_in_no_run_of_his_own(city):
    rarely = [day for day in range(NIGHTS) if day not in (4, 8, 21, 25, 29)]
    assert found(away_for_weeks, lake(city, ward("H1", tuple(rarely), *OTHERS), *PEERS)).is_empty()


def test_where_the_like_treat_on_one_day_in_five_nothing_stands_out(city):
    fifths = tuple(day for day in range(NIGHTS) if day % 5)
    sparing = (ward("H7", *[fifths] * 8), ward("H8", *[fifths] * 8))
    assert found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS), *sparing)).is_empty()


def test_where_the_like_have_such_weeks_too_it_is_how_care_is_posted(city):
    assert found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS), ward("H7", *[AWAY] * 2, *OTHERS), ward("H8", *[AWAY] * 2, *OTHERS))).is_empty()


def test_a_closed_ward_treats_nobody(city):
    assert found(away_for_weeks, lake(city, ward("H1", *[AWAY] * 5), *PEERS)).is_empty()


def test_who_waits_to_be_fetched_is_not_treated_again_unless_it_is_a_habit_to_be_away(city):
    waits = range(14, NIGHTS)
    assert found(away_for_weeks, lake(city, ward("H1", waits, *OTHERS), *PEERS)).is_empty()
    assert found(away_for_weeks, lake(city, ward("H1", waits, *[AWAY] * 2, *OTHERS), *PEERS)).height == 2
    assert found(away_for_weeks, lake(city, ward("H1", waits, *[AWAY] * 3, *OTHERS), *PEERS)).height == 4


def test_who_lies_there_alone_is_not_told_from_a_closed_ward(city):
    assert found(away_for_weeks, lake(city, ward("H1", AWAY), *PEERS)).is_empty()


def test_a_game_worth_a_tenth_of_the_bed_is_a_token_and_one_worth_more_is_not(city):
    assert found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS, token=4), *PEERS))["mdtrt_id"].to_list() == ["H1S0"]
    assert found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS, token=5), *PEERS)).is_empty()


def test_weekly_tablets_in_the_run_show_that_he_was_there(city):
    tablets = f"X1 | H1S0 | {TABLETS} | 2024-03-17 | 90 | 1 |\n"
    assert found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS), *PEERS, more=tablets)).is_empty()


def test_general_hospitals_are_judged_by_the_share_of_idle_days(city):
    assert found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS), *PEERS, kind="综合医院")).is_empty()


def test_beds_charged_in_bulk_hide_single_days(city):
    assert found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS, bulk=True), *PEERS)).is_empty()


def test_quiet_weeks_of_childbed_are_lawful(city):
    assert found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS, kind="52"), *PEERS)).is_empty()


def test_games_that_were_taken_back_were_not_played(city):
    back = "".join(f"R{day} | H1S0 | {GAMES} | {FIRST + timedelta(day)} | 20 | -1 | H1S0G{day}\n" for day in AWAY)
    assert found(away_for_weeks, lake(city, ward("H1", (), *OTHERS), *PEERS, more=back)).height == 1


def test_a_bed_charged_twice_on_a_day_is_one_day(city):
    twice = f"X1 | H1S0 | {BED} | 2024-03-12 | 40 | 1 |\n"
    assert "X1" in lines_of(found(away_for_weeks, lake(city, ward("H1", AWAY, *OTHERS), *PEERS, more=twice)))[0]


def test_a_day_of_which_no_bed_was_charged_breaks_the_run(city):
    visits, fees = ward("H1", AWAY, *OTHERS)
    holed = "".join(line + "\n" for line in fees.splitlines() if not line.startswith("H1S0B16 "))
    assert found(away_for_weeks, lake(city, (visits, holed), *PEERS)).is_empty()


def test_a_stay_without_an_end_is_not_judged(city):
    visits, fees = ward("H1", AWAY, *OTHERS)
    assert found(away_for_weeks, lake(city, (visits.replace(f"{FIRST + timedelta(NIGHTS)}", "-"), fees), *PEERS)).is_empty()
