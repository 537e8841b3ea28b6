"""Hospitals of one kind with in-patient revenue of two parts, for the rules that compare shares."""

from __future__ import annotations


def hospitals(part: str, other: str, *, odd_share: int, peers: int, usual: int, kind: str = "综合医院") -> dict[str, str]:
    """H5 with ``odd_share`` per cent of its revenue in ``part``, and ``peers`` general hospitals with about ``usual`` per cent; two stays each."""
    names = [f"H{number}" for number in range(1, peers + 1)]
    houses = [("H5", odd_share, kind), *((name, usual + place % 2, "综合医院") for place, name in enumerate(names))]
    visits = ["mdtrt_id | begntime | endtime | med_type | fixmedins_code | psn_no"]
    lines = ["mdtrt_id | fee_ocur_time | hilist_code | pric"]
    details = ["medins_code | medins_type_name"]
    for house, share, name in houses:
        details.append(f"{house} | {name}")
        for stay in (1, 2):
            visits.append(f"M{house}{stay} | 2024-03-0{stay} | 2024-03-08 | 21 | {house} | P{house}{stay}")
            lines += [f"M{house}{stay} | 2024-03-03 | {part} | {share}", f"M{house}{stay} | 2024-03-03 | {other} | {100 - share}"]
    return {"mdtrt_d": "\n".join(visits), "fee_list_d": "\n".join(lines), "medins_info_b": "\n".join(details)}
