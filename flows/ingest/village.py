"""The village or block of an address: what neighbours share, without the door."""

from __future__ import annotations

import re
from typing import Final

#: Up to and with the last word for a village or neighbourhood.
_VILLAGE: Final = re.compile(r"^.*(?:村委会|居委会|社区|村|屯|寨|嘎查|小区|花园|家园)")
#: The first number that stands for a group, house, block or flat, and all behind it.
_DOOR: Final = re.compile(r"[0-9０-９一二三四五六七八九十百]+\s*(?:号|组|栋|幢|单元|室|弄|楼|队|社|户|#|-|$).*$")


def village_of(address: str) -> str | None:
    """``甲县东河镇石湾村3组12号`` → ``甲县东河镇石湾村``; ``人民路12号3栋`` → ``人民路``; None when nothing is left."""
    village = _VILLAGE.match(address)
    return (village.group() if village else _DOOR.sub("", address)).strip() or None
