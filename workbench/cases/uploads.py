"""Attachments: what may come in, where it lies, how it leaves."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
import zipfile
from typing import Any

from django.conf import settings
from django.http import FileResponse
from django.utils.translation import gettext as _

from workbench.cases.models import Attachment

#: Suffix → the bytes a file of that type begins with. Nothing that a browser or a desktop would run.
TYPES: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "csv": (),
    "txt": (),
}


class UploadError(ValueError):
    """The file may not come in; the message says why, in the user's language."""


def store(upload: Any, *, fixmedins_code: str, admdvs: str, finding_id: str, user: Any, from_institution: bool = False) -> Attachment:
    """Checks and keeps an uploaded file under a random name, mode 0600, outside every served folder."""
    name = clean_name(upload.name)
    suffix = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if suffix not in TYPES:
        raise UploadError(_("不接受此类文件；可上传：{}").format(", ".join(sorted(TYPES))))
    if upload.size > settings.UPLOAD_MAX_BYTES:
        raise UploadError(_("文件过大，上限为{}MB。").format(settings.UPLOAD_MAX_BYTES // 2**20))
    if upload.size == 0:
        raise UploadError(_("文件是空的。"))
    _check_content(upload, suffix)
    settings.UPLOAD_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    stored = secrets.token_hex(16)
    digest = hashlib.sha256()
    path = settings.UPLOAD_DIR / stored
    with path.open("xb") as file:
        for chunk in upload.chunks():
            digest.update(chunk)
            file.write(chunk)
    path.chmod(0o600)
    return Attachment.objects.create(
        fixmedins_code=fixmedins_code,
        admdvs=admdvs,
        finding_id=finding_id,
        name=name,
        stored=stored,
        size=upload.size,
        digest=digest.hexdigest(),
        author=user,
        from_institution=from_institution,
    )


def _check_content(upload: Any, suffix: str) -> None:
    start = upload.read(4096)
    upload.seek(0)
    signatures = TYPES[suffix]
    if signatures and not start.startswith(signatures):
        raise UploadError(_("文件内容与扩展名不符。"))
    if suffix in ("docx", "xlsx"):
        try:
            with zipfile.ZipFile(upload) as archive:
                names = archive.namelist()
        except zipfile.BadZipFile:
            raise UploadError(_("文件内容与扩展名不符。")) from None
        finally:
            upload.seek(0)
        if "[Content_Types].xml" not in names or any("vbaproject" in name.lower() for name in names):
            raise UploadError(_("文件内容与扩展名不符，或含宏。"))
    if suffix in ("csv", "txt") and b"\x00" in start:
        raise UploadError(_("文件内容与扩展名不符。"))


def clean_name(name: str) -> str:
    """The file's own name without folders, control characters or anything a header could trip over."""
    base = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    base = re.sub(r"[\x00-\x1f\x7f\"<>|:*?;\u202a-\u202e\u2066-\u2069]", "_", base).strip(". ")
    return base[-150:] or "file"


def download(attachment: Attachment) -> FileResponse:
    """The file as a download, never shown inline, never interpreted."""
    path = settings.UPLOAD_DIR / attachment.stored
    response = FileResponse(path.open("rb"), as_attachment=True, filename=attachment.name, content_type="application/octet-stream")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
