"""Foreign layouts are read by mapping; a wrong mapping is told in full before anything is loaded."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import yaml

from features.lake import Lake
from flows.ingest import DeliveryError, MappingError, ingest
from flows.ingest.mapping import shipped_mappings

_CLAIMS = """\
DESYNPUF_ID,CLM_ID,SEGMENT,CLM_FROM_DT,CLM_THRU_DT,PRVDR_NUM,CLM_PMT_AMT,NCH_PRMRY_PYR_CLM_PD_AMT,AT_PHYSN_NPI,OP_PHYSN_NPI,CLM_ADMSN_DT,\
NCH_BENE_IP_DDCTBL_AMT,NCH_BENE_PTA_COINSRNC_LBLTY_AM,NCH_BENE_BLOOD_DDCTBL_LBLTY_AM,CLM_UTLZTN_DAY_CNT,NCH_BENE_DSCHRG_DT,CLM_DRG_CD,\
{dx},{op}
P1,C1,1,20090412,20090418,3900MB,26000.00,0.00,D1,,20090412,1068.00,0.00,0.00,6,20090418,201,1970,4019{dxe},8191{ope}
P1,C1,2,,,3900MB,26000.00,0.00,,,20090412,1068.00,0.00,0.00,,20090418,OTH,,{dxe},{ope}
P2,C2,1,20100101,20100103,4500AA,4000.00,100.00,D2,,20100101,0.00,10.00,0.00,2,20100103,880,2960,{dxe},{ope}
"""
_PEOPLE = """\
DESYNPUF_ID,BENE_BIRTH_DT,BENE_DEATH_DT,BENE_SEX_IDENT_CD,SP_STATE_CODE,BENE_COUNTY_CD
P1,19430101,,1,39,230
P2,19420701,{death},2,46,100
"""


def _desynpuf(folder: Path) -> Path:
    folder.mkdir()
    dx = ",".join(f"ICD9_DGNS_CD_{number}" for number in range(1, 11))
    op = ",".join(f"ICD9_PRCDR_CD_{number}" for number in range(1, 7))
    claims = _CLAIMS.format(dx=dx, op=op, dxe="," * 8, ope="," * 5)
    (folder / "DE1_0_2008_to_2010_Inpatient_Claims_Sample_1.csv").write_text(claims)
    for year, death in (("2008", ""), ("2009", ""), ("2010", "20100601")):
        (folder / f"DE1_0_{year}_Beneficiary_Summary_File_Sample_1.csv").write_text(_PEOPLE.format(death=death))
    return folder


def test_desynpuf_becomes_stays_settlements_lists_diagnoses_operations_groups_and_deaths(tmp_path: Path) -> None:
    report = ingest(_desynpuf(tmp_path / "in"), tmp_path / "lake", mapping=Path("desynpuf"))
    lake = Lake(tmp_path / "lake")
    stays = lake.scan("mdtrt_d").sort("mdtrt_id").collect()
    assert stays.select("mdtrt_id", "psn_no", "fixmedins_code", "insu_admdvs").rows() == [("C1", "P1", "3900MB", "39"), ("C2", "P2", "4500AA", "46")]
    settled = lake.scan("setl_d").sort("setl_id").collect()
    assert [str(amount) for amount in settled["medfee_sumamt"]] == ["27068.00", "4110.00"]
    assert lake.scan("mdcs_fund_setl_list_diag_d").sort("setl_list_diag_id").select(
        "setl_list_diag_id", "diag_code", "maindiag_flag"
    ).collect().rows() == [
        ("C1-1", "1970", "1"),
        ("C1-2", "4019", "0"),
        ("C2-1", "2960", "1"),
    ]
    assert lake.scan("mdcs_fund_setl_list_oprn_d").collect()["oprn_oprt_code"].to_list() == ["8191"]
    assert lake.scan("drg_setl_d").collect()["drg_code"].sort().to_list() == ["201", "880"]
    assert lake.scan("die_reg_d").select("psn_no", pl.col("die_date").cast(pl.String)).collect().rows() == [("P2", "2010-06-01")]
    assert report.tables["psn_info_b"].rows_accepted == 2
    assert report.rows_quarantined == 0


def test_dialysis_sessions_become_visits_with_one_fee_line_each(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "sessions.csv").write_text("patient,date,shift,minutes\nP1,2025-08-01,Mañana 7-11am,210\nP1,2025-08-04,Mañana 11-2pm,180\n")
    ingest(tmp_path / "in", tmp_path / "lake", mapping=Path("dialysis_sessions"))
    visits = Lake(tmp_path / "lake").scan("mdtrt_d").sort("begntime").select(pl.col("begntime", "endtime").cast(pl.String), "med_type").collect()
    assert visits.rows() == [
        ("2025-08-01 07:00:00.000000", "2025-08-01 10:30:00.000000", "14"),
        ("2025-08-04 11:00:00.000000", "2025-08-04 14:00:00.000000", "14"),
    ]
    assert Lake(tmp_path / "lake").rows("fee_list_d") == 2


def test_all_errors_of_a_mapping_are_told_at_once_with_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "visits.csv").write_text("visit,person,house\n1,2,3\n")
    mapping = tmp_path / "wrong.yaml"
    mapping.write_text(
        yaml.safe_dump(
            {
                "sorces": {},
                "sources": {"visits": "visits.csv", "lines": "lines*.csv"},
                "tables": {
                    "mdtrt": {"from": "visits", "columns": {}},
                    "mdtrt_d": {"from": "visits", "columns": {"mdtrt_id": "visits", "psn_nr": "person", "med_type": {"constnt": "21"}}},
                    "setl_d": {"from": "visit", "columns": {}},
                },
            }
        )
    )
    with pytest.raises(MappingError) as failure:
        ingest(tmp_path / "in", tmp_path / "lake", mapping=mapping)
    for expected in (
        "the mapping: unknown word 'sorces'. Did you mean 'sources'?",
        "sources.lines: no file in the delivery matches 'lines*.csv'",
        "tables.mdtrt: the contract has no such table. Did you mean 'mdtrt_d'?",
        "tables.mdtrt_d.mdtrt_id: the source has no column 'visits'. Did you mean 'visit'?",
        "mdtrt_d has no column 'psn_nr'. Did you mean 'psn_no'?",
        "tables.mdtrt_d.med_type: unknown word 'constnt'. Did you mean 'constant'?",
        "gives no value for the required column(s) psn_no, fixmedins_code, begntime",
        "tables.setl_d.from: no source 'visit'. Did you mean 'visits'?",
    ):
        assert expected in str(failure.value)
    assert not (tmp_path / "lake").exists()


def test_a_mapping_without_a_required_table_must_say_why(tmp_path: Path) -> None:
    content = yaml.safe_load(shipped_mappings()["desynpuf"].read_text(encoding="utf-8"))
    del content["without"]
    mapping = tmp_path / "own.yaml"
    mapping.write_text(yaml.safe_dump(content))
    with pytest.raises(DeliveryError, match="required table fee_list_d"):
        ingest(_desynpuf(tmp_path / "in"), tmp_path / "lake", mapping=mapping)


def test_a_mapping_that_is_not_there_names_those_that_ship(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="desynpuf, dialysis_sessions"):
        ingest(_desynpuf(tmp_path / "in"), tmp_path / "lake", mapping=tmp_path / "none.yaml")
