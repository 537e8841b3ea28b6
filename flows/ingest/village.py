"""The village or block and the town of an address: what neighbours share, without the door."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

#: Up to and with the last word for a village or neighbourhood.
_VILLAGE: Final = re.compile(r"^.*(?:村委会|居委会|社区|村|屯|寨|嘎查|小区|花园|家园)")
#: The first number that stands for a group, house, block or flat, and all behind it.
_DOOR: Final = re.compile(r"[0-9０-９一二三四五六七八九十百]+\s*(?:号|组|栋|幢|单元|室|弄|楼|队|社|户|#|-|$).*$")
#: Province, city and county where they are named, then the first word for a township, town or street committee.
_TOWN: Final = re.compile(r"^(?:.*?(?:省|自治区))?(?:.*?(?:市|州|盟|地区))?(?:.*?(?:县|区|市|旗))?.{1,12}?(?:街道办事处|街道|镇|乡|苏木)")


def village_of(address: str) -> str | None:
    """``甲县东河镇石湾村3组12号`` → ``甲县东河镇石湾村``; ``人民路12号3栋`` → ``人民路``; None when nothing is left."""
    village = _VILLAGE.match(address)
    return (village.group() if village else _DOOR.sub("", address)).strip() or None


def town_of(address: str) -> str | None:
    """``甲县东河镇石湾村3组12号`` → ``甲县东河镇``; None where the address names no township, town or street committee."""
    town = _TOWN.match(address)
    return town.group() if town else None


#: The derived columns of the insured that an address is read for.
PLACES: Final[dict[str, Callable[[str], str | None]]] = {"live_village": village_of, "live_town": town_of}
