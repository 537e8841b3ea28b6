"""National codes that rules and features name: service items (15 digits) and the groups they fall in.

Sources: the national service-item standard as given in the input contract (spec/input.md) and docs/sources.md.
Only codes stand here; every number a city may set is in ``features/city.yaml``.
"""

from __future__ import annotations

from typing import Final

import polars as pl

# --- bed and nursing: charged once a day of stay ---
BED: Final = "001109000010000"
INTENSIVE_BED: Final = "001109000030000"
BED_PREFIX: Final = "00110900"
NURSING_INTENSIVE: Final = "001201000010000"
NURSING_SPECIAL: Final = "001201000020000"
NURSING_I: Final = "001201000030000"
NURSING_II: Final = "001201000040000"
NURSING_III: Final = "001201000050000"
NURSING_PSYCHIATRIC: Final = "001201000090000"
NURSING_PREFIX: Final = "00120100"
INPATIENT_CONSULTATION: Final = "001102000050000"

# --- blood purification ---
HAEMODIALYSIS: Final = "003110000060000"
HAEMOFILTRATION: Final = "003110000070000"
HAEMODIAFILTRATION: Final = "003110000080000"
HAEMOPERFUSION: Final = "003110000100000"
CONTINUOUS_PURIFICATION: Final = "003110000110000"
PERITONEAL_DIALYSIS: Final = "003110000020000"

#: 11-digit stems: the base item and its child items (…0100, …0200) are one treatment.
DIALYSIS_STEMS: Final = ("00311000006", "00311000007", "00311000008")

# --- medical categories (med_type; a city's extensions begin with these digits) ---
INPATIENT_TYPES: Final = ("21", "22", "24", "26", "28", "52")
OUTPATIENT_TYPES: Final = ("11", "12", "13", "14", "15", "51")
PHARMACY_TYPE: Final = "41"


def is_inpatient(med_type: pl.Expr) -> pl.Expr:
    """True for stays: inpatient, injury, emergency to inpatient, single disease, day surgery, maternity inpatient."""
    return med_type.str.slice(0, 2).is_in(INPATIENT_TYPES)


def is_dialysis(hilist_code: pl.Expr) -> pl.Expr:
    """True for one session of haemodialysis, haemofiltration or haemodiafiltration (not perfusion, not CRRT)."""
    return hilist_code.str.slice(0, 11).is_in(DIALYSIS_STEMS)


def is_blood_purification(hilist_code: pl.Expr) -> pl.Expr:
    """True for anything that cleans the blood in place of the kidney: haemodialysis and its kin, perfusion, continuous and peritoneal."""
    return hilist_code.str.starts_with("003110000")


def item_group(hilist_code: pl.Expr) -> pl.Expr:
    """First two digits after 00 of a service item: 11 general, 12 nursing, 21 imaging, 22 ultrasound, 25 laboratory …"""
    return pl.when(hilist_code.str.starts_with("0")).then(hilist_code.str.slice(2, 2))


def given_on_the_spot(hilist_code: pl.Expr) -> pl.Expr:
    """True for injections and infusions, which are used where they are billed; antidiabetic pens (A10) are taken home.

    The eleventh character of a western drug's code is its form, B the injections.
    """
    return hilist_code.str.starts_with("X") & (hilist_code.str.slice(10, 1) == "B") & ~hilist_code.str.starts_with("XA10")
