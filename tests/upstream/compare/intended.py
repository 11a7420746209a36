"""Differences between the real server and clusteripd that are meant, each with its reason."""


STORAGE_WORDS = "StorageError: invalid object, Code: 4, Key: /registry/services/specs/default/b, ResourceVersion: 0, AdditionalErrorMsg: "


def reason_for(step, real, ours, found):
    """The reason why this difference is meant, or None."""
    verb, path, body = step
    path = path if isinstance(path, str) else ""
    if real["code"] == 0 and ours["code"] != 0:
        return "the real server drops the connection (it panics on some updates); clusteripd answers"
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
    if verb == "PUT" and path.endswith("/status") and (real["code"], ours["code"]) == (201, 404):
        return "upstream creates a Service by a PUT of its status"
    return None


def message(answer):
    return answer["body"].get("message", "") if isinstance(answer["body"], dict) else ""
