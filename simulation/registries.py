"""City-wide registries written once at the end: institutions, staff, ceilings, beds, machines, stock, complaints."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from simulation.city import City
from simulation.habits import DAY
from simulation.institutions import DEPARTMENTS, HOUSES, SURNAMES
from simulation.tables import day, shaped, stamp, texts, yuan

TITLES = ("住院医师", "主治医师", "副主任医师", "主任医师")
TOPICS = ("挂床住院", "虚假住院", "过度检查", "串换药品", "药价高", "冒名就医", "服务态度", "低标准入院")


def tables(city: City) -> dict[str, pl.DataFrame]:
    """All registries of the city as contract tables."""
    out = {"fixmedins_b": _institutions(city), "medins_info_b": _details(city), "hilist_lmtpric_d": _ceilings(city)}
    out["dr_info_b"] = _doctors(city)
    out["phar_info_b"] = _pharmacists(city)
    out["dial_mach_b"] = _machines(city)
    out["rpt_cmpl_d"] = _complaints(city)
    return out


def _institutions(city: City) -> pl.DataFrame:
    inst, h = city.inst, city.habits
    return shaped(
        "fixmedins_b",
        pl.DataFrame(
            {
                "fixmedins_code": pl.Series(inst.code, dtype=pl.String),
                "fixmedins_name": pl.Series(inst.name, dtype=pl.String),
                "fixmedins_type": pl.Series(np.where(inst.house == "pharmacy", "2", "1").astype(object), dtype=pl.String),
                "hosp_lv": pl.Series(inst.lv, dtype=pl.String),
                "fix_blng_admdvs": texts(list(h.counties), inst.county),
                "begntime": stamp(inst.opened // DAY * DAY),
                "vali_flag": "1",
            }
        ),
    )


def beds_of(city: City) -> npt.NDArray[np.int64]:
    """Approved beds: what the lawful census needs, with the room hospitals have; some honest ones are a little full."""
    rng = np.random.default_rng([city.habits.seed, 20])
    peak = np.percentile(city.census, 97, axis=1) if city.census.size else np.zeros(city.inst.count)
    top = city.census.max(axis=1) if city.census.size else peak
    room = rng.uniform(1.02, 1.6, city.inst.count)
    beds = np.maximum(np.ceil(peak * room), np.ceil(top * 0.96)).astype(np.int64)
    floor = np.select([city.inst.tier == 3, city.inst.tier == 2, city.inst.tier == 1], [12, 5, 2], 0)
    house = city.inst.house
    none = np.isin(house, ["village", "dialysis", "pharmacy"])
    psych = np.where(np.isin(house, ["psych", "nursing", "rehab"]), 4, 0)
    return np.where(none, 0, np.maximum(beds, np.maximum(floor, psych)))


def _details(city: City) -> pl.DataFrame:
    inst = city.inst
    at = np.flatnonzero(inst.house != "pharmacy")
    rng = np.random.default_rng([city.habits.seed, 21])
    beds = beds_of(city)
    people = [f"{SURNAMES[int(k)]}某" for k in rng.integers(0, len(SURNAMES), len(at))]
    return shaped(
        "medins_info_b",
        pl.DataFrame(
            {
                "medins_code": pl.Series(inst.code[at], dtype=pl.String),
                "medins_type": pl.Series([HOUSES[house][1] for house in inst.house[at]], dtype=pl.String),
                "medins_type_name": pl.Series([HOUSES[house][2] for house in inst.house[at]], dtype=pl.String),
                "aprv_bed_cnt": beds[at].astype(np.float64),
                "medins_natu": pl.Series(np.where(inst.private[at], "民营", "公立").astype(object), dtype=pl.String),
                "biznat": pl.Series(np.where(inst.private[at], "2", "1").astype(object), dtype=pl.String),
                "grst_hosp_flag": pl.Series(np.isin(inst.house[at], ["township", "community", "village"])).cast(pl.Int8).cast(pl.String),
                "lnt": pl.Series(np.round(inst.lon[at], 5)).cast(pl.String),
                "lat": pl.Series(np.round(inst.lat[at], 5)).cast(pl.String),
                "cred_lv": pl.Series(inst.credit[at], dtype=pl.String),
                "pro_techstf_psncnt": inst.staff[at].astype(np.float64),
                "legrep_name": pl.Series(people, dtype=pl.String),
            }
        ),
    )


def _ceilings(city: City) -> pl.DataFrame:
    cat, h = city.cat, city.habits
    services = cat.list_type[cat.sku_item] == "201"
    rows: dict[str, list[object]] = {"hilist_code": [], "hilist_lmtpric_type": [], "begndate": [], "enddate": [], "hilist_pric_uplmt_amt": []}
    start, change, end = h.start - 400 * DAY, h.price_change, h.end + 900 * DAY
    for sku, code in enumerate(cat.sku_code):
        for tier, kind in ((3, "1"), (2, "2"), (1, "3")) if services[sku] else ((2, "0"),):
            before, after = int(cat.ceiling[0][tier, sku]), int(cat.ceiling[1][tier, sku])
            spans = [(start, end, before)] if before == after else [(start, change - DAY, before), (change, end, after)]
            for first, last, amount in spans:
                rows["hilist_code"].append(code)
                rows["hilist_lmtpric_type"].append(kind)
                rows["begndate"].append(first)
                rows["enddate"].append(last)
                rows["hilist_pric_uplmt_amt"].append(amount)
    return shaped(
        "hilist_lmtpric_d",
        pl.DataFrame(
            {
                "hilist_code": pl.Series(rows["hilist_code"], dtype=pl.String),
                "hilist_lmtpric_type": pl.Series(rows["hilist_lmtpric_type"], dtype=pl.String),
                "overlmt_dspo_way": "1",
                "begndate": day(np.array(rows["begndate"], np.int64)),
                "enddate": day(np.array(rows["enddate"], np.int64)),
                "hilist_pric_uplmt_amt": yuan(np.array(rows["hilist_pric_uplmt_amt"], np.float64)),
            }
        ),
    )


def _doctors(city: City) -> pl.DataFrame:
    rng = np.random.default_rng([city.habits.seed, 22])
    inst = city.inst
    code = doctor_list(city)
    owner = np.repeat(np.arange(inst.count), inst.dr_count)
    n = len(owner)
    extra = city.stock.get("registrations", {"doctor": [], "inst": [], "multi": []})
    # honest multi-site practice: registered with the flag, main house named
    registered = city.stock.get("sites", [])
    sites = np.array([doctor for doctor, _ in registered], np.int64)
    near = np.array([house for _, house in registered], np.int64)
    doctor = np.concatenate([np.arange(n), sites, np.array(extra["doctor"], np.int64)]).astype(np.int64)
    at = np.concatenate([owner, near, np.array(extra["inst"], np.int64)]).astype(np.int64)
    multi = np.zeros(n, np.int64)
    multi[sites] = 1
    flag = np.concatenate([multi, np.ones(len(sites), np.int64), np.array(extra["multi"], np.int64)])
    left = city.stock.get("left", {})
    leaves = np.array([left.get(int(k), -1) for k in doctor], np.int64)
    quiet = (leaves < 0) & (rng.random(len(doctor)) < 0.2) & ~city.stock.get("active_doctors", np.ones(n, np.bool_))[doctor]
    leaves = np.where(quiet, city.habits.start - rng.integers(10, 300, len(doctor)) * DAY, leaves)
    main = owner[doctor]
    return shaped(
        "dr_info_b",
        pl.DataFrame(
            {
                "dr_code": texts(code, doctor),
                "dr_name": texts([f"{name}*" for name in SURNAMES], doctor * 13 % len(SURNAMES)),
                "dr_prac_type": "1",
                "dr_prac_scp_name": texts([f"{name}专业" for name in DEPARTMENTS], doctor * 5 % len(DEPARTMENTS)),
                "mul_prac_flag": pl.Series(flag).cast(pl.String),
                "main_pracins_no": texts(inst.code, main),
                "medins_code": texts(inst.code, at),
                "dr_pro_tech_duty": texts(list(TITLES), doctor * 7 % 4),
                "dr_prac_cert_no": pl.Series([f"110{int(k):06d}" for k in doctor * 7], dtype=pl.String),
                "prac_stas": pl.Series(np.where(leaves >= 0, "2", "1").astype(object), dtype=pl.String),
                "nemp_time": pl.select(pl.when(pl.Series(leaves >= 0)).then(stamp(np.maximum(leaves, 0)))).to_series(),
            }
        ),
    )


def doctor_list(city: City) -> list[str]:
    """The physicians' codes in order."""
    if "doctor_codes" not in city.stock:
        total = int(city.inst.dr_count.sum())
        number = (np.arange(total) * 7_919 + 1_234 + city.habits.seed * 31) % 999_983
        city.stock["doctor_codes"] = [f"D{city.habits.city}00{value:06d}" for value in number]
    return list(city.stock["doctor_codes"])


def _pharmacists(city: City) -> pl.DataFrame:
    rng = np.random.default_rng([city.habits.seed, 23])
    shops = city.inst.of_house["pharmacy"]
    count = rng.integers(1, 3, len(shops))
    owner = np.repeat(shops, count)
    n = len(owner)
    person = np.arange(n)
    at = owner
    for first, second in city.stock.get("rented_pharmacists", []):
        mine = np.flatnonzero(owner == first)
        if len(mine):
            person = np.append(person, person[mine[0]])
            at = np.append(at, second)
    begin = (city.habits.start - rng.integers(100, 1_500, n) * DAY)[person]
    # the shop that rents the licence registered it after the one where its holder works
    begin[n:] += rng.integers(20, 90, len(person) - n) * DAY
    number = (person * 7_919 + 555 + city.habits.seed * 17) % 999_983
    return shaped(
        "phar_info_b",
        pl.DataFrame(
            {
                "phar_code": pl.Series([f"HY{city.habits.city}00{int(k):06d}" for k in number], dtype=pl.String),
                "phar_name": texts([f"{name}*" for name in SURNAMES], person * 11 % len(SURNAMES)),
                "pracins_no": texts(city.inst.code, at),
                "phar_prac_cert_no": pl.Series([f"ZY{int(k) * 13 + 77:08d}" for k in person], dtype=pl.String),
                "reg_time": stamp(begin // DAY * DAY),
                "expy_endtime": stamp((begin + 5 * 365 * DAY) // DAY * DAY),
            }
        ),
    )


def _machines(city: City) -> pl.DataFrame:
    rng = np.random.default_rng([city.habits.seed, 24])
    at = np.flatnonzero(city.sessions.max(axis=1) > 0) if city.sessions.size else np.empty(0, np.int64)
    top = np.percentile(city.sessions[at], 98, axis=1) if len(at) else np.empty(0)
    shifts = rng.integers(2, 4, len(at))
    machines = np.maximum(2, np.ceil(top / shifts * rng.uniform(1.1, 1.6, len(at))))
    return shaped(
        "dial_mach_b",
        pl.DataFrame(
            {
                "fixmedins_code": texts(city.inst.code, at),
                "mach_cnt": machines.astype(np.float64),
                "day_shift_cnt": shifts.astype(np.float64),
            }
        ),
    )


def _complaints(city: City) -> pl.DataFrame:
    """Complaints hit the guilty more often, the honest too, and are often beside the point."""
    rng = np.random.default_rng([city.habits.seed, 25])
    guilty = sorted({a.inst for a in city.plan})
    n = max(20, city.inst.count // 6)
    at = [int(rng.choice(guilty)) if guilty and rng.random() < 0.35 else int(rng.integers(city.inst.count)) for _ in range(n)]
    time = city.habits.start + (np.sort(rng.random(n)) * (city.habits.end - city.habits.start)).astype(np.int64)
    topic = [TOPICS[int(k)] for k in rng.integers(0, len(TOPICS), n)]
    return shaped(
        "rpt_cmpl_d",
        pl.DataFrame(
            {
                "cmpl_id": pl.Series([f"JB{k + 1:06d}" for k in range(n)], dtype=pl.String),
                "recv_time": stamp(time),
                "fixmedins_code": texts(city.inst.code, np.array(at, np.int64)),
                "chnl": pl.Series(rng.integers(1, 5, n)).cast(pl.String),
                "topic": pl.Series(topic, dtype=pl.String),
                "cont": pl.Series([f"来电来信人反映该机构涉嫌{name}。" for name in topic], dtype=pl.String),
            }
        ),
    )
