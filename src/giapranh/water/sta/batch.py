"""$batch as JSON: many requests in one. Those of one ``atomicityGroup`` are done together or not at all."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

from django.db import transaction

from giapranh.kernel.errors import N_
from giapranh.water.sta import access, bodies, observations
from giapranh.water.sta.door import Answer, Asked
from giapranh.water.sta.door import answer as answer_one
from giapranh.water.sta.errors import Malformed

MOST = 1_000
_CREATED = re.compile(r".*/([A-Za-z]+)\((\d+)\)$")


class _GroupFailed(Exception):
    """Rolls the group back."""


def answer(asked: Asked) -> Answer:
    if asked.depth:
        raise Malformed(N_("Trong $batch không có $batch khác."))
    requests = bodies.decoded_object(asked.body).get("requests")
    if not isinstance(requests, list) or not all(isinstance(each, dict) for each in requests):
        raise Malformed(N_("$batch cần {“requests”: [{id, method, url, body}]}."))
    if len(requests) > MOST:
        raise Malformed(N_("Một $batch nhận đến %(most)d yêu cầu."), most=MOST)
    made: dict[str, tuple[str, int]] = {}
    responses: list[dict[str, Any]] = []
    for group, members in _grouped(requests):
        responses.extend(_together(asked, members, made) if group else _each(asked, members, made))
    return Answer(200, json.dumps({"responses": responses}, ensure_ascii=False).encode("utf-8"))


def _grouped(requests: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Neighbours of one group together, in the order they came."""
    groups: list[tuple[str, list[dict[str, Any]]]] = []
    for request in requests:
        name = str(request.get("atomicityGroup") or "")
        if groups and name and groups[-1][0] == name:
            groups[-1][1].append(request)
        else:
            groups.append((name, [request]))
    return groups


def _each(asked: Asked, members: list[dict[str, Any]], made: dict[str, Any]) -> list[dict[str, Any]]:
    return [_one(asked, request, made) for request in members]


def _together(asked: Asked, members: list[dict[str, Any]], made: dict[str, Any]) -> list[dict[str, Any]]:
    responses: list[dict[str, Any]] = []
    inside = dict(made)
    try:
        with transaction.atomic():
            for request in members:
                responses.append(_one(asked, request, inside))
                if responses[-1]["status"] >= 400:
                    raise _GroupFailed
    except _GroupFailed:
        access.forget_keys()
        observations.forget_streams()
        failed = responses[-1]
        return [failed if each.get("id") == failed["id"] else {"id": each.get("id"), "status": 424} for each in members]
    made.update(inside)
    return responses


def _one(asked: Asked, request: dict[str, Any], made: dict[str, Any]) -> dict[str, Any]:
    name, url = request.get("id"), request.get("url")
    if not isinstance(url, str):
        return {"id": name, "status": 400, "body": {"code": 400, "type": "error", "message": "url?"}}
    path, _mark, query = _without_root(_referred(url, made), asked.root).partition("?")
    body = _filled(request.get("body"), made)
    # Who asks is asked anew: a station made by an earlier request is one of theirs.
    inner = Asked(
        method=str(request.get("method", "get")).upper(), path=unquote(path), query=query, root=asked.root,
        who=asked.who, body=b"" if body is None else json.dumps(body).encode("utf-8"),
        content_type=_header(request, "content-type"), prefer=_header(request, "prefer"), language=asked.language,
        depth=1,
    )  # fmt: skip
    found = answer_one(inner)
    response: dict[str, Any] = {"id": name, "status": found.status}
    location = next((value for key, value in found.headers if key == "Location"), None)
    if location is not None:
        response["location"] = location
        if match := _CREATED.match(location):
            made[str(name)] = (f"{match[1]}({match[2]})", int(match[2]))
    if found.body:
        text = found.body.decode("utf-8")
        response["body"] = json.loads(text) if found.content_type.startswith("application/") else text
    return response


def _header(request: dict[str, Any], name: str) -> str:
    headers = request.get("headers")
    if not isinstance(headers, dict):
        return ""
    return next((str(value) for key, value in headers.items() if str(key).lower() == name), "")


def _referred(url: str, made: dict[str, tuple[str, int]]) -> str:
    """``$1/Datastreams`` speaks of what request 1 made."""
    if not url.startswith("$"):
        return url
    first = re.split(r"[/?]", url[1:], maxsplit=1)[0]
    return made[first][0] + url[1 + len(first) :] if first in made else url


def _without_root(url: str, root: str) -> str:
    if url.startswith(root):
        return url[len(root) :]
    return re.sub(r"^/?(?:sta/)?v1\.1/", "", url)


def _filled(value: Any, made: dict[str, tuple[str, int]], depth: int = 0) -> Any:
    """``{"@iot.id": "$1"}`` speaks of what request 1 made."""
    if depth > bodies.DEEPEST:
        return value
    if isinstance(value, dict):
        return {
            key: made[each[1:]][1]
            if key == "@iot.id" and isinstance(each, str) and each.startswith("$") and each[1:] in made
            else _filled(each, made, depth + 1)
            for key, each in value.items()
        }
    return [_filled(each, made, depth + 1) for each in value] if isinstance(value, list) else value
