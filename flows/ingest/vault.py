"""Personal data out of the lake: tokens for matching, and an encrypted vault for the few screens that may show clear values.

A token is a keyed HMAC-SHA256 (128 bits) of the normalised clear text and what it is (name, identity, address, text): the same person's
name or address gets the same token in every table and every load, and nobody without the key can test a guess against it.
The vault (``vault.db``, SQLite, mode 0600) keeps token → AES-SIV ciphertext. AES-SIV needs no random numbers, so that
loading the same rows again leaves the vault as it was.
"""

from __future__ import annotations

import hmac
import os
import sqlite3
import unicodedata
from pathlib import Path
from types import TracebackType
from typing import Final

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from features.contracts.column import Personal
from flows.ingest.errors import VaultError
from flows.ingest.key import derive, lake_secret

VAULT: Final = "vault.db"
_CHECK: Final = "huoyan-key-check"


class Vault:
    """The vault of one lake. Open it once a load or a session; ``reveal`` gives the clear text behind a token.

    Raises VaultError when the key is missing or is not the one this lake was made with.
    """

    def __init__(self, lake: Path, *, create: bool = False) -> None:
        secret = lake_secret(lake, create=create)
        self._mac = derive(secret, "token", 32)
        self._cipher = AESSIV(derive(secret, "vault", 64))
        self.path = lake / VAULT
        if not self.path.exists():
            if not create:
                raise VaultError(f"The lake {lake.name} has no vault; it was made without personal data or the file {VAULT} was removed.")
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._db = sqlite3.connect(self.path)
        self._db.execute("CREATE TABLE IF NOT EXISTS vault (token TEXT PRIMARY KEY, cipher BLOB NOT NULL) WITHOUT ROWID")
        self._check_key(create)

    def __enter__(self) -> Vault:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Commits and closes the file."""
        self._db.commit()
        self._db.close()

    def commit(self) -> None:
        """Makes what was kept so far durable."""
        self._db.commit()

    def token(self, kind: Personal, clear: str) -> str:
        """The token of one clear value; it need not be in the vault."""
        return self._token(kind, _normal(clear))

    def keep(self, kind: Personal, values: pl.Series) -> pl.Series:
        """Tokens in place of the clear values (null stays null); the clear values go into the vault."""
        clear = values.drop_nulls().unique().to_list()
        if not clear:
            return values
        tokens = [self.token(kind, value) for value in clear]
        known = self._known(tokens)
        self._db.executemany(
            "INSERT OR IGNORE INTO vault VALUES (?, ?)",
            ((token, self._encrypt(token, value)) for token, value in zip(tokens, clear, strict=True) if token not in known),
        )
        return values.replace_strict(clear, tokens, return_dtype=pl.String)

    def reveal(self, token: str) -> str:
        """The clear text behind a token; KeyError when the vault does not know it."""
        row = self._db.execute("SELECT cipher FROM vault WHERE token = ?", (token,)).fetchone()
        if row is None:
            raise KeyError(f"The vault knows no token {token!r}.")
        return self._decrypt(token, row[0])

    def _token(self, kind: str, clear: str) -> str:
        return hmac.digest(self._mac, f"{kind}\0{clear}".encode(), "sha256")[:16].hex()

    def _encrypt(self, token: str, clear: str) -> bytes:
        return self._cipher.encrypt(clear.encode(), [token.encode()])

    def _decrypt(self, token: str, cipher: bytes) -> str:
        try:
            return self._cipher.decrypt(cipher, [token.encode()]).decode()
        except InvalidTag:
            raise VaultError(f"{self.path.name} cannot be read with this key: it belongs to another lake, or the file was altered.") from None

    def _known(self, tokens: list[str]) -> set[str]:
        known: set[str] = set()
        for start in range(0, len(tokens), 500):
            some = tokens[start : start + 500]
            marks = ",".join("?" * len(some))
            known.update(row[0] for row in self._db.execute(f"SELECT token FROM vault WHERE token IN ({marks})", some))  # noqa: S608 - only marks
        return known

    def _check_key(self, create: bool) -> None:
        row = self._db.execute("SELECT cipher FROM vault WHERE token = ?", (_CHECK,)).fetchone()
        if row is not None:
            self._decrypt(_CHECK, row[0])
        elif create:
            self._db.execute("INSERT INTO vault VALUES (?, ?)", (_CHECK, self._encrypt(_CHECK, _CHECK)))
            self._db.commit()


def _normal(clear: str) -> str:
    """One spelling for matching: full-width forms folded, no blanks, capitals."""
    return "".join(unicodedata.normalize("NFKC", clear).split()).upper()
