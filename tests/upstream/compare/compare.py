#!/usr/bin/env python3
"""Plays the same requests to a real control plane and to clusteripd, and compares the answers field by field.

    compare.py --real KUBECONFIG --ours URL --ranges R[,R] [--groups a,b] [--share 0.2] [--seed N] [--keep 3]

Exit 0 where all answers agree but for the listed intended differences, 1 where others differ.
"""

import argparse
import collections
import json
import pathlib
import random
import sys
import time

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools" / "control-plane"))

import kinds  # noqa: E402
import network  # noqa: E402
import odd  # noqa: E402
import raw  # noqa: E402
import scenarios  # noqa: E402
import writes  # noqa: E402
from answers import Normalizer, differences  # noqa: E402
from client import Api  # noqa: E402
from intended import RULES, Case, comes_late, rules_for  # noqa: E402

# It ends with the deletion of the default range, which no Service gets an address from afterwards.
LAST = "life"
GROUPS = {
    "create": scenarios.create_matrix,
    "update": scenarios.update_matrix,
    "ports": scenarios.port_matrix,
    "malformed": scenarios.malformed,
    "cidrs": network.cidr_validation,
    "addresses": network.address_validation,
    "old": network.old_version,
    "patches": writes.patches,
    "applies": writes.applies,
    "watches": writes.watches,
    "events": kinds.events,
    "namespaces": kinds.namespaces,
    "bodies": odd.bodies,
    "headers": odd.headers,
    "paths": odd.paths,
    "queries": odd.queries,
    "options": odd.write_options,
    "deletions": odd.deletions,
    "names": odd.names,
    LAST: network.life_cycles,
}
# The life cycles are few and each says something of its own.
WHOLE = (LAST, "old", "malformed", "ports", "applies", "watches", "events", "namespaces", "deletions", "names")
# What clears up after itself.
TIDY = ("create", "update", "addresses", "paths", "queries")
# Those that are about both families, on every server.
OF_BOTH_FAMILIES = ("create", "update", "cidrs", "addresses", "old", LAST)
PATCH_TYPES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
    "nonsense": "application/nonsense",
}


class Side:
    """One server and what it has answered in the scenario that runs."""

    def __init__(self, api, ranges):
        self.api = api
        self.ranges = ranges

    def begin(self, settled, owners):
        self.normal = Normalizer(self.ranges, settled, owners)
        self.answers = []
        self.sent = ("", None)

    def play(self, verb, path, send):
        body = send(self.answers) if callable(send) else send
        verb, _, kind = verb.partition(":")
        path = path(self.answers) if callable(path) else path
        self.sent = (path, body.body.decode("utf-8", "replace") if isinstance(body, raw.Raw) and body.body else body)
        if isinstance(body, raw.Raw):
            code, answer = self.api.call_raw(verb, path, body.body, {**self.api.headers, **body.headers})
            body = str(body)
        else:
            code, answer = self.api.call(verb, path, body, PATCH_TYPES.get(kind))
        if "watch=" in path and code == 200 and (isinstance(answer, str) or "object" in (answer or {})):
            answer = events(answer)
        self.answers.append(answer)
        if isinstance(answer, str) and self.api.answer_headers.get("Content-Type") == "application/yaml":
            answer = yaml.load(answer, yaml.BaseLoader)
        played = self.normal.answer(code, answer, body)
        played["warnings"] = sorted(self.api.answer_headers.get_all("Warning") or []) if code else []
        played["type"] = (self.api.answer_headers.get("Content-Type") or "") if code else ""
        return played


def events(text):
    """What a watch has sent, as a list of objects that say what happened to them."""
    lines = [text] if isinstance(text, dict) else [json.loads(line) for line in (text or "").splitlines()]
    return {"items": [{**event["object"], "happened": event["type"]} for event in lines]}


def wait(sides, what, path, steps):
    """Lets controllers work: for a moment, or until what `path` names is gone; without it, the last object that was
    deleted, or the last ServiceCIDR that was named."""
    path = path or next((path for verb, path, _ in reversed(steps) if verb == "DELETE" or "servicecidrs/" in path), None)
    deadline = time.monotonic() + (25 if what == "gone" else 3)
    time.sleep(1.2)
    while time.monotonic() < deadline:
        codes = [side.api.call("GET", path)[0] for side in sides] if path else [404]
        if what == "gone" and all(code == 404 for code in codes):
            time.sleep(0.5)
            return
        time.sleep(0.3)


def play_step(sides, verb, path, send):
    """Plays one step to both; to the real server again where it says of an address that it is not free yet."""
    real, ours = (side.play(verb, path, send) for side in sides)
    for _ in range(5):
        case = Case(verb, *sides[1].sent, real, ours)
        if not comes_late(case):
            break
        time.sleep(0.3)
        sides[0].answers.pop()
        case.real = real = sides[0].play(verb, path, send)
    return case, list(differences(real, ours))


def play(sides, steps):
    """Yields for each step in which the answers differ: its number, the request with both, the differences and the
    rules by which they are meant, or the one difference that is not. That ends the scenario."""
    for side in sides:
        side.begin(any(verb == "WAIT" for verb, _, _ in steps), any(verb == "PATCH:apply" for verb, _, _ in steps))
    for number, (verb, path, send) in enumerate(steps):
        if verb == "WAIT":
            wait(sides, path, send, steps[:number])
            continue
        if verb == "SECOND":
            time.sleep(1.01 - time.time() % 1)
            continue
        case, found = play_step(sides, verb, path, send)
        if not found:
            continue
        rules, unlisted = rules_for(case, found)
        yield number, case, rules, unlisted
        if rules is None or not all(rule.goes_on for rule in rules):
            return


def at_home(steps, ranges):
    """The same steps for a server that has no IPv4: they ask for an address that it has."""
    if any(":" not in text for text in ranges):
        return steps
    there = lambda text: text.replace("10.96.0.9", "fd00:96::9")  # noqa: E731

    def moved(send):
        if isinstance(send, raw.Raw):
            text = send.body.replace(b"10.96.0.9", b"fd00:96::9") if send.body else send.body
            return raw.Raw(text, **send.headers)
        return send if send is None or callable(send) else json.loads(there(json.dumps(send)))

    return [(verb, path if callable(path) or path is None else there(path), moved(send)) for verb, path, send in steps]


def clean_up(sides):
    """Removes what a scenario left behind, so that the next one starts from the same state."""
    for side in sides:
        side.api.call("DELETE", kinds.CORE + "/e")
        for path in (scenarios.SERVICES, scenarios.CIDRS):
            _, listed = side.api.call("GET", path)
            for item in (listed or {}).get("items", []):
                if item["metadata"]["name"] != "kubernetes":
                    remove(side.api, f"{path}/{item['metadata']['name']}")


def remove(api, path):
    """Deletes an object, with its finalizers, whoever adds some meanwhile."""
    for _ in range(5):
        api.call("DELETE", path)
        code, left = api.call("GET", path)
        if code == 404:
            return
        left["metadata"]["finalizers"] = []
        left["metadata"].pop("resourceVersion")
        left.update(stored_kind(path))
        api.call("PUT", path, left)


def stored_kind(path):
    return (
        {"apiVersion": "v1", "kind": "Service"} if "/services/" in path else {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR"}
    )


def sent_text(send):
    if send is None:
        return ""
    if callable(send):
        return "(stored, changed)"
    return repr(send) if isinstance(send, raw.Raw) else json.dumps(send)


def describe(steps, number, case, found):
    for verb, path, send in steps[: number + 1]:
        print(f"    {verb} {'(path, computed)' if callable(path) else path} {sent_text(send)}"[:600])
    print(f"    at {found[0]}:\n      real {json.dumps(found[1])[:700]}\n      ours {json.dumps(found[2])[:700]}")
    if case.real["code"] != case.ours["code"]:
        print(f"      real {json.dumps(case.real['body'])[:700]}\n      ours {json.dumps(case.ours['body'])[:700]}")


def play_group(sides, group, options):
    """Plays a group and tells of it. Gives the number of differences that are not listed, and counts those that are."""
    played = requests = 0
    kinds, listed = collections.Counter(), collections.Counter()
    for name, steps in GROUPS[group]():
        if group not in WHOLE and random.random() > options.share:
            continue
        if group not in OF_BOTH_FAMILIES:
            steps = at_home(steps, options.ranges.split(","))
        played += 1
        requests += len(steps)
        differed = False
        for number, case, rules, unlisted in play(sides, steps):
            differed = True
            listed.update(rule.reason for rule in rules or [])
            if rules is None:
                kind = f"{name}: {case.verb} step {number}, {unlisted[0]}, {case.real['code']} and {case.ours['code']}"
                kinds[kind] += 1
                if kinds[kind] <= options.keep:
                    print(f"  {kind}")
                    describe(steps, number, case, unlisted)
        if differed or group not in TIDY:
            clean_up(sides)
    print(f"{group:10} {played:5} scenarios, {requests:6} requests, {sum(kinds.values())} differ, {sum(listed.values())} as intended")
    for kind, count in kinds.most_common():
        print(f"    {count:5} x {kind}")
    for reason, count in listed.most_common():
        print(f"    {count:5} x intended: {reason}")
    sys.stdout.flush()
    return sum(kinds.values()), listed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", required=True)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--ranges", required=True)
    parser.add_argument("--groups", default=",".join(GROUPS))
    parser.add_argument("--share", type=float, default=1.0)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--keep", type=int, default=3)
    options = parser.parse_args()
    random.seed(options.seed)
    ranges = options.ranges.split(",")
    sides = [
        Side(Api.from_kubeconfig(options.real), ranges),
        Side(Api.from_kubeconfig(options.ours) if pathlib.Path(options.ours).is_file() else Api(options.ours), ranges),
    ]
    unlisted, listed = 0, collections.Counter()
    for group in sorted(options.groups.split(","), key=lambda group: group == LAST):
        differ, meant = play_group(sides, group, options)
        unlisted += differ
        listed.update(meant)
    for reason in sorted({rule.reason for rule in RULES} - set(listed)):
        print(f"not seen in this run: {reason}")
    sys.exit(1 if unlisted else 0)


main()
