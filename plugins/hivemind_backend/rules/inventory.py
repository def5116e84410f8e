"""The API as it is: every endpoint with its authentication and where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hivemind_backend.conventions import paging_of
from hivemind_backend.facts import place
from hivemind_backend.models import ApiEndpoint, ApiParameter, BodySchema, Pagination

if TYPE_CHECKING:
    from hivemind_facts.models import Endpoint, Facts

_BODY = ("body", "form")


def inventory(facts: Facts) -> tuple[ApiEndpoint, ...]:
    """List the endpoints of the facts by service, path and method."""
    ordered = sorted(facts.endpoints, key=lambda one: (one.service, one.path, one.method, one.file, one.line))
    return tuple(_endpoint(one) for one in ordered)


def _endpoint(one: Endpoint) -> ApiEndpoint:
    return ApiEndpoint(
        method=one.method,
        path=one.path,
        purpose=one.summary,
        parameters=tuple(
            ApiParameter(name=each.name, location=each.location, type=each.type or "", required=each.required)
            for each in one.parameters
        ),
        request_schema=_request(one),
        response_schema=BodySchema(name=one.response_type) if one.response_type else None,
        authentication=one.auth,
        authentication_evidence=one.auth_evidence,
        roles=one.roles,
        pagination=_pagination(one),
        status="existing",
        handler=one.handler,
        location=place(one.file, one.line),
        service=one.service,
    )


def _request(one: Endpoint) -> BodySchema | None:
    """The body, where the code names its type or says that it has one."""
    if one.request_type:
        return BodySchema(name=one.request_type)
    body = next((each for each in one.parameters if each.location in _BODY), None)
    return BodySchema(name=body.type or "") if body is not None and body.type else None


def _pagination(one: Endpoint) -> Pagination | None:
    if one.paginated is None:
        return None
    if not one.paginated:
        return Pagination(style="none")
    paging = paging_of((one,))
    known = any(each.name in paging.parameters for each in one.parameters)
    if not known:
        return Pagination(style="unknown", evidence=place(one.file, one.line))
    style = {"page": "page", "cursor": "cursor"}.get(paging.style, "offset")
    return Pagination.model_validate({"style": style, "parameters": paging.parameters, "evidence": paging.evidence})
