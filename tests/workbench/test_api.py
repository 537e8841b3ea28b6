"""The REST API: tokens with their user's rights, and schemathesis finds nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings

from tests.workbench.small_city import COUNTIES
from workbench.accounts.models import ApiToken, Role, User
from workbench.results.models import Finding


@pytest.fixture
def call(make_user: Callable[..., Any], runs: tuple[Any, Any]) -> Callable[..., Any]:
    """Calls the API as a user of the role and counties."""

    def request(role: str, path: str, counties: tuple[str, ...] = (), *, method: str = "get", body: Any = None) -> Any:
        user = User.objects.filter(role=role, all_counties=not counties).first() or make_user(role, counties)
        _token, clear = ApiToken.make(user, "test")
        more = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(Client(), method)(f"/api{path}", headers={"Authorization": f"Bearer {clear}"}, **more)

    return request


def test_without_a_token_nothing_is_told(db: None) -> None:
    for path in ("/runs", "/suspects", "/verdicts", "/findings?fixmedins_code=x"):
        assert Client().get(f"/api{path}").status_code == 401


def test_suspects_come_in_rank_order_and_only_of_the_tokens_counties(call: Callable[..., Any]) -> None:
    everything = call(Role.LEAD, "/suspects?limit=200").json()
    ranks = [item["rank"] for item in everything["items"]]
    assert ranks == sorted(ranks)
    own = call(Role.AUDITOR, "/suspects?limit=200", (COUNTIES[0],)).json()
    assert 0 < own["total"] < everything["total"]
    assert {item["admdvs"] for item in own["items"]} == {COUNTIES[0]}


def test_a_director_reads_suspects_but_no_findings(call: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    code = Finding.objects.filter(run=runs[1]).first().fixmedins_code
    assert call(Role.DIRECTOR, "/suspects").status_code == 200
    assert call(Role.DIRECTOR, f"/findings?fixmedins_code={code}").status_code == 403
    found = call(Role.LEAD, f"/findings?fixmedins_code={code}").json()["items"][0]
    assert "****" in found["psn_no_masked"] or not found["psn_no_masked"]


def test_a_verdict_by_api_is_guarded_like_one_by_page(call: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    finding = Finding.objects.filter(run=runs[1], admdvs=COUNTIES[0]).first()
    path, body = f"/findings/{finding.finding_id}/verdict", {"outcome": "confirmed", "reason": "核实", "version": 0}
    assert call(Role.REVIEWER, path, method="put", body=body).status_code == 403
    assert call(Role.AUDITOR, path, (COUNTIES[1],), method="put", body=body).status_code == 404
    assert call(Role.LEAD, path, method="put", body=body).json()["version"] == 1
    assert call(Role.LEAD, path, method="put", body=body).status_code == 409
    assert call(Role.LEAD, path).json()["outcome"] == "confirmed"


def test_a_closed_user_and_an_ended_token_are_refused(make_user: Callable[..., Any], runs: tuple[Any, Any]) -> None:
    user = make_user(Role.LEAD, ())
    token, clear = ApiToken.make(user, "t")
    headers = {"Authorization": f"Bearer {clear}"}
    assert Client().get("/api/runs", headers=headers).status_code == 200
    User.objects.update(is_active=False)
    assert Client().get("/api/runs", headers=headers).status_code == 401
    User.objects.update(is_active=True)
    token.delete()
    assert Client().get("/api/runs", headers=headers).status_code == 401


@pytest.fixture
def open_connection(db: None) -> Iterator[None]:
    """Keeps the test's database connection open across requests of the real WSGI application, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
def test_schemathesis_finds_nothing(make_user: Callable[..., Any], runs: tuple[Any, Any], open_connection: None) -> None:
    _token, clear = ApiToken.make(make_user(Role.LEAD, ()), "fuzz")
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application(), headers={"Authorization": f"Bearer {clear}"})
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()

        @hypothesis_settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def probe(case: Any) -> None:
            case.call_and_validate(headers={"Authorization": f"Bearer {clear}"})

        probe()
        tried += 1
    assert tried == 6
