"""Differences between the real server and clusteripd that are meant, each with its reason.

A rule is as narrow as its reason: it names the requests, the fields that may differ, and what must stand in them.
Every single field in which two answers differ needs a rule, else the difference counts.
"""

import base64
import dataclasses
import json
import re
import typing
import urllib.parse

SERVED = ("Service", "Namespace", "Event", "ServiceCIDR", "IPAddress")
STORAGE_WORDS = re.compile(r"StorageError: invalid object, Code: 4, Key: /registry/services/specs/default/\w+, ResourceVersion: 0, AdditionalErrorMsg: ")
# What the words of a parser of YAML are, between what both servers say around them.
YAML_WORDS = re.compile(r"yaml: .*?( \([0-9a-f]+(?: \.\.\.)?\))?$", re.DOTALL)
LEAKED_AND_TOLD = ("ClusterIPNotAllocated", "IPAddressNotAllocated", "IPAddressWrongReference")
REPAIR = "ipallocator-repair-controller"


@dataclasses.dataclass
class Case:
    """A request and how it was answered."""

    verb: str  # as in the script: PATCH:merge
    path: str
    body: object
    real: dict
    ours: dict

    @property
    def codes(self):
        return self.real["code"], self.ours["code"]

    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(self.path.partition("?")[2]))


@dataclasses.dataclass
class Rule:
    """Differences of one reason. `fields`: their paths, or None for answers of different codes, which differ as a whole."""

    reason: str
    fields: typing.Optional[str]
    holds: typing.Callable[[Case], bool]
    # Whether both servers are in the same state afterwards, so that the rest of the scenario can be compared.
    goes_on: bool = True

    def is_about(self, case, path):
        return case.real["code"] != case.ours["code"] if self.fields is None else re.fullmatch(self.fields, path) is not None


def message(answer):
    return answer["body"].get("message", "") if isinstance(answer["body"], dict) else ""


def items(answer):
    return answer["body"].get("items") or [] if isinstance(answer["body"], dict) else []


def first_told(answer):
    """The first object of a watch or list."""
    return (items(answer) or [{}])[0]


def waits_for_dependents(case):
    finalizers = case.real["body"]["metadata"].get("finalizers") if case.codes == (200, 200) else None
    return case.verb == "DELETE" and finalizers in (["foregroundDeletion"], ["orphan"])


def says_spec_twice(case):
    told = '299 - "duplicate field \\"spec\\""'
    return case.verb == "POST" and case.codes == (201, 422) and case.real["warnings"] == case.ours["warnings"] == [told]


def beyond_all_floats(case):
    words = "json: cannot unmarshal number 1e400 into Go value of type float64"
    return case.body == '{"a":1e400}' and case.ours["code"] == 400 and words in message(case.ours)


def differs_by(change):
    """Whether the messages are the same once `change` was made to both, and are not the same before."""
    return lambda case: change(message(case.real)) == change(message(case.ours)) != ""


def runs_over(case):
    return case.verb == "PATCH:strategic" and case.body == {"count": 2147483648} and case.codes == (200, 422)


def knows_no_such_kind(case):
    """A kind that is not served here is not known here."""
    kind = message(case.real).partition(" in version ")[0]
    real, ours = (message(answer).partition(" cannot be handled as a ")[2] for answer in (case.real, case.ours))
    return kind not in SERVED and real.endswith(": unknown conversion") and f'no kind "{kind}" is registered' in ours


def reads_other_kinds_first(case):
    """What is wrong with a body of another kind."""
    heads = [message(answer).partition(": ")[0] for answer in (case.real, case.ours)]
    ours = message(case.ours)
    return heads[0] == heads[1] and ": json: cannot unmarshal " in message(case.real) and ours.endswith(": unknown conversion")


def creates_by_status(case):
    """Upstream's Service has no address; what it refuses, it refuses as it would a create."""
    if not re.fullmatch(r".*/services/[^/]+/status", case.path.partition("?")[0]) or case.verb not in ("PUT", "PATCH:apply"):
        return False
    bare = case.real["code"] == 201 and "clusterIPs" not in case.real["body"]["spec"]
    return case.ours["code"] == 404 and message(case.ours).endswith(" not found") and (bare or case.real["code"] in (400, 409, 422, 500))


def panics(case):
    spec = case.body.get("spec", {}) if isinstance(case.body, dict) else {}
    headless = "None" in (spec.get("clusterIP"), *(spec.get("clusterIPs") or []))
    return case.verb in ("PUT", "PATCH:merge") and headless and case.real["code"] == 0 and case.ours["code"] in (200, 422)


def goes_on_from_the_past(case):
    """A list that goes on with a token of a revision."""
    token = case.query.get("continue", "")
    try:
        revision = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["rv"]
    except (ValueError, KeyError, TypeError):
        return False
    return case.verb == "GET" and revision > 0 and case.real["code"] in (200, 410) and case.ours["code"] == 200


def began_before_the_cache(case):
    told = first_told(case.real)
    old = f"too old resource version: {case.query.get('resourceVersion')} ("
    return case.verb == "GET" and case.codes == (200, 200) and told.get("code") == 410 and told["message"].startswith(old)


def same_without(case, left_over):
    """Whether the lists are the same without what upstream has beside."""
    kept = [item for item in items(case.real) if not left_over(item)]
    return case.verb == "GET" and case.codes == (200, 200) and len(kept) < len(items(case.real)) and kept == items(case.ours)


def is_leaked(case):
    known = [item["metadata"].get("name") for item in items(case.ours)]
    managed = {"ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io"}
    return lambda item: item["metadata"].get("name") not in known and managed.items() <= item["metadata"].get("labels", {}).items()


def tells_of_a_leak(item):
    """Or of endpoints, which are not served here."""
    about = item.get("involvedObject") or item.get("regarding") or {}
    if about.get("kind") in ("Endpoints", "EndpointSlice"):
        return True
    return REPAIR in (item.get("reportingComponent"), item.get("reportingController")) and item.get("reason") in LEAKED_AND_TOLD


def judged_by_one_range(case):
    """A dry run of which at least one server says that the address cannot be given."""
    refusals = [message(answer) for answer in (case.real, case.ours) if answer["code"] == 422]
    dry = case.query.get("dryRun") == "All" and case.verb in ("POST", "PUT")
    return dry and bool(refusals) and all("failed to allocate IP" in text for text in refusals) and set(case.codes) <= {200, 201, 422}


def names_what_is_missing(case):
    path = case.path.partition("?")[0]
    return path == "/api/v1/namespaces/default/services/b/proxy" and case.codes == (404, 404)


TEXT = r"\.body\.message"
DELETION = r"\.body\.metadata\.(deletionGracePeriodSeconds|deletionTimestamp)"
BEYOND = "a number beyond all floats is refused wherever it stands; upstream looks at those that it needs"
DRY_RUN = "a dry run is judged as the request itself would be; upstream asks one range, and not what is claimed"
PAGES = "the pages of a list show the newest state, for no old ones are kept"
RULES = [
    Rule(
        "nothing depends on what is served here, so no deletion waits for dependents; upstream leaves that to its garbage collector",
        rf"{DELETION}|\.body\.metadata\.finalizers",
        waits_for_dependents,
        goes_on=False,
    ),
    Rule("of a field that stands twice in a body the last one counts; upstream puts the members of both together", None, says_spec_twice, goes_on=False),
    Rule(BEYOND, None, beyond_all_floats, goes_on=False),
    Rule(BEYOND, rf"{TEXT}|\.warnings", beyond_all_floats),
    Rule("a number is quoted as it was read; upstream quotes it as it was written", TEXT, differs_by(lambda text: text.replace(" 1e3 ", " 1000.0 "))),
    Rule("a number that does not fit is refused in a strategic merge too; upstream lets it run over", None, runs_over, goes_on=False),
    Rule("nothing runs behind the Services here, so there is nothing to go on to", rf"{TEXT}|\.body\.details\.(kind|name)", names_what_is_missing),
    Rule(
        "a path without a namespace names no collection to write to; upstream goes on, and fails inside",
        None,
        lambda case: (case.verb, case.path, case.codes) == ("POST", "/api/v1/namespaces//services", (422, 405)),
    ),
    Rule(
        "a method that the API does not have is refused before its path is looked at",
        None,
        lambda case: case.verb in ("TRACE", "NONSENSE") and case.ours["code"] == 405 and case.real["code"] in (200, 400, 404, 500),
    ),
    Rule("what is wrong with a text that is no YAML is told in the words of another parser", TEXT, differs_by(lambda text: YAML_WORDS.sub(r"yaml: (words)\1", text))),
    Rule("upstream fails inside on /watch and nothing behind it", None, lambda case: case.path == "/api/v1/watch" and case.codes == (500, 404)),
    Rule("the real server drops the connection (it panics on an update to None); clusteripd answers", None, panics, goes_on=False),
    Rule(PAGES, None, goes_on_from_the_past),
    Rule(PAGES, r"\.body\.(items|metadata).*", goes_on_from_the_past),
    Rule(
        "what is created is not asked to go, whatever its body says; upstream lets it where an update creates",
        DELETION,
        lambda case: case.codes == (201, 201) and case.verb in ("PUT", "PATCH:apply"),
        goes_on=False,
    ),
    Rule("how far back watches may begin is not the same on both", r"\.body\.items.*", began_before_the_cache),
    Rule("upstream leaks addresses of creates that it refuses", r"\.body\.items.*", lambda case: same_without(case, is_leaked(case))),
    Rule("upstream tells of the repair of what it leaks, and of endpoints, which are not served here", r"\.body\.items.*", lambda case: same_without(case, tells_of_a_leak)),
    Rule(DRY_RUN, None, judged_by_one_range),
    Rule(DRY_RUN, rf"{TEXT}|\.body\.details\.causes\[0\]\.message", judged_by_one_range),
    Rule("only the kinds that are served here are known", TEXT, knows_no_such_kind),
    Rule("a body of another kind is refused for its kind; upstream reads it first", TEXT, reads_other_kinds_first),
    Rule("upstream quotes its storage where a UID differs; clusteripd has no such keys", TEXT, differs_by(lambda text: STORAGE_WORDS.sub("", text))),
    Rule("upstream creates a Service without an address by a PUT or an apply of its status", None, creates_by_status, goes_on=False),
]


def rules_for(case, found):
    """The rules by which all these differences are meant, or None and the first one that is not."""
    used = []
    for difference in found:
        rule = next((rule for rule in RULES if rule.is_about(case, difference[0]) and rule.holds(case)), None)
        if rule is None:
            return None, difference
        if rule not in used:
            used.append(rule)
    return used, None


def comes_late(case):
    """Whether upstream's allocators have not heard yet that the address of a Service that is gone is free."""
    return case.verb == "POST" and case.codes == (422, 201) and "provided IP is already allocated" in message(case.real)
