"""Sessions slipped in on the day after a session."""

from __future__ import annotations

from datetime import date, timedelta

from models.rules.conduct.dialysis_on_following_days import dialysis_on_following_days
from tests.rules.support import found, lines_of

HD = "003110000060000"
HEAD = "bkkp_sn | mdtrt_id | psn_no | fixmedins_code | med_type | fee_ocur_time | hilist_code | cnt | init_feedetl_sn\n"
MONDAY = date(2024, 1, 1)


def weeks(
    person: str, house: str, added: tuple[int, ...] = (), moved: tuple[int, ...] = (), n: int = 20, code: str = HD, med_type: str = "14"
) -> str:
    """Mondays, Wednesdays and Fridays; in the weeks ``added`` a Tuesday too, in the weeks ``moved`` Friday's session on Thursday."""
    rows = ""
    for week in range(n):
        offsets = [0, 2, 3 if week in moved else 4]
        for k in sorted({*offsets, 1}) if week in added else offsets:
            name = f"{person}W{week}D{k}"
            rows += f"{name} | {name} | {person} | {house} | {med_type} | {MONDAY + timedelta(weeks=week, days=k)} 08:00 | {code} | 1 |\n"
    return rows


OTHERS = weeks("Q1", "G1") + weeks("Q2", "G1")


def test_five_added_sessions_of_two_persons_are_found_by_person_and_month(city):
    t = city(fee_list_d=HEAD + weeks("P1", "H1", added=(2, 6, 10)) + weeks("P2", "H1", added=(3, 7)) + OTHERS)
    findings = found(dialysis_on_following_days, t)
    assert sorted(lines_of(findings)) == [["P1W10D1"], ["P1W2D1"], ["P1W6D1"], ["P2W3D1"], ["P2W7D1"]]
    assert findings["evidence"].null_count() == 0


def test_a_sunday_before_the_person_s_own_monday_is_the_added_one(city):
    rows = weeks("P1", "H1") + weeks("P2", "H1") + OTHERS
    for person, week in (("P1", 3), ("P1", 7), ("P1", 11), ("P2", 4), ("P2", 8)):
        name = f"{person}W{week}D-1"
        rows += f"{name} | {name} | {person} | H1 | 14 | {MONDAY + timedelta(weeks=week, days=-1)} 08:00 | {HD} | 1 |\n"
    findings = found(dialysis_on_following_days, city(fee_list_d=HEAD + rows))
    assert sorted(lines_of(findings)) == [["P1W11D-1"], ["P1W3D-1"], ["P1W7D-1"], ["P2W4D-1"], ["P2W8D-1"]]


def test_four_are_the_nearest_miss(city):
    assert found(
        dialysis_on_following_days, city(fee_list_d=HEAD + weeks("P1", "H1", added=(2, 6)) + weeks("P2", "H1", added=(3, 7)) + OTHERS)
    ).is_empty()


def test_one_person_may_need_more(city):
    t = city(fee_list_d=HEAD + weeks("P1", "H1", added=(2, 4, 6, 8, 10, 12)) + weeks("P2", "H1") + OTHERS)
    assert found(dialysis_on_following_days, t).is_empty()


def test_sessions_moved_before_a_holiday_are_not_added(city):
    t = city(fee_list_d=HEAD + weeks("P1", "H1", moved=(2, 6, 10)) + weeks("P2", "H1", moved=(3, 7, 9)) + OTHERS)
    assert found(dialysis_on_following_days, t).is_empty()


def test_where_all_units_do_it_nobody_does_it_far_more_often(city):
    everywhere = "".join(weeks(f"{house}{k}", house, added=(2, 6, 10)) for house in ("H1", "G1", "G2") for k in range(2))
    assert found(dialysis_on_following_days, city(fee_list_d=HEAD + everywhere)).is_empty()


def test_a_refunded_session_was_never_added(city):
    back = f"R | P1W2D1 | P1 | H1 | 14 | 2024-02-01 08:00 | {HD} | -1 | P1W2D1\n"
    lines = HEAD + weeks("P1", "H1", added=(2, 6, 10)) + weeks("P2", "H1", added=(3, 7)) + OTHERS
    assert found(dialysis_on_following_days, city(fee_list_d=lines)).height == 5
    assert found(dialysis_on_following_days, city(fee_list_d=lines + back)).is_empty()


def test_the_first_weeks_of_a_new_patient_are_short_sessions_day_by_day(city):
    def later(person: str, added: tuple[int, ...]) -> str:
        rows = weeks(person, "H1", added=added).splitlines()
        return "".join(f"{row}\n" for row in rows if row.split("|")[5].strip() >= "2024-03")

    t = city(fee_list_d=HEAD + later("P1", (9, 10, 11)) + later("P2", (9, 10, 11)) + OTHERS)
    assert found(dialysis_on_following_days, t).is_empty()


def test_a_base_item_and_its_child_on_one_minute_are_one_session(city):
    twice = weeks("P1", "H1", added=(2, 6, 10)) + weeks("P1", "H1", code="003110000060001").replace("P1W", "C1W").replace("| C1W", "| P1W", 20 * 3)
    t = city(fee_list_d=HEAD + twice + weeks("P2", "H1", added=(3, 7)) + OTHERS)
    assert found(dialysis_on_following_days, t).height == 5


def test_a_session_without_a_person_in_the_register_is_still_read(city):
    registered = "psn_no | gend | brdy\nP1 | - | -\n"
    t = city(fee_list_d=HEAD + weeks("P1", "H1", added=(2, 6, 10)) + weeks("P2", "H1", added=(3, 7)) + OTHERS, psn_info_b=registered)
    assert found(dialysis_on_following_days, t).height == 5


def test_a_session_moved_within_its_week_is_not_added(city):
    def wednesday_on_thursday(person: str, late: tuple[int, ...]) -> str:
        rows = weeks(person, "H1")
        for week in late:
            day = MONDAY + timedelta(weeks=week, days=2)
            rows = rows.replace(f"{day} 08:00", f"{day + timedelta(days=1)} 08:00")
        return rows

    t = city(fee_list_d=HEAD + wednesday_on_thursday("P1", (2, 6, 10)) + wednesday_on_thursday("P2", (3, 7, 12)) + OTHERS)
    assert found(dialysis_on_following_days, t).is_empty()
