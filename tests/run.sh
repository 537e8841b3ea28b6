#!/usr/bin/env bash
# Everything make test does: lint, types, and all tests. Says plainly what was skipped and why.
set -euo pipefail
cd "$(dirname "$0")/.."

# tables of the command line are as wide as a screen, whatever the terminal
export COLUMNS=160

note() { printf '\n== %s\n' "$*"; }

note "services"
export HUOYAN_TEST_POSTGRES_URL="${HUOYAN_TEST_POSTGRES_URL:-postgresql://postgres@127.0.0.1:5432/postgres}"
export HUOYAN_TEST_REDIS_URL="${HUOYAN_TEST_REDIS_URL:-redis://127.0.0.1:6379/0}"
can_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }
if ! command -v chromium >/dev/null || ! fc-list 2>/dev/null | grep -qi 'cjk\|wqy'; then
  if can_install; then
    echo "installing Chromium and a Chinese font for the browser tests"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig) >/dev/null 2>&1 ||
      echo "could not install them: browser tests will be skipped"
  else
    echo "no Chromium or Chinese font, and no right to install them: browser tests will be skipped"
  fi
fi
python - <<'PY' || echo "no PostgreSQL at \$HUOYAN_TEST_POSTGRES_URL: tests marked postgres will be skipped"
import os, sys
import psycopg
try:
    psycopg.connect(os.environ["HUOYAN_TEST_POSTGRES_URL"], connect_timeout=3).close()
except Exception as error:
    sys.exit(f"{type(error).__name__}: {error}".strip())
PY

note "format, lint, types"
ruff format --check .
ruff check .
mypy

note "tests"
python -m pytest -n 2 --dist loadfile -rs
