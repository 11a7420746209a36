"""Patches of every type, applies with and without conflicts, and what a watch tells of them.

The verb of a step may say how a PATCH is meant: PATCH:merge, PATCH:json, PATCH:strategic, PATCH:apply.
"""

from raw import Raw
from scenarios import ADDRESSES, CIDRS, SERVICES, service

STRICT = "?fieldValidation=Strict"
BASE = {
    "clusterIP": "10.96.0.9",
    "selector": {"app": "a"},
    "ports": [{"name": "http", "port": 80, "targetPort": 8080}, {"name": "dns", "port": 53, "protocol": "UDP"}],
}
CIDR = {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "metadata": {"name": "p", "finalizers": ["example.com/x", "example.com/y"]}, "spec": {"cidrs": ["10.80.0.0/28"]}}

MERGE = [
    {},
    {"metadata": {"labels": {"a": "b"}}},
    {"metadata": {"labels": {"a": None}}},
    {"metadata": {"labels": None}},
    {"metadata": {"annotations": {"a": 1}}},
    {"metadata": {"labels": ["a"]}},
    {"metadata": {"name": "other"}},
    {"metadata": {"name": None}},
    {"metadata": {"namespace": "other"}},
    {"metadata": {"uid": "other"}},
    {"metadata": {"resourceVersion": "1"}},
    {"metadata": {"resourceVersion": "x"}},
    {"metadata": {"generateName": "g-"}},
    {"metadata": {"finalizers": ["bad"]}},
    {"metadata": {"finalizers": ["example.com/f"]}},
    {"metadata": None},
    {"spec": None},
    {"spec": {"ports": None}},
    {"spec": {"ports": []}},
    {"spec": {"ports": [{"port": 81}]}},
    {"spec": {"ports": [{"port": 0}]}},
    {"spec": {"ports": [{"port": 80}, {"port": 80}]}},
    {"spec": {"ports": "x"}},
    {"spec": {"ports": [{"port": "x"}]}},
    {"spec": {"ports": [{"port": 80, "targetPort": 1.5}]}},
    {"spec": {"ports": [{"port": 80, "targetPort": True}]}},
    {"spec": {"ports": [{"port": 80, "targetPort": 2147483648}]}},
    {"spec": {"type": "NodePort"}},
    {"spec": {"type": "Nonsense"}},
    {"spec": {"type": 5}},
    {"spec": {"type": "ExternalName", "externalName": "example.com", "clusterIP": None, "clusterIPs": None}},
    {"spec": {"type": "ExternalName", "externalName": "example.com"}},
    {"spec": {"clusterIP": None}},
    {"spec": {"clusterIP": "10.96.0.8"}},
    {"spec": {"clusterIP": "None"}},
    {"spec": {"clusterIPs": None}},
    {"spec": {"clusterIPs": ["10.96.0.9", "fd00:96::9"]}},
    {"spec": {"ipFamilyPolicy": "RequireDualStack"}},
    {"spec": {"ipFamilyPolicy": "PreferDualStack"}},
    {"spec": {"ipFamilies": ["IPv6"]}},
    {"spec": {"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "RequireDualStack"}},
    {"spec": {"sessionAffinity": "ClientIP"}},
    {"spec": {"sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 5}}}},
    {"spec": {"selector": {"app": None, "b": "c"}}},
    {"spec": {"selector": None}},
    {"spec": {"publishNotReadyAddresses": "yes"}},
    {"spec": {"externalIPs": ["1.2.3"]}},
    {"spec": {"nonsense": 1}},
    {"nonsense": 1},
    {"kind": "Other"},
    {"apiVersion": "v9"},
    {"status": {"loadBalancer": {"ingress": [{"ip": "1.2.3.4"}]}}},
    [],
    5,
]
STRATEGIC = [
    {"spec": {"ports": [{"port": 80, "targetPort": 9090}]}},
    {"spec": {"ports": [{"port": 90, "name": "new"}]}},
    {"spec": {"ports": [{"port": 53, "$patch": "delete"}]}},
    {"spec": {"ports": [{"$patch": "replace"}, {"port": 99}]}},
    {"spec": {"$setElementOrder/ports": [{"port": 53}, {"port": 80}], "ports": [{"port": 53, "name": "d"}]}},
    {"spec": {"$setElementOrder/ports": [{"port": 53}, {"port": 80}]}},
    {"spec": {"ports": [{"name": "no-key"}]}},
    {"spec": {"selector": {"$patch": "replace", "z": "z"}}},
    {"spec": {"$patch": "nonsense"}},
    {"spec": {"$retainKeys": ["ports", "clusterIP", "type"], "type": "ClusterIP"}},
    {"metadata": {"$patch": "delete"}},
]
JSON = [
    [],
    [{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}],
    [{"op": "replace", "path": "/spec/ports/0/targetPort", "value": 9090}],
    [{"op": "replace", "path": "/spec/ports/0/port", "value": 99}],
    [{"op": "remove", "path": "/spec/ports/1"}],
    [{"op": "remove", "path": "/spec/ports/7"}],
    [{"op": "remove", "path": "/spec/nothing"}],
    [{"op": "add", "path": "/spec/ports/-", "value": {"port": 99, "name": "n"}}],
    [{"op": "add", "path": "/spec/nothing/deep", "value": 1}],
    [{"op": "test", "path": "/spec/type", "value": "ClusterIP"}],
    [{"op": "test", "path": "/spec/type", "value": "NodePort"}],
    [{"op": "test", "path": "/spec/nothing", "value": None}],
    [{"op": "move", "from": "/spec/selector/app", "path": "/spec/selector/b"}],
    [{"op": "copy", "from": "/spec/selector/app", "path": "/spec/selector/b"}],
    [{"op": "move", "from": "/spec/nothing", "path": "/spec/x"}],
    [{"op": "nonsense", "path": "/spec"}],
    [{"op": "add", "path": "spec"}],
    [{"op": "replace", "path": "/spec/type", "value": 5}],
    [{"op": "replace", "path": "/metadata/name", "value": "other"}],
    [{"op": "add", "path": "/spec/nonsense", "value": 1}],
    [{"path": "/spec"}],
    {},
    5,
]


def patches():
    one = SERVICES + "/b"
    begin = ("POST", SERVICES, service("b", BASE, labels={"a": "a"}))
    end = ("DELETE", one, None)
    for kind, table in (("merge", MERGE), ("strategic", MERGE + STRATEGIC), ("json", JSON)):
        for number, patch in enumerate(table):
            for query in ("", STRICT):
                yield f"{kind} patch {number}{query}", [begin, (f"PATCH:{kind}", one + query, patch), ("GET", one, None), end]
            yield f"{kind} patch {number} of the status", [begin, (f"PATCH:{kind}", one + "/status", patch), ("GET", one, None), end]
    status = SERVICES + "/none/status"
    for spec in ({"ports": [{"port": 80}]}, {"ports": [{"port": 0}]}, {"ports": [{"port": 80}], "clusterIP": "None"}, {"type": "ExternalName", "externalName": "a.b"}):
        for metadata in ({"name": "none"}, {"name": "none", "uid": "x"}, {"name": "other"}):
            body = {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}
            for verb, path in (("PUT", status), ("PATCH:apply", status + "?fieldManager=m"), ("PATCH:merge", status)):
                yield "status of what is not there", [(verb, path, body), ("DELETE", SERVICES + "/none", None)]
    for kind in ("merge", "strategic", "json", "apply", "nonsense"):
        yield f"{kind} patch of what is not there", [(f"PATCH:{kind}", SERVICES + "/none", [] if kind == "json" else {})]
    range_ = CIDRS + "/p"
    for number, patch in enumerate(
        [
            {"metadata": {"$deleteFromPrimitiveList/finalizers": ["example.com/x"]}},
            {"metadata": {"finalizers": ["example.com/z"]}},
            {"metadata": {"finalizers": None}},
            {"spec": {"cidrs": ["10.81.0.0/28"]}},
            {"spec": {"cidrs": ["10.80.0.0/28", "fd00:80::/120"]}},
            {"status": {"conditions": [{"type": "T", "status": "True", "reason": "R", "message": "M", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}},
        ]
    ):
        for kind in ("merge", "strategic"):
            for below in ("", "/status"):
                yield f"{kind} patch {number} of a range{below}", [
                    ("POST", CIDRS, CIDR),
                    (f"PATCH:{kind}", range_ + below, patch),
                ]


def applied(spec, **metadata):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b", **metadata}, "spec": spec}


def applies():
    """Server-side apply: who owns what afterwards, and who is in conflict with whom."""
    one = SERVICES + "/b"
    end = ("DELETE", one, None)

    def by(manager, spec, force=False, below="", **metadata):
        path = f"{one}{below}?fieldManager={manager}" + ("&force=true" if force else "")
        return ("PATCH:apply", path, applied(spec, **metadata))

    ports = [{"port": 80, "name": "http"}]
    more = [*ports, {"port": 81, "name": "alt", "targetPort": 9}]
    first = by("one", {"ports": more, "selector": {"a": "b"}}, labels={"x": "1"})
    yield "create by apply", [first, first, end]
    yield "give up a port", [first, by("one", {"ports": ports}), end]
    yield "shared fields", [first, by("two", {"ports": ports}), by("one", {"ports": ports}), by("two", {}), end]
    yield "conflict and force", [
        first,
        by("two", {"ports": [{"port": 81, "targetPort": 7}]}),
        by("two", {"ports": [{"port": 81, "targetPort": 7}]}, force=True),
        first,
        by("one", {"ports": ports}),
        end,
    ]
    yield "two conflicts", [
        first,
        ("PATCH:merge", one + "?fieldManager=three", {"metadata": {"labels": {"x": "2"}}}),
        by("two", {"selector": {"c": "d"}}, labels={"x": "3"}),
        by("two", {"selector": {"c": "d"}}, force=True, labels={"x": "3"}),
        end,
    ]
    yield "update takes over", [
        first,
        ("PATCH:strategic", one + "?fieldManager=up", {"spec": {"ports": [{"port": 81, "targetPort": 70}]}}),
        first,
        by("one", {"ports": ports}, force=True),
        end,
    ]
    yield "removal by an update", [first, ("PATCH:json", one + "?fieldManager=up", [{"op": "remove", "path": "/spec/ports/1"}]), first, end]
    condition = {"type": "T", "status": "True", "reason": "R", "message": "M", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    status = applied({}, labels={"s": "t"})
    status["status"] = {"conditions": [condition]}
    yield "status", [first, ("PATCH:apply", one + "/status?fieldManager=st", status), ("GET", one, None), end]
    yield "status through the front door", [("PATCH:apply", one + "?fieldManager=st", {**applied({"ports": ports}), "status": status["status"]}), end]
    for number, metadata in enumerate(
        [{"name": "c"}, {"namespace": "other"}, {"uid": "x"}, {"resourceVersion": "1"}, {"managedFields": []}, {"labels": None}, {"labels": {"x": None}}, {"finalizers": ["example.com/f"]}]
    ):
        yield f"metadata {number} of an apply", [first, by("one", {"ports": more}, **metadata), ("PATCH:merge", one, {"metadata": {"finalizers": None}}), end]
    for number, spec in enumerate(
        [{"ports": [{"name": "x"}]}, {"ports": [{"port": 80}, {"port": 80}]}, {"ports": {"port": 80}}, {"ports": [80]}, {"ports": [None]}, {"ports": None}, {"type": 5}, {"clusterIP": "10.96.0.7"}, {"type": "Nonsense"}, {"bogus": 1}]
    ):
        yield f"spec {number} of an apply", [first, by("one", spec), end]
    yield "no manager", [("PATCH:apply", one, applied({"ports": ports}))]
    yield "bad force", [("PATCH:merge", one + "?force=true", {})]
    owner = [{"manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}}]
    yield "owners by hand", [first, ("PATCH:merge", one, {"metadata": {"managedFields": [{}]}}), first, ("PATCH:merge", one, {"metadata": {"managedFields": owner}}), end]
    many = [("PATCH:merge", f"{one}?fieldManager=m{number}", {"metadata": {"labels": {f"l{number}": "1"}}}) for number in range(13)]
    # Who is the oldest hangs on whole seconds, which both servers shall write alike.
    yield "more than ten managers", [("SECOND", None, None), first, *many[:12], many[12], end]


def watches():
    """What a watch tells of a few changes, from several starts."""

    def since(path, step=0):
        return lambda answers: path.format(answers[step]["metadata"]["resourceVersion"])

    changes = [
        ("POST", SERVICES, service("b", {"ports": [{"port": 80}], "clusterIP": "10.96.0.9"}, labels={"app": "b"})),
        ("PATCH:merge", SERVICES + "/b", {"metadata": {"labels": {"more": "1"}}}),
        ("PATCH:merge", SERVICES + "/b", {"metadata": {"labels": {"app": "c"}}}),
        ("PATCH:merge", SERVICES + "/b", {"spec": {"ports": [{"port": 81}]}}),
        ("PATCH:merge", SERVICES + "/b", {"metadata": {"labels": {"app": "b"}}}),
        ("DELETE", SERVICES + "/b", None),
    ]
    listed = ("GET", SERVICES, None)
    for query in ("", "&labelSelector=app%3Db", "&fieldSelector=metadata.name%3Db", "&fieldSelector=spec.type%3DNodePort"):
        yield "services" + query, [listed, *changes, ("GET", since(SERVICES + "?watch=true&timeoutSeconds=1&resourceVersion={}" + query), None)]
    yield "addresses", [("GET", ADDRESSES, None), changes[0], changes[-1], ("GET", since(ADDRESSES + "?watch=true&timeoutSeconds=1&resourceVersion={}"), None)]
    start = "?watch=true&timeoutSeconds=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    for more in ("", "&labelSelector=app%3Db", "&resourceVersion=0"):
        yield "initial events" + more, [changes[0], ("GET", SERVICES + start + more, None), changes[-1]]
    marks = "?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnone"
    for path in (SERVICES, CIDRS, ADDRESSES, CIDRS.replace("/v1/", "/v1beta1/"), "/api/v1/namespaces", "/api/v1/events", "/apis/events.k8s.io/v1/events"):
        for accept in ("application/json", *(f"application/json;as={form};v=v1;g=meta.k8s.io" for form in ("Table", "PartialObjectMetadata"))):
            for more in ("", "&resourceVersion=0", "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"):
                yield "bookmarks", [("GET", path + marks + more, Raw(None, Accept=accept))]
    for query in ("?watch=true&timeoutSeconds=1", "?watch=true&timeoutSeconds=1&resourceVersion=0", "?watch=true&sendInitialEvents=true", "?watch=true&resourceVersionMatch=Exact", "?sendInitialEvents=true", "?watch=1&timeoutSeconds=1", "?watch=yes", "?watch=true&timeoutSeconds=x", "?watch=true&timeoutSeconds=-1", "?watch=true&resourceVersion=x&timeoutSeconds=1", "?limit=-1", "?limit=x", "?resourceVersion=x", "?continue=x", "?limit=1&resourceVersion=1&resourceVersionMatch=Nonsense", "?resourceVersionMatch=Exact"):
        yield "list and watch options " + query, [changes[0], ("GET", SERVICES + query, None), changes[-1]]
