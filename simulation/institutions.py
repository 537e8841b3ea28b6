"""The city's institutions, physicians and pharmacists: every level, type and owner, spread over its counties."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from simulation.habits import DAY, NEVER, Habits

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

#: house → (levels, medins_type, type name, private share, staff low, staff high, fixed count, one more per so many persons)
HOUSES: dict[str, tuple[tuple[str, ...], str, str, float, int, int, int, int]] = {
    "tertiary": (("01", "02", "02", "03"), "01", "综合医院", 0.0, 120, 400, 3, 250_000),
    "county": (("05", "05", "06"), "02", "综合医院", 0.0, 50, 140, 0, 0),
    "tcm": (("02", "05", "06", "06"), "03", "中医医院", 0.1, 30, 80, 5, 400_000),
    "private": (("06", "08", "08", "09", "11"), "05", "综合医院", 0.9, 10, 40, 10, 15_000),
    "township": (("08", "09", "10"), "04", "乡镇卫生院", 0.0, 9, 26, 14, 6_000),
    "community": (("08", "09"), "12", "社区卫生服务中心", 0.1, 8, 18, 6, 20_000),
    "village": (("11",), "13", "村卫生室", 0.0, 1, 4, 55, 1_000),
    "psych": (("05", "06", "08", "08"), "06", "专科医院-精神", 0.6, 10, 30, 8, 60_000),
    "dialysis": (("11",), "07", "血液透析中心", 0.7, 6, 14, 6, 60_000),
    "rehab": (("06", "08"), "09", "专科医院-康复", 0.6, 12, 34, 3, 150_000),
    "cancer": (("02", "03"), "10", "专科医院-肿瘤", 0.0, 40, 90, 1, 600_000),
    "maternity": (("05", "06"), "14", "专科医院-妇幼", 0.4, 15, 50, 2, 200_000),
    "nursing": (("08", "11"), "08", "护理院(医养结合)", 0.7, 8, 20, 4, 80_000),
    "pharmacy": (("11",), "", "零售药店", 1.0, 1, 4, 55, 1_250),
}
HOUSE_NAMES = tuple(HOUSES)
DEPARTMENTS = [
    "全科医学科",
    "呼吸内科",
    "儿科",
    "神经内科",
    "神经外科",
    "心血管内科",
    "内分泌科",
    "普外科",
    "消化内科",
    "肛肠科",
    "骨科",
    "泌尿外科",
    "肾内科",
    "眼科",
    "耳鼻喉科",
    "妇科",
    "产科",
    "新生儿科",
    "皮肤科",
    "血液内科",
    "肿瘤科",
    "精神科",
    "康复医学科",
    "中医科",
    "急诊科",
    "老年病科",
    "慢病门诊",
    "血透室",
    "口腔科",
    "检验科",
    "影像科",
]
DEPT_INDEX = {name: position for position, name in enumerate(DEPARTMENTS)}
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏"
    "程吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵"
    "万钱严覃武戴莫孔向汤"
)
BRANDS = "康仁济民安泰和福寿宁华健佳润德善同春瑞祥益众惠普"


@dataclass(slots=True)
class Institutions:
    """Registry of all institutions as arrays, one position an institution."""

    code: npt.NDArray[np.object_]
    name: npt.NDArray[np.object_]
    house: npt.NDArray[np.object_]
    lv: npt.NDArray[np.object_]
    tier: Ints
    county: Ints
    private: Flags
    staff: Ints
    size: Floats
    village: Ints
    opened: Ints
    lon: Floats
    lat: Floats
    credit: npt.NDArray[np.object_]
    drg_from: Ints
    sites_from: Ints
    dr_first: Ints
    dr_count: Ints
    machines: Ints
    emp: Ints
    of_house: dict[str, Ints] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.code)

    def where(self, *houses: str) -> Ints:
        """Positions of all institutions of these houses."""
        return np.concatenate([self.of_house[house] for house in houses])


def build(habits: Habits, persons: int, villages: Ints) -> Institutions:
    """All institutions. ``villages`` is the county of each village; village clinics stand in them, one each while they last."""
    rng = np.random.default_rng([habits.seed, 4])
    counties = len(habits.counties)
    house: list[str] = []
    county: list[int] = []
    village: list[int] = []
    for name, spec in HOUSES.items():
        fixed, per = spec[6], spec[7]
        count = counties if name == "county" else fixed + (persons // per if per else 0)
        for k in range(count):
            house.append(name)
            if name == "village":
                place = k % len(villages)
                county.append(int(villages[place]))
                village.append(place)
            else:
                core = name in {"tertiary", "cancer", "maternity"}
                county.append(k % min(3, counties) if core else k % counties)
                village.append(-1)
    n = len(house)
    kinds = np.array(house, dtype=object)
    lv = np.array([str(rng.choice(HOUSES[h][0])) for h in house], dtype=object)
    tier = np.array([3 if v <= "04" else 2 if v <= "07" else 1 if v <= "10" else 0 for v in lv], dtype=np.int64)
    private = np.array([rng.random() < HOUSES[h][3] for h in house])
    staff = np.array([int(rng.integers(HOUSES[h][4], HOUSES[h][5] + 1)) for h in house], dtype=np.int64)
    county_of = np.array(county, dtype=np.int64)
    codes = _codes(rng, kinds, county_of, habits)
    opened = habits.start - rng.integers(400, 7000, n) * DAY
    drg = np.isin(kinds, ["tertiary", "county", "tcm", "cancer", "maternity"]) & (rng.random(n) < habits.drg_share)
    sites = np.isin(kinds, ["dialysis", "pharmacy"]) | (rng.random(n) < 0.25)
    dr_count = np.where(kinds == "pharmacy", 0, np.maximum(1, (staff * np.where(kinds == "village", 0.6, 0.35)).astype(np.int64)))
    found = Institutions(
        code=codes,
        name=np.array([_name(rng, h, habits.county_names[c], k) for k, (h, c) in enumerate(zip(house, county, strict=True))], dtype=object),
        house=kinds,
        lv=lv,
        tier=tier,
        county=county_of,
        private=private,
        staff=staff,
        size=np.exp(rng.normal(0, 0.45, n)) * np.where(kinds == "village", 1.0, staff**0.6),
        village=np.array(village, dtype=np.int64),
        opened=opened,
        lon=105 + county_of * 0.25 + rng.normal(0, 0.06, n),
        lat=28 + county_of * 0.11 + rng.normal(0, 0.05, n),
        credit=rng.choice(np.array(["A", "B", "B", "C"], dtype=object), n),
        drg_from=np.where(drg, habits.reform + rng.integers(0, 3, n) * 30 * DAY, NEVER),
        sites_from=np.where(sites, habits.scene_from + rng.integers(0, 60, n) * DAY, NEVER),
        dr_first=np.concatenate([[0], np.cumsum(dr_count)[:-1]]),
        dr_count=dr_count,
        machines=np.zeros(n, dtype=np.int64),
        emp=np.array([900_000 + k for k in range(n)], dtype=np.int64),
    )
    found.of_house = {h: np.flatnonzero(kinds == h) for h in HOUSE_NAMES}
    return found


def _codes(rng: np.random.Generator, house: npt.NDArray[np.object_], county: Ints, habits: Habits) -> npt.NDArray[np.object_]:
    serial: dict[tuple[str, int], list[int]] = {}
    codes = np.empty(len(house), dtype=object)
    for k in range(len(house)):
        letter = "P" if house[k] == "pharmacy" else "H"
        key = (letter, int(county[k]))
        if key not in serial:
            serial[key] = list(rng.permutation(np.arange(1, 4000)))
        codes[k] = f"{letter}{habits.counties[county[k]]}{serial[key].pop():05d}"
    return codes


def _name(rng: np.random.Generator, house: str, place: str, k: int) -> str:
    brand = "".join(rng.choice(list(BRANDS), 2))
    return {
        "tertiary": f"{place}中心医院" if k == 0 else f"{place}第{k + 1}人民医院",
        "county": f"{place}县人民医院",
        "tcm": f"{place}县中医医院",
        "private": f"{place}{brand}医院",
        "township": f"{place}{brand}镇卫生院",
        "community": f"{place}{brand}社区卫生服务中心",
        "village": f"{place}{brand}村卫生室",
        "psych": f"{place}{brand}精神专科医院",
        "dialysis": f"{place}{brand}血液透析中心",
        "rehab": f"{place}{brand}康复医院",
        "cancer": f"{place}肿瘤医院",
        "maternity": f"{place}妇幼保健院",
        "nursing": f"{place}{brand}护理院",
        "pharmacy": f"{place}{brand}大药房",
    }[house]


def dept_codes(habits: Habits) -> npt.NDArray[np.object_]:
    """The city's department codes: one of several styles hospitals use, shuffled by the seed."""
    rng = np.random.default_rng([habits.seed, 5])
    order = rng.permutation(len(DEPARTMENTS)) + 1
    styles = (lambda k: f"A{k:02d}", lambda k: f"{k:02d}01", lambda k: f"K{100 + k}", lambda k: str(1000 + 7 * k))
    return np.array([styles[habits.dept_style](int(k)) for k in order], dtype=object)
