"""Differences between the real server and clusteripd that are meant, each with its reason."""

import base64
import json
import re
import urllib.parse


STORAGE_WORDS = "StorageError: invalid object, Code: 4, Key: /registry/services/specs/default/b, ResourceVersion: 0, AdditionalErrorMsg: "


# A request that names the state that it wants.
NUMBERED = re.compile("resourceVersion=[1-9]")


def goes_on_from_the_past(path):
    """Whether a list goes on with a token of a revision."""
    token = dict(urllib.parse.parse_qsl(path.partition("?")[2])).get("continue", "")
    try:
        return json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["rv"] > 0
    except (ValueError, KeyError, TypeError):
        return False


def asks_for_dependents(path, body):
    asked = dict(urllib.parse.parse_qsl(path.partition("?")[2]))
    if asked.get("propagationPolicy") in ("Foreground", "Orphan") or asked.get("orphanDependents", "0").lower() not in ("0", "false"):
        return True
    return isinstance(body, dict) and (body.get("propagationPolicy") in ("Foreground", "Orphan") or body.get("orphanDependents") is True)


def codes(real, ours):
    return real["code"], ours["code"]


# Of requests that no careful client sends: whether it is one (verb, path, body, real, ours), and the reason.
ODD = [
    (
        lambda verb, path, body, real, ours: verb == "DELETE" and asks_for_dependents(path, body),
        "nothing depends on what is served here, so no deletion waits for dependents; upstream leaves that to its garbage collector",
    ),
    (
        lambda verb, path, body, real, ours: "duplicate field" in str(real["warnings"]) and real["warnings"] == ours["warnings"],
        "of a field that stands twice in a body the last one counts; upstream puts the members of both together",
    ),
    (
        lambda verb, path, body, real, ours: "1e400" in repr(body) and ours["code"] == 400,
        "a number beyond all floats is refused wherever it stands; upstream looks at those that it needs",
    ),
    (
        lambda verb, path, body, real, ours: "1e3" in repr(body) and codes(real, ours) == (400, 400),
        "a number is quoted as it was read; upstream quotes it as it was written",
    ),
    (
        lambda verb, path, body, real, ours: verb == "PATCH:strategic" and "2147483648" in repr(body) and codes(real, ours) == (200, 422),
        "a number that does not fit is refused in a strategic merge too; upstream lets it run over",
    ),
    (lambda verb, path, body, real, ours: path.endswith("/proxy"), "nothing runs behind the Services here, so there is nothing to go on to"),
    (
        lambda verb, path, body, real, ours: path.startswith("/api/v1/namespaces//") and verb != "GET",
        "a path without a namespace names no collection to write to; upstream goes on, and fails inside",
    ),
    (
        lambda verb, path, body, real, ours: verb in ("TRACE", "NONSENSE") and ours["code"] == 405,
        "a method that the API does not have is refused before its path is looked at",
    ),
    (
        lambda verb, path, body, real, ours: path.startswith("/openapi/v3/") and codes(real, ours) == (404, 404),
        "what is missing is told in words here too; upstream answers with nothing",
    ),
    (
        lambda verb, path, body, real, ours: "aml" in repr(body) and codes(real, ours) == (400, 400) and "yaml" in str(real["body"]).lower(),
        "what is wrong with a text that is no YAML is told in the words of another parser",
    ),
    (lambda verb, path, body, real, ours: path == "/api/v1/watch" and real["code"] == 500, "upstream fails inside on /watch and nothing behind it"),
]


def reason_for(step, real, ours, found):
    """The reason why this difference is meant, or None."""
    verb, path, body = step
    path = path if isinstance(path, str) else ""
    for holds, reason in ODD:
        if holds(verb, path, body, real, ours):
            return reason
    if real["code"] == 0 and ours["code"] != 0:
        return "the real server drops the connection (it panics on some updates); clusteripd answers"
    if verb == "GET" and "watch=" in path and "Too large resource version" in str(real["body"]) and not NUMBERED.search(path):
        return "the real server gives a watch up whose cache lags behind on a slow machine; clusteripd serves it"
    if verb == "GET" and real["code"] in (200, 410) and ours["code"] == 200 and goes_on_from_the_past(path):
        return "the pages of a list show the newest state, for no old ones are kept"
    if codes(real, ours) == (201, 201) and verb in ("PUT", "PATCH:apply") and found[0].startswith(".body.metadata.deletion"):
        return "what is created is not asked to go, whatever its body says; upstream lets it where an update creates"
    if verb == "GET" and "too old resource version" in str(real["body"]) and ours["code"] == 200:
        return "how far back watches may begin is not the same on both"
    if verb == "GET" and path.endswith("/ipaddresses") and names(ours) < names(real):
        return "upstream leaks addresses of creates that it refuses"
    if verb == "GET" and "/events" in path and "ipallocator-repair-controller" in str(real["body"]):
        return "upstream leaks addresses, and tells of their repair"
    if "RequestWatchProgress is disabled" in str(real["body"]):
        return "the etcd of this machine is too old for streaming lists through the real server"
    if verb == "POST" and "provided IP is already allocated" in message(real) and ours["code"] == 201:
        return "an address is free as soon as its Service is gone; upstream's allocators hear of it a moment later"
    if "dryRun=All" in path:
        return "a dry run is judged as the request itself would be; upstream asks one range, and not what is claimed"
    if real["code"] == ours["code"] == 400 and "cannot be handled as a" in message(real) and "cannot be handled as a" in message(ours):
        return "a body of another kind is refused for its kind; upstream reads it first, and knows more kinds"
    if real["code"] == ours["code"] == 409 and message(real).replace(STORAGE_WORDS, "") == message(ours):
        return "upstream quotes its storage where a UID differs; clusteripd has no such keys"
    if verb == "PUT" and path.endswith("/status") and ours["code"] == 404 and real["code"] != 404:
        return "upstream creates a Service by a PUT of its status"
    return None


def names(answer):
    items = answer["body"].get("items") or [] if isinstance(answer["body"], dict) else []
    return {item["metadata"]["name"] for item in items if "metadata" in item}


def message(answer):
    return answer["body"].get("message", "") if isinstance(answer["body"], dict) else ""
