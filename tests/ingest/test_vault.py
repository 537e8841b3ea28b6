"""Personal data: never in clear in the lake or the quarantine, equal where it is equal, and readable only with the key."""

from __future__ import annotations

import stat
from pathlib import Path

import polars as pl
import pytest

from features.lake import Lake
from flows.ingest import Vault, VaultError, ingest
from flows.ingest.key import key_file
from flows.ingest.village import town_of, village_of
from tests.ingest.small import Tables, delivery, lake_files, write

_SECRETS = ("张某甲", "431002195001010011", "石湾村1号", "石湾村", "丁大夫", "戊法人", "举报内容")


def _with_staff() -> Tables:
    tables = delivery()
    tables["dr_info_b"] = [{"dr_code": "D1", "dr_name": "丁大夫", "medins_code": "H43100200001"}]
    tables["medins_info_b"] = [{"medins_code": "H43100200001", "legrep_name": "戊法人"}]
    tables["rpt_cmpl_d"] = [{"cmpl_id": "C1", "recv_time": "2024-01-01 00:00:00", "topic": "冒名就医", "cont": "举报内容"}]
    tables["psn_info_b"].append(tables["psn_info_b"][0] | {"psn_no": "", "psn_name": "张某甲"})
    return tables


def test_no_clear_name_number_address_or_complaint_is_in_any_file_of_the_lake_or_its_quarantine(tmp_path: Path) -> None:
    report = ingest(write(tmp_path / "in", _with_staff()), tmp_path / "lake")
    assert report.tables["psn_info_b"].quarantined == {"missing_required": 1}
    lake = Lake(tmp_path / "lake")
    frames = [lake.scan(table).collect() for table in lake.tables]
    frames += [pl.read_parquet(file) for file in (tmp_path / "lake" / "quarantine").rglob("*.parquet")]
    values = {value for frame in frames for column in frame.select(pl.col(pl.String)) for value in column.drop_nulls()}
    for secret in _SECRETS:
        assert [value for value in values if secret in value] == []
        raw = [file for file in (tmp_path / "lake").rglob("*") if file.is_file() and secret.encode() in file.read_bytes()]
        assert raw == []


def test_the_text_of_a_row_that_cannot_be_cut_into_columns_is_hidden_where_it_may_hold_names(tmp_path: Path) -> None:
    tables = delivery()
    folder = write(tmp_path / "in", tables)
    (folder / "psn_info_b").mkdir()
    (folder / "psn_info_b" / "broken.csv").write_text("psn_no,psn_name,gend,brdy\n1,张某甲\n", encoding="utf-8")
    report = ingest(folder, tmp_path / "lake")
    text = (tmp_path / "lake" / str(report.quarantine) / "psn_info_b.csv").read_text(encoding="utf-8-sig")
    token = pl.read_parquet(tmp_path / "lake" / str(report.quarantine) / "psn_info_b.parquet")["_text"][0]
    assert "张某甲" not in text
    with Vault(tmp_path / "lake") as vault:
        assert vault.reveal(token) == "1,张某甲"


def test_neighbours_share_the_token_of_their_village_and_the_vault_reveals_it(tmp_path: Path) -> None:
    ingest(write(tmp_path / "in", delivery()), tmp_path / "lake")
    persons = Lake(tmp_path / "lake").scan("psn_info_b").sort("psn_no").collect()
    first, second, third = persons["live_village"]
    assert first == second != third
    assert persons["live_addr"].n_unique() == 3
    with Vault(tmp_path / "lake") as vault:
        assert [vault.reveal(token) for token in (first, third)] == ["甲城东河镇石湾村", "甲城人民路"]
        assert vault.reveal(persons["psn_name"][0]) == "张某甲"
        assert vault.token("name", "张某甲 ") == persons["psn_name"][0]
        with pytest.raises(KeyError):
            vault.reveal("0" * 32)


@pytest.mark.parametrize(
    ("address", "village"),
    [
        ("甲城东河镇石湾村1号", "甲城东河镇石湾村"),
        ("甲城东河镇石湾村三组12号", "甲城东河镇石湾村"),
        ("甲城新华2村15栋302室", "甲城新华2村"),
        ("甲城城关镇幸福社区人民路5号", "甲城城关镇幸福社区"),
        ("甲城人民路12号3栋401", "甲城人民路"),
        ("甲城东河镇", "甲城东河镇"),
        ("12号", None),
    ],
)
def test_the_village_of_an_address_is_what_stands_before_the_door(address: str, village: str | None) -> None:
    assert village_of(address) == village


def test_the_key_file_is_made_once_beside_the_lake_and_only_its_owner_may_read_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUOYAN_KEY")
    ingest(write(tmp_path / "in", delivery()), tmp_path / "lake")
    path = key_file(tmp_path / "lake")
    assert path == tmp_path / "lake.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "lake" / "vault.db").stat().st_mode) == 0o600
    first, files = path.read_bytes(), lake_files(tmp_path / "lake")
    ingest(tmp_path / "in", tmp_path / "lake")
    assert (path.read_bytes(), lake_files(tmp_path / "lake")) == (first, files)


def test_a_key_file_that_others_may_read_is_refused_with_the_command_that_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUOYAN_KEY")
    ingest(write(tmp_path / "in", delivery()), tmp_path / "lake")
    key_file(tmp_path / "lake").chmod(0o644)
    with pytest.raises(VaultError, match="chmod 600"):
        Vault(tmp_path / "lake")


def test_another_key_neither_opens_the_vault_nor_loads_into_the_lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(write(tmp_path / "in", delivery()), tmp_path / "lake")
    before = lake_files(tmp_path / "lake")
    monkeypatch.setenv("HUOYAN_KEY", "quite another key than before")
    with pytest.raises(VaultError, match="cannot be read with this key"):
        Vault(tmp_path / "lake")
    with pytest.raises(VaultError):
        ingest(tmp_path / "in", tmp_path / "lake")
    assert lake_files(tmp_path / "lake") == before


def test_a_key_too_short_to_keep_a_secret_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUOYAN_KEY", "short")
    with pytest.raises(VaultError, match="at least 16"):
        ingest(write(tmp_path / "in", delivery()), tmp_path / "lake")


def test_a_vault_altered_by_hand_is_noticed(tmp_path: Path) -> None:
    import sqlite3

    ingest(write(tmp_path / "in", delivery()), tmp_path / "lake")
    token = Lake(tmp_path / "lake").scan("psn_info_b").collect()["psn_name"][0]
    with sqlite3.connect(tmp_path / "lake" / "vault.db") as database:
        database.execute("UPDATE vault SET cipher = (SELECT cipher FROM vault WHERE token <> ? LIMIT 1) WHERE token = ?", (token, token))
    with Vault(tmp_path / "lake") as vault, pytest.raises(VaultError, match="altered"):
        vault.reveal(token)


@pytest.mark.parametrize(
    ("address", "town"),
    [
        ("甲城东河镇石湾村1组1号", "甲城东河镇"),
        ("河南省新乡市红旗区小店镇王村5号", "河南省新乡市红旗区小店镇"),
        ("乡城县香巴拉镇色尔宫村", "乡城县香巴拉镇"),
        ("城关街道解放路12号", "城关街道"),
        ("甲县东河镇乡贤村3号", "甲县东河镇"),
        ("人民路12号3栋", None),
        ("", None),
    ],
)
def test_the_town_of_an_address_is_its_first_township_behind_the_county(address: str, town: str | None) -> None:
    assert town_of(address) == town
