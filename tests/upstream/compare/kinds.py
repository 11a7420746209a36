"""Namespaces, and Events through both of their APIs."""

from scenarios import SERVICES, service

NAMESPACES = "/api/v1/namespaces"
CORE = "/api/v1/namespaces/default/events"
GROUPED = "/apis/events.k8s.io/v1/namespaces/default/events"
TIME = "2026-01-02T03:04:05Z"
MICRO = "2026-01-02T03:04:05.000006Z"


def namespace(name, spec=None, **metadata):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, **metadata}, **({"spec": spec} if spec is not None else {})}


def namespaces():
    one = NAMESPACES + "/n"
    end = [("DELETE", one, None), ("WAIT", "gone", None)]
    for metadata in ({}, {"labels": {"a": "b"}}, {"labels": {"kubernetes.io/metadata.name": "other"}}, {"labels": {"a b": ""}}, {"annotations": {"a": "b"}}, {"namespace": "x"}, {"uid": "x"}):
        yield "namespace", [("POST", NAMESPACES, namespace("n", **metadata)), ("GET", one, None), *end]
    for name in ("", "A", "a.b", "a" * 64, "-a", "a_b", "default"):
        yield "namespace name", [("POST", NAMESPACES, namespace(name))]
    for spec in ({}, {"finalizers": []}, {"finalizers": ["bad"]}, {"finalizers": "x"}, {"finalizers": [5]}, {"finalizers": ["a b/c"]}, {"unknown": 1}, 5, []):
        yield "namespace spec", [("POST", NAMESPACES, namespace("n", spec)), ("GET", one, None), *end]
    body = namespace("n")
    for status in ({}, {"phase": "Terminating"}, {"phase": 5}, {"conditions": [{"type": "T", "status": "True"}]}, {"conditions": "x"}):
        yield "namespace status", [("POST", NAMESPACES, {**body, "status": status}), ("PUT", one + "/status", {**body, "status": status}), ("PATCH:merge", one + "/status", {"status": status}), ("GET", one, None), *end]
    for patch in ({"metadata": {"labels": {"a": "b"}}}, {"metadata": {"labels": None}}, {"spec": {"finalizers": []}}, {"spec": None}, {"status": None}, {"metadata": {"name": "m"}}, {"spec": {"finalizers": "x"}}):
        for kind in ("merge", "strategic"):
            yield "namespace patch", [("POST", NAMESPACES, body), (f"PATCH:{kind}", one, patch), (f"PATCH:{kind}", one + "/status", patch), ("GET", one, None), *end]
    yield "namespace put", [("POST", NAMESPACES, body), ("PUT", one, namespace("n", {"finalizers": []}, labels={"x": "y"})), ("PUT", one, namespace("m")), ("PUT", NAMESPACES + "/m", namespace("m")), *end]
    for spec in ({"finalizers": ["bad"]}, {"finalizers": ["kubernetes", "a/b"]}):
        yield "namespace finalize", [("POST", NAMESPACES, body), ("PUT", one + "/finalize", namespace("n", spec)), ("PUT", one + "/finalize", namespace("n", {"finalizers": ["kubernetes"]})), ("GET", one + "/finalize", None), ("PATCH:merge", one + "/finalize", {}), ("DELETE", one + "/finalize", None), *end]
    yield "namespace apply", [("PATCH:apply", one + "?fieldManager=m", namespace("n", labels={"a": "b"})), ("PATCH:apply", one + "?fieldManager=m", namespace("n")), *end]
    yield "namespaces that stay", [("DELETE", NAMESPACES + "/default", None), ("DELETE", NAMESPACES + "/kube-system", None), ("DELETE", NAMESPACES + "/missing", None), ("DELETE", NAMESPACES, None)]
    yield "namespace that goes", [
        ("POST", NAMESPACES, body),
        ("POST", NAMESPACES + "/n/services", service("s", {"ports": [{"port": 80}]})),
        ("DELETE", one, None),
        ("POST", NAMESPACES + "/n/services", service("t", {"ports": [{"port": 80}]})),
        ("POST", NAMESPACES, body),
        ("WAIT", "gone", None),
        ("GET", NAMESPACES + "/n/services", None),
        ("GET", one, None),
    ]


def core_event(**members):
    return {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}, "involvedObject": {"kind": "Service", "name": "s", "namespace": "default"}, **members}


def grouped_event(**members):
    event = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "metadata": {"name": "e"},
        "regarding": {"kind": "Service", "name": "s", "namespace": "default"},
        "eventTime": MICRO,
        "reportingController": "example.com/c",
        "reportingInstance": "i",
        "action": "Act",
        "reason": "Because",
        "type": "Normal",
    }
    event.update(members)
    return {name: value for name, value in event.items() if value != "drop"}


CORE_MEMBERS = [
    {},
    {"reason": "R", "message": "M", "type": "Warning", "count": 3, "firstTimestamp": TIME, "lastTimestamp": TIME, "source": {"component": "c", "host": "h"}},
    {"eventTime": MICRO},
    {"eventTime": MICRO, "reportingComponent": "example.com/c", "reportingInstance": "i", "action": "A", "reason": "R"},
    {"eventTime": MICRO, "reportingComponent": "bad name", "reportingInstance": "i" * 129, "action": "A" * 129, "reason": "R" * 129, "message": "m" * 1025},
    {"eventTime": TIME},
    {"eventTime": "x"},
    {"eventTime": 5},
    {"eventTime": None, "source": None, "involvedObject": None},
    {"firstTimestamp": "x"},
    {"firstTimestamp": MICRO},
    {"involvedObject": {}},
    {"involvedObject": {"namespace": "other"}},
    {"involvedObject": "x"},
    {"involvedObject": {"kind": 5}},
    {"count": "x"},
    {"count": -1},
    {"count": 2147483648},
    {"type": "Nonsense"},
    {"type": 5},
    {"series": {}},
    {"series": {"count": 1, "lastObservedTime": MICRO}},
    {"series": "x"},
    {"series": {"count": "x"}},
    {"related": {}},
    {"related": {"kind": "Pod", "name": "p"}},
    {"unknown": 1},
    {"note": "not here"},
    {"source": {"component": 5}},
    {"metadata": {"name": "E_e"}},
    {"metadata": {"name": "a/b"}},
    {"metadata": {"generateName": "e-"}},
    {"metadata": {"name": "e", "namespace": "other"}},
    {"metadata": {"name": "e", "labels": {"a b": "c"}}},
]
GROUPED_MEMBERS = [
    {},
    {"eventTime": "drop"},
    {"eventTime": TIME},
    {"type": "drop"},
    {"type": "Nonsense"},
    {"reason": "drop", "action": "drop", "reportingController": "drop", "reportingInstance": "drop"},
    {"reportingController": "bad name"},
    {"note": "n", "related": {"kind": "Pod"}},
    {"note": "n" * 1025},
    {"deprecatedCount": 1, "deprecatedSource": {"component": "c"}, "deprecatedFirstTimestamp": TIME, "deprecatedLastTimestamp": TIME},
    {"series": {"count": 1}},
    {"series": {"count": 2, "lastObservedTime": MICRO}},
    {"series": {"count": 2, "lastObservedTime": "x"}},
    {"regarding": "drop"},
    {"regarding": {"namespace": "other"}},
    {"regarding": 5},
    {"message": "not here"},
    {"metadata": {"name": "E_e"}},
    {"metadata": {"name": "e", "labels": {"a b": "c"}, "finalizers": ["bad"]}},
]


def events():
    ends = [("DELETE", CORE + "/e", None)]
    table = ("GET", GROUPED + "?fieldSelector=metadata.name%3De", None)
    for members in CORE_MEMBERS:
        if "generateName" in members.get("metadata", {}):
            yield "generated event", [("POST", CORE + "?dryRun=All", core_event(**members))]
            continue
        look = [("GET", CORE + "/e", None), ("GET", GROUPED + "/e", None)]
        yield "core event", [("POST", CORE, core_event(**members)), *look, *ends]
        yield "core event by put", [("PUT", CORE + "/e", core_event(**members)), *look, *ends]
        yield "core event update", [("POST", CORE, core_event()), ("PUT", CORE + "/e", core_event(**members)), *look, *ends]
        yield "core event patch", [("POST", CORE, core_event()), ("PATCH:merge", CORE + "/e", members), ("PATCH:strategic", CORE + "/e", members), *look, *ends]
        yield "strict core event", [("POST", CORE + "?fieldValidation=Strict", core_event(**members)), *look, *ends]
    for members in GROUPED_MEMBERS:
        look = [("GET", GROUPED + "/e", None), ("GET", CORE + "/e", None)]
        changes = {name: None if value == "drop" else value for name, value in members.items()}
        yield "event", [("POST", GROUPED, grouped_event(**members)), *look, table, *ends]
        yield "event by put", [("PUT", GROUPED + "/e", grouped_event(**members)), *look, *ends]
        yield "event update", [("POST", GROUPED, grouped_event()), ("PUT", GROUPED + "/e", grouped_event(**members)), *look, *ends]
        yield "event patch", [("POST", GROUPED, grouped_event()), ("PATCH:merge", GROUPED + "/e", changes), *look, *ends]
        yield "patch of a core event", [("POST", CORE, core_event()), ("PATCH:merge", GROUPED + "/e", changes), *look, *ends]
        yield "event apply", [("PATCH:apply", GROUPED + "/e?fieldManager=m", grouped_event(**members)), *look, *ends]
    series = {"series": {"count": 2, "lastObservedTime": MICRO}}
    yield "two managers", [
        ("PATCH:apply", GROUPED + "/e?fieldManager=m", grouped_event()),
        ("PATCH:merge", GROUPED + "/e?fieldManager=u", series),
        ("PATCH:merge", CORE + "/e?fieldManager=v", {"metadata": {"labels": {"a": "b"}}, "message": "x"}),
        ("PATCH:apply", CORE + "/e?fieldManager=m", core_event(metadata={"name": "e"})),
        *ends,
    ]
    for path in (CORE, GROUPED):
        yield "events of a path", [("POST", CORE, core_event()), ("GET", path + "/missing", None), ("DELETE", path + "/missing", None), ("DELETE", path + "?fieldSelector=metadata.name%3De", None), ("POST", path, core_event()), ("POST", path, grouped_event()), *ends]
        yield "event twice", [("POST", CORE, core_event()), ("POST", path, core_event() if path == CORE else grouped_event()), ("DELETE", path + "/e", None)]
    for selector in ("regarding.name=s", "regarding.kind=Service", "reportingController=example.com/c", "involvedObject.name=s", "source=c", "type=Normal", "reason=Because", "involvedObject.kind=Pod"):
        for path in (CORE, GROUPED):
            yield "event selector", [("POST", GROUPED, grouped_event()), ("GET", f"{path}?fieldSelector=metadata.name%3De,{selector}", None), *ends]
