"""The key of a lake's vault: from the environment, or from a key file beside the lake that is made on first run (mode 0600)."""

from __future__ import annotations

import base64
import os
import secrets
import stat
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from flows.ingest.errors import VaultError

KEY_VARIABLE: Final = "HUOYAN_KEY"
MIN_LENGTH: Final = 16


def key_file(lake: Path) -> Path:
    """Where the key of the lake lies when the environment gives none: beside the lake folder, never in it."""
    return lake.with_name(f"{lake.name}.key")


def lake_secret(lake: Path, *, create: bool) -> bytes:
    """The secret from HUOYAN_KEY, else from the key file; makes the file when allowed. VaultError says what is wrong."""
    given = os.environ.get(KEY_VARIABLE)
    if given:
        if len(given) < MIN_LENGTH:
            raise VaultError(f"{KEY_VARIABLE} has {len(given)} characters; at least {MIN_LENGTH} are needed: openssl rand -hex 32")
        return given.encode()
    path = key_file(lake.absolute())
    if not path.exists():
        if not create:
            raise VaultError(f"No key for the lake {lake.name}: set {KEY_VARIABLE} or put the key file {path.name} beside the lake.")
        _make(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise VaultError(f"The key file {path} may be read by others (mode {mode:04o}). Run: chmod 600 {path}")
    secret = path.read_bytes().strip()
    if len(secret) < MIN_LENGTH:
        raise VaultError(f"The key file {path} is empty or cut off. Restore it from a backup; without it no clear value can be read again.")
    return secret


def derive(secret: bytes, purpose: str, length: int) -> bytes:
    """A key of its own for each purpose (HKDF-SHA256)."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=f"huoyan/{purpose}/1".encode()).derive(secret)


def _make(path: Path) -> None:
    """Writes a new random key; whole or not at all, and never over one that another run has just made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.urlsafe_b64encode(secrets.token_bytes(32)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
