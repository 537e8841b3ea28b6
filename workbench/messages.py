"""The English of the screens: finds every Chinese message of templates and code, checks and compiles the catalogue.

    python -m workbench.messages          writes locale/en/LC_MESSAGES/django.mo from django.po
    python -m workbench.messages --check  ends with code 1 when a message lacks its English or the .mo is stale

GNU gettext is not needed: a bureau's machine seldom has it.
"""

from __future__ import annotations

import ast
import re
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
HEADER = "Content-Type: text/plain; charset=UTF-8\nLanguage: en\nPlural-Forms: nplurals=2; plural=(n != 1);\n"


def used_messages() -> set[str]:
    """Every message in templates and code, as gettext sees it."""
    found: set[str] = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        found.update(re.findall(r'\{%\s*translate\s+"([^"]+)"', text))
        found.update(re.findall(r"\{%\s*translate\s+'([^']+)'", text))
        found.update(re.findall(r'\b_\("([^"]+)"\)', text))
        for block in re.findall(r"\{%\s*blocktranslate[^%]*%\}(.*?)\{%\s*endblocktranslate", text, re.DOTALL):
            parts = re.split(r"\{%\s*plural\s*%\}", block)
            found.update(re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", part) for part in parts)
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found.add(argument.value)
    return found


def read_po(path: Path = PO) -> dict[str, str]:
    """msgid → msgstr of a catalogue of one-line entries; a plural entry gives both forms joined by NUL, as the compiled form wants."""
    entries: dict[str, str] = {}
    msgid, plural = "", ""
    forms: list[str] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("msgid_plural "):
            plural = ast.literal_eval(line[13:])
        elif line.startswith("msgid "):
            msgid, plural, forms = ast.literal_eval(line[6:]), "", []
        elif line.startswith("msgstr"):
            forms.append(ast.literal_eval(line.split(" ", 1)[1]))
        elif not line and forms and msgid:
            entries[f"{msgid}\0{plural}" if plural else msgid] = "\0".join(forms)
            forms = []
    return entries


def compiled(entries: dict[str, str]) -> bytes:
    """The binary catalogue (GNU .mo): header, sorted ids, texts."""
    pairs = sorted({"": HEADER, **{key: text for key, text in entries.items() if text}}.items(), key=lambda pair: pair[0].encode())
    ids, texts, table_ids, table_texts = b"", b"", [], []
    for key, text in pairs:
        table_ids.append((len(key.encode()), len(ids)))
        ids += key.encode() + b"\0"
        table_texts.append((len(text.encode()), len(texts)))
        texts += text.encode() + b"\0"
    start = 28 + 16 * len(pairs)
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    first = b"".join(struct.pack("<2I", size, start + offset) for size, offset in table_ids)
    second = b"".join(struct.pack("<2I", size, start + len(ids) + offset) for size, offset in table_texts)
    return head + first + second + ids + texts


def missing(entries: dict[str, str]) -> list[str]:
    """Messages that lack their English."""
    known = {part for key, text in entries.items() if text for part in key.split("\0")}
    return sorted(message for message in used_messages() if message not in known)


def main(arguments: list[str]) -> int:
    """Checks, or compiles; gives the exit code."""
    entries = read_po()
    lacking = missing(entries)
    for message in lacking:
        sys.stderr.write(f"no English for: {message}\n")
    content = compiled(entries)
    if "--check" in arguments:
        stale = not MO.is_file() or MO.read_bytes() != content
        if stale:
            sys.stderr.write("django.mo is stale: python -m workbench.messages\n")
        return int(bool(lacking) or stale)
    MO.write_bytes(content)
    return int(bool(lacking))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
