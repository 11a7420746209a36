"""Requests that no careful client sends: odd bodies, headers, paths, queries and options.

A body may be Raw: bytes as they are, and headers of its own (raw.py).
"""

import base64
import itertools
import json
import urllib.parse

from raw import Raw
from scenarios import ADDRESSES, CIDRS, SERVICES, service

STRICT = "?fieldValidation=Strict"
GOOD = service("b", {"ports": [{"port": 80}], "clusterIP": "10.96.0.9"})
END = ("DELETE", SERVICES + "/b", None)
RANGE = {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "metadata": {"name": "b"}, "spec": {"cidrs": ["10.50.0.0/24"]}}


TYPED = '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80%s}]}%s}'
BODIES = [
    "",
    " ",
    "{",
    "}",
    "nul",
    "null",
    "true",
    "5",
    '"text"',
    "[]",
    "{}",
    "{}{}",
    "{} x",
    "\ufeff{}",
    "{\"a\"}",
    "{'a':1}",
    "{a:1}",
    '{"a":1,}',
    '{"a":01}',
    '{"a":.5}',
    '{"a":+1}',
    '{"a":1e400}',
    '{"a":NaN}',
    '{"a":"\\x"}',
    '{"a":"\\u12"}',
    '{"a":"\n"}',
    '{"a":"\x00"}',
    "{" * 20,
    "[" * 20,
    TYPED % ("", "") + " ",
    TYPED % ("", "") + "\n{}",
    TYPED % ("", ',"spec":{}'),
    TYPED % ("", ',"metadata":{"name":"c"}'),
    TYPED % (',"port":81', ""),
    TYPED % (',"Port":81', ""),
    TYPED % (',"PROTOCOL":"UDP"', ""),
    TYPED % ("", ',"Spec":{"type":"NodePort"}'),
    TYPED % ("", ',"unknown":1,"unknown":2'),
    TYPED % (',"unknown":{"deep":1}', ',"other":[1]'),
    TYPED % (',"protocol":null', ',"status":null'),
    TYPED % (',"protocol":""', ',"status":{}'),
    TYPED % (',"nodePort":2147483648', ""),
    TYPED % (',"nodePort":-2147483649', ""),
    TYPED % (',"nodePort":9223372036854775808', ""),
    TYPED % (',"nodePort":1e3', ""),
    TYPED % (',"nodePort":80.0', ""),
    TYPED % (',"nodePort":-0', ""),
    TYPED % (',"nodePort":-1', ""),
    TYPED % (',"nodePort":true', ""),
    TYPED % (',"targetPort":2147483648', ""),
    TYPED % (',"targetPort":1.5', ""),
    TYPED % (',"targetPort":true', ""),
    TYPED % (',"targetPort":{}', ""),
    TYPED % (',"targetPort":[]', ""),
    TYPED % (',"targetPort":""', ""),
    TYPED % (',"targetPort":-1', ""),
    TYPED % (',"name":"\\ud800"', ""),
    TYPED % (',"name":"\\u00e9"', ""),
    TYPED % (',"name":"a\\u0000b"', ""),
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"ports":[null]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"ports":[[]]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"ports":{}}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"ports":[80]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"clusterIPs":[null]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"clusterIPs":[5]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"clusterIPs":"10.96.0.9"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"ipFamilyPolicy":5}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"selector":{"a":null}}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":{"selector":[]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b"},"spec":[]}',
    '{"apiVersion":"v1","kind":"Service","metadata":[],"spec":{}}',
    '{"apiVersion":"v1","kind":"Service","metadata":"b"}',
    '{"apiVersion":"v1","kind":"Service","metadata":null}',
    '{"apiVersion":"v1","kind":"Service"}',
    '{"apiVersion":1,"kind":"Service"}',
    '{"apiVersion":"v1","kind":[]}',
    '{"apiVersion":"v1","kind":{}}',
    '{"apiVersion":null,"kind":null,"metadata":{"name":"b"},"spec":{"clusterIP":"10.96.0.9","ports":[{"port":80}]}}',
    '{"apiVersion":"","kind":"Service","metadata":{"name":"b"}}',
    '{"apiVersion":"v1/v2/v3","kind":"Service","metadata":{"name":"b"}}',
    '{"apiVersion":"/v1","kind":"Service","metadata":{"name":"b"}}',
    '{"apiVersion":"v1","kind":"service","metadata":{"name":"b"}}',
    '{"apiVersion":"v1","kind":"ServiceList","items":[]}',
    '{"apiVersion":"v1","kind":"List","items":[]}',
    '{"apiVersion":"v1","kind":"Status"}',
    '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"b"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","creationTimestamp":"x"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","creationTimestamp":5}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","creationTimestamp":""}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","deletionTimestamp":"2026-13-01T00:00:00Z"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","deletionTimestamp":"2026-02-30T00:00:00Z"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","deletionTimestamp":"2026-02-01T00:00:00"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","deletionTimestamp":"2026-02-01 00:00:00Z"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","deletionTimestamp":"2026-02-01T00:00:00.Z"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","deletionTimestamp":"2026-02-01T00:00:00Zx"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","deletionGracePeriodSeconds":"5"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","generation":1.5}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","generation":9223372036854775808}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","finalizers":"x"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","finalizers":[1]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","ownerReferences":[{"uid":5}]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","managedFields":[{"fieldsV1":5}]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","managedFields":[{"time":"x"}]}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","labels":"x"}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","labels":{"a":{}}}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","annotations":{"a":true}}}',
    '{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","uid":5}}',
]
BYTES = [b"\xff\xfe", b'{"a":"\xff"}', b'{"apiVersion":"v1","kind":"Service","metadata":{"name":"b","labels":{"a":"\xff"}}}', b"k8s\x00", b"k8s\x00\xff\xff", b"\x1f\x8b\x08\x00"]
YAML = [
    "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {clusterIP: 10.96.0.9, ports: [{port: 80}]}\n",
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {clusterIP: 10.96.0.9, ports: [{port: 80}]}\n---\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: b, name: c}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {ports: [{port: '80'}]}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: 5}\n",
    "apiVersion: v1\nkind: Service\nmetadata: {name: b, labels: {a: yes}}\n",
    "a: b: c\n",
    "\ta: b\n",
    "",
    "x",
    "- a\n",
    "a: &x [*x]\n",
    "&a [*a]\n",
    "apiVersion: v1\nkind: Service\nmetadata: &m {name: b}\nspec: *m\n",
]


def bodies():
    good_types = ["application/json"]
    for text, kind in itertools.product([*BODIES, *BYTES], good_types):
        for query in ("", STRICT):
            yield "post", [("POST", SERVICES + query, Raw(text, Content_Type=kind)), ("GET", SERVICES + "/b", None)]
    for text in BODIES[:30]:
        yield "post of a range", [("POST", CIDRS, Raw(text)), ("GET", CIDRS + "/b", None)]
        yield "put", [("POST", SERVICES, GOOD), ("PUT", SERVICES + "/b", Raw(text)), END]
        yield "delete with a body", [("POST", SERVICES, GOOD), ("DELETE", SERVICES + "/b", Raw(text)), END]
        for kind in ("merge-patch+json", "json-patch+json", "strategic-merge-patch+json"):
            yield "patch " + kind, [("POST", SERVICES, GOOD), ("PATCH", SERVICES + "/b", Raw(text, Content_Type="application/" + kind)), END]
        yield "apply", [("PATCH", SERVICES + "/b?fieldManager=m", Raw(text, Content_Type="application/apply-patch+yaml")), END]
    for text in YAML:
        for query in ("", STRICT):
            yield "yaml", [("POST", SERVICES + query, Raw(text, Content_Type="application/yaml")), END]
        yield "apply of yaml", [("PATCH", SERVICES + "/b?fieldManager=m", Raw(text, Content_Type="application/apply-patch+yaml")), END]


CONTENT_TYPES = [
    "",
    "text/plain",
    "text/json",
    "application/json; charset=utf-8",
    "application/json;charset=utf-16",
    "APPLICATION/JSON",
    " application/json ",
    "application/json,text/plain",
    "application/yaml",
    "application/x-yaml",
    "application/vnd.kubernetes.protobuf",
    "application/cbor",
    "application/*",
    "*/*",
    "json",
    "application/json; x",
    "application/apply-patch+yaml",
    "application/merge-patch+json",
    "application/merge-patch+json; charset=utf-8",
    "multipart/form-data; boundary=x",
]
ACCEPTS = [
    "application/json",
    "application/yaml",
    "text/html",
    "text/html, */*",
    "image/png",
    "*/*;q=0.1",
    "application/*",
    "application/json;pretty=1",
    "application/json;as=Table;v=v1;g=meta.k8s.io",
    "application/json;as=Table;v=v1beta1;g=meta.k8s.io",
    "application/json;as=Table;v=v9;g=meta.k8s.io",
    "application/json;as=Table;g=meta.k8s.io",
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
    "application/json;as=Nonsense;v=v1;g=meta.k8s.io",
    "application/json;as=Nonsense;v=v1;g=meta.k8s.io,application/json",
    "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
    "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
    "application/json;stream=watch",
    "application/json;charset=utf-16",
    "garbage",
    ",",
    "application/json;;",
    "application/json;q=x",
]


def headers():
    text = json.dumps(GOOD)
    for kind in CONTENT_TYPES:
        yield "content type of a post", [("POST", SERVICES, Raw(text, Content_Type=kind)), END]
        yield "content type of a patch", [("POST", SERVICES, GOOD), ("PATCH", SERVICES + "/b", Raw('{"metadata":{"labels":{"a":"b"}}}', Content_Type=kind)), END]
        yield "content type of a delete", [("POST", SERVICES, GOOD), ("DELETE", SERVICES + "/b", Raw("{}", Content_Type=kind)), END]
    for accept in ACCEPTS:
        for path in (SERVICES + "/b", SERVICES, SERVICES + "/missing", CIDRS, "/api", "/apis", "/api/v1", "/version"):
            if "version" not in path and path not in ("/api", "/apis", "/api/v1"):
                yield "accept of " + path, [("POST", SERVICES, GOOD), ("GET", path, Raw(None, Accept=accept)), END]
        yield "accept of a post", [("POST", SERVICES, Raw(text, Accept=accept)), END]
    for accept in ACCEPTS[8:17]:
        for query in ("includeObject=None", "includeObject=Object", "includeObject=Metadata", "includeObject=Nonsense"):
            yield "rows with " + query, [("POST", SERVICES, GOOD), ("GET", SERVICES + "/b?" + query, Raw(None, Accept=accept)), END]


PATHS = [
    "/api/v1/services",
    "/api/v1/services/",
    "/api/v1//services",
    "//api/v1/services",
    "/api/v1/services/b",
    "/api/v1/namespaces/default/services/",
    "/api/v1/namespaces/default/services/b/",
    "/api/v1/namespaces//services",
    "/api/v1/namespaces/default//b",
    "/api/v1/namespaces/default/services/b/proxy",
    "/api/v1/namespaces/default/services/b/scale",
    "/api/v1/namespaces/default/services/b/status",
    "/api/v1/namespaces/default/services/b/status/more",
    "/api/v1/namespaces/default/services/missing/status",
    "/api/v1/namespaces/default/services/..",
    "/api/v1/namespaces/default/services/.",
    "/api/v1/namespaces/default/services/%2e%2e",
    "/api/v1/namespaces/default/services/a%2Fb",
    "/api/v1/namespaces/default/services/a%00b",
    "/api/v1/namespaces/default/services/%zz",
    "/api/v1/namespaces/default/services/B",
    "/api/v1/namespaces/default/services/" + "a" * 300,
    "/api/v1/namespaces/BAD_NS/services",
    "/api/v1/namespaces/default/nothing",
    "/api/v1/namespaces/default/nothing/x",
    "/api/v1/namespaces/default/namespaces",
    "/api/v1/namespaces/default/namespaces/x",
    "/api/v1/namespaces/default/status",
    "/api/v1/namespaces/default/finalize",
    "/api/v1/namespaces/default/nonsense",
    "/api/v1/namespaces/missing/status",
    "/api/v1/watch",
    "/api/v1/watch/nothing",
    "/apis/networking.k8s.io",
    "/apis/networking.k8s.io/v2",
    "/apis/networking.k8s.io/v2/servicecidrs",
    "/apis/networking.k8s.io/v1/namespaces/default/servicecidrs",
    "/apis/networking.k8s.io/v1/namespaces/default/servicecidrs/x",
    "/apis/networking.k8s.io/v1/servicecidrs/kubernetes/status",
    "/apis/networking.k8s.io/v1/servicecidrs/kubernetes/scale",
    "/apis/networking.k8s.io/v1/ipaddresses/10.96.0.1/status",
    "/apis/networking.k8s.io/v1/services",
    "/apis/networking.k8s.io/services",
    "/apis/v1/services",
    "/api/services",
    "/api/v1/SERVICES",
    "/API/v1/services",
    "/nothing",
    "/openapi",
    "/openapi/v3/nothing",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "NONSENSE"]


def paths():
    for path, method in itertools.product(PATHS, METHODS):
        # A deletion of all Services would take away the one that the controllers keep.
        if method == "DELETE" and path.rstrip("/").endswith(("services", "status/..", "services/.", "%2e%2e")):
            continue
        body = Raw("{}", Content_Type="application/merge-patch+json" if method == "PATCH" else "application/json")
        yield "path", [(method, path, body if method in ("POST", "PUT", "PATCH") else None)]


LABELS = ["a=b", "a==b", "a!=b", "a", "!a", "a in (b)", "a in (b,c)", "a notin (b)", "a in ()", "a in (", "a in b", "a in (b", "a in (b,)", "a in (,)", "a>1", "a<1", "a>x", "a>=1", "a=b,c=d", "a=b,", ",a=b", ",", "a,,b", "=b", "a=", "a!=", "a=b=c", "a b", "a%20b", "!", "!!a", "! a", "a in(b)", "in", "in in (in)", "notin", "x/y=z", "x/y/z=1", "/y=1", "x/=1", "A_.-b=1", "-a=1", "a=-b", "a=" + "b" * 64, "a" * 64, "a='b'", 'a="b"', "a\tin\t(b)", "a in (b) c", "a=b c", "(a)", "a)", "a!b", "a=b;c", "é=1", "a=é", "a in (b c)", "a=(b)", "<1", "a<", "a>", "a=b\\,c"]
FIELDS = ["metadata.name=b", "metadata.name==b", "metadata.name!=b", "metadata.namespace=default", "metadata.namespace!=default", "spec.type=ClusterIP", "spec.clusterIP=10.96.0.9", "spec.clusterIP=", "metadata.name", "=b", "metadata.name=", "metadata.name=a,metadata.name=b", "metadata.name=b,spec.type=ClusterIP", "metadata.name=b,", ",metadata.name=b", ",", "metadata.name=a\\,b", "metadata.name=a\\=b", "metadata.name=a\\b", "metadata.name=a\\", "metadata.name=a=b", "metadata.labels=x", "spec.ports=x", "foo=bar", "foo!=bar", "foo", "metadata.name>b", "metadata.name in (b)", " metadata.name=b", "metadata.name =b", "metadata.name= b", "Metadata.Name=b", "status.phase=Active", "spec.parentRef.name=x"]


def queries():
    begin = ("POST", SERVICES, {**GOOD, "metadata": {"name": "b", "labels": {"a": "b"}}})
    for text in LABELS:
        for path in (SERVICES, CIDRS):
            yield "label selector", [begin, ("GET", f"{path}?labelSelector={urllib.parse.quote(text)}", None), END]
    for text in FIELDS:
        for path in (SERVICES, CIDRS, ADDRESSES, "/api/v1/namespaces", "/api/v1/namespaces/default/events", "/apis/events.k8s.io/v1/namespaces/default/events"):
            # What the controllers do beside this is not the same at every moment.
            if "name!=" in text and (path == ADDRESSES or "events" in path) or "namespace" in text and "namespaces" in path:
                continue
            yield "field selector", [begin, ("GET", f"{path}?fieldSelector={urllib.parse.quote(text)}", None), END]
    numbers = ["", "0", "1", "-1", "1.5", "x", "99999999999999999999", "9223372036854775807", "9223372036854775808", "18446744073709551616", " 1", "1 ", "+1", "0x1", "1e3", "007"]
    for name, value in itertools.product(["limit", "timeoutSeconds", "resourceVersion"], numbers):
        if name == "resourceVersion" and value in ("9223372036854775807", "9223372036854775808"):
            continue  # the real server waits for it, for seconds
        yield f"list with {name}={value}", [("GET", f"{SERVICES}?fieldSelector=metadata.name%3Dkubernetes&{name}={urllib.parse.quote(value)}", None)]
        yield f"get with {name}={value}", [("GET", f"{SERVICES}/kubernetes?{name}={urllib.parse.quote(value)}", None)]
    words = ["", "true", "false", "1", "0", "t", "T", "TRUE", "yes", "x", "False"]
    for name, value in itertools.product(["watch", "allowWatchBookmarks", "sendInitialEvents", "follow"], words):
        yield f"list with {name}={value}", [("GET", f"{CIDRS}?fieldSelector=metadata.name%3Dkubernetes&timeoutSeconds=1&{name}={value}", None)]
    for match, version, more in itertools.product(["", "Exact", "NotOlderThan", "exact", "x"], ["", "0", "1"], ["", "&limit=1", "&continue=x", "&sendInitialEvents=true", "&watch=true&timeoutSeconds=1", "&watch=true&timeoutSeconds=1&sendInitialEvents=true", "&watch=true&timeoutSeconds=1&sendInitialEvents=false"]):
        if version == "1" and match != "NotOlderThan" and "watch" in more:
            continue  # what is kept from long ago depends on the server
        if version == "1" and match == "Exact":
            continue
        yield f"list with match {match} of {version}{more}", [("GET", f"{CIDRS}?fieldSelector=metadata.name%3Dkubernetes&resourceVersionMatch={match}&resourceVersion={version}{more}", None)]
    for start in ("default/b", "default/b\0", "b", "default-a/x", "/", "/default/b", "default/b/c", "\u00e9"):
        token = base64.urlsafe_b64encode(json.dumps({"v": "meta.k8s.io/v1", "rv": -1, "start": start}).encode()).decode().rstrip("=")
        for path in ("/api/v1/services", SERVICES, CIDRS):
            yield f"continue from {start!r}", [begin, ("GET", f"{path}?continue={token}", None), END]
    for value in ("1", "true", "yes", "0x1", "", "false", "True", "true&watch=false", "false&watch=true"):
        yield f"get with watch={value}", [("GET", f"{SERVICES}/kubernetes?timeoutSeconds=1&watch={value}", None)]
    for token in ("x", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhIn0", "e30", "%00", "%20", "a" * 500):
        yield "continue", [("GET", f"{SERVICES}?limit=1&continue={token}", None)]


WRITE_QUERIES = ["dryRun=", "dryRun=All", "dryRun=all", "dryRun=All&dryRun=All", "dryRun=All&dryRun=x", "dryRun=x", "dryRun", "fieldValidation=", "fieldValidation=Strict", "fieldValidation=strict", "fieldValidation=Ignore", "fieldValidation=Warn", "fieldValidation=x", "fieldValidation=Strict&fieldValidation=Ignore", "fieldManager=m", "fieldManager=", "fieldManager=" + "a" * 128, "fieldManager=" + "a" * 129, "fieldManager=a%0Ab", "fieldManager=%C3%A9", "fieldManager=%FF", "fieldManager=%E2%80%8B", "force=true", "force=false", "force=x", "pretty=true", "pretty=x", "unknown=1", "timeout=1s", "timeout=x", "timeout=-1s", "timeout=0s", "timeout=99h", "gracePeriodSeconds=1", "gracePeriodSeconds=x", "gracePeriodSeconds=-1", "orphanDependents=x", "propagationPolicy=x", "propagationPolicy=", "%zz", "a=%zz", ";", "&&", "dryRun=All;fieldManager=x"]


def write_options():
    begin = ("POST", SERVICES, GOOD)
    odd = {**GOOD, "spec": {**GOOD["spec"], "unknown": 1}}
    for query in WRITE_QUERIES:
        yield "create?" + query[:60], [("POST", f"{SERVICES}?{query}", odd), ("GET", SERVICES + "/b", None), END]
        yield "update?" + query[:60], [begin, ("PUT", f"{SERVICES}/b?{query}", odd), END]
        yield "patch?" + query[:60], [begin, ("PATCH:merge", f"{SERVICES}/b?{query}", {"metadata": {"labels": {"x": "y"}}, "spec": {"unknown": 1}}), END]
        yield "apply?" + query[:60], [("PATCH:apply", f"{SERVICES}/b?{query}", GOOD), END]
        if "fieldManager" not in query:
            yield "apply by m?" + query[:60], [("PATCH:apply", f"{SERVICES}/b?fieldManager=m&{query}", GOOD), END]
        yield "delete?" + query[:60], [begin, ("DELETE", f"{SERVICES}/b?{query}", None), ("GET", SERVICES + "/b", None), END]
        yield "get?" + query[:60], [begin, ("GET", f"{SERVICES}/b?{query}", None), END]
        yield "list?" + query[:60], [begin, ("GET", f"{SERVICES}?fieldSelector=metadata.name%3Db&{query}", None), END]


DELETE_OPTIONS = [
    {},
    [],
    "x",
    5,
    None,
    {"kind": "DeleteOptions"},
    {"kind": "DeleteOptions", "apiVersion": "v1"},
    {"kind": "DeleteOptions", "apiVersion": "meta.k8s.io/v1"},
    {"kind": "DeleteOptions", "apiVersion": "networking.k8s.io/v1"},
    {"kind": "DeleteOptions", "apiVersion": "policy/v1"},
    {"kind": "DeleteOptions", "apiVersion": "v9"},
    {"kind": "Nonsense", "apiVersion": "v1"},
    {"kind": "Service", "apiVersion": "v1"},
    {"kind": 5},
    {"gracePeriodSeconds": 0},
    {"gracePeriodSeconds": 30},
    {"gracePeriodSeconds": -1},
    {"gracePeriodSeconds": "x"},
    {"gracePeriodSeconds": 1.5},
    {"gracePeriodSeconds": None},
    {"propagationPolicy": "Background"},
    {"propagationPolicy": "Foreground"},
    {"propagationPolicy": "Orphan"},
    {"propagationPolicy": "Nonsense"},
    {"propagationPolicy": ""},
    {"propagationPolicy": 5},
    {"orphanDependents": False},
    {"orphanDependents": True},
    {"orphanDependents": "x"},
    {"orphanDependents": False, "propagationPolicy": "Background"},
    {"preconditions": {}},
    {"preconditions": 5},
    {"preconditions": {"uid": "x"}},
    {"preconditions": {"uid": ""}},
    {"preconditions": {"uid": 5}},
    {"preconditions": {"resourceVersion": "1"}},
    {"preconditions": {"resourceVersion": ""}},
    {"preconditions": {"resourceVersion": 1}},
    {"dryRun": ["All"]},
    {"dryRun": ["x"]},
    {"dryRun": []},
    {"dryRun": "All"},
    {"dryRun": ["All", "All"]},
    {"dryRun": [5]},
    {"unknown": 1},
    {"ignoreStoreReadErrorWithClusterBreakingPotential": True},
    {"ignoreStoreReadErrorWithClusterBreakingPotential": "x"},
]


def deletions():
    begin = ("POST", SERVICES, GOOD)
    for options in DELETE_OPTIONS:
        yield "delete options", [begin, ("DELETE", SERVICES + "/b", options), ("GET", SERVICES + "/b", None), END]
        yield "delete options of what is missing", [("DELETE", SERVICES + "/missing", options)]
    for query, options in itertools.product(["?gracePeriodSeconds=5", "?dryRun=All", "?propagationPolicy=Background"], [{}, {"gracePeriodSeconds": 1}, {"dryRun": ["All"]}, {"propagationPolicy": "Background"}]):
        yield "delete options twice", [begin, ("DELETE", SERVICES + "/b" + query, options), ("GET", SERVICES + "/b", None), END]
    for options in DELETE_OPTIONS:
        yield "collection", [begin, ("DELETE", SERVICES + "?labelSelector=nothing%3Dthere", options), END]
    for query in ("?limit=1", "?fieldSelector=metadata.name%3Db", "?fieldSelector=foo%3Db", "?labelSelector=a%20b", "?resourceVersion=x", "?dryRun=All&fieldSelector=metadata.name%3Db", "?watch=true&fieldSelector=metadata.name%3Db", "?resourceVersionMatch=Exact"):
        more = "&labelSelector=nothing" if query == "?limit=1" else ""
        yield "collection " + query, [begin, ("DELETE", SERVICES + query + more, None), ("GET", SERVICES + "/b", None), END]


NAMES = [
    {"name": ""},
    {"name": None},
    {"name": ".."},
    {"name": "a/b"},
    {"name": "a%b"},
    {"name": "b", "namespace": ""},
    {"name": "b", "namespace": "default"},
    {"name": "b", "namespace": "kube-system"},
    {"name": "b", "namespace": "a/b"},
    {"name": "b", "generateName": "g-"},
    {"name": "b", "generateName": "G_"},
    {"generateName": "G_"},
    {"generateName": "g."},
    {"generateName": ""},
    {"generateName": "a" * 63 + "-"},
    {"name": "b", "resourceVersion": ""},
    {"name": "b", "resourceVersion": "0"},
    {"name": "b", "resourceVersion": "x"},
    {"name": "b", "uid": ""},
    {"name": "b", "uid": "x"},
    {"name": "b", "selfLink": "x"},
    {"name": "b", "generation": -1},
    {"name": "b", "deletionGracePeriodSeconds": 5},
    {"name": "b", "ownerReferences": [{"apiVersion": "v1", "kind": "Service", "name": "x", "uid": "y"}]},
    {"name": "b", "ownerReferences": [{"apiVersion": "v1", "kind": "Event", "name": "x", "uid": "y"}]},
    {"name": "b", "ownerReferences": [{"apiVersion": "v1", "kind": "Service", "name": "x", "uid": "y", "controller": True}] * 2},
    {"name": "b", "finalizers": ["foregroundDeletion", "orphan"]},
    {"name": "b", "finalizers": ["kubernetes"]},
    {"name": "b", "labels": {"a" * 64: "b"}},
    {"name": "b", "labels": {"a": "b" * 64}},
    {"name": "b", "labels": {"": ""}},
    {"name": "b", "annotations": {"a": "b" * 262144}},
    {"name": "b", "annotations": {"A/b": "c"}},
    {"name": "b", "managedFields": [{"manager": "m", "operation": "Nonsense"}]},
    {"name": "b", "managedFields": [{"manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsType": "x", "fieldsV1": {}}]},
    {"name": "b", "managedFields": [{"manager": "a" * 129, "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}}]},
    {"name": "b", "managedFields": [{"manager": "m", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"bad": {}}}]},
    {"name": "b", "managedFields": [{"manager": "m", "operation": "Update", "apiVersion": "v9", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}}}]},
]


def names():
    """Metadata of creates, updates and patches."""
    begin = ("POST", SERVICES, GOOD)
    for metadata in NAMES:
        body = {**GOOD, "metadata": metadata}
        if metadata.get("generateName") and not metadata.get("name"):
            yield "generated name", [("POST", SERVICES + "?dryRun=All", {**body, "spec": {"ports": [{"port": 80}], "clusterIP": "None"}})]
            continue
        release = ("PATCH:merge", SERVICES + "/b", {"metadata": {"finalizers": None}})
        yield "metadata of a create", [("POST", SERVICES, body), release, END]
        yield "metadata of an update", [begin, ("PUT", SERVICES + "/b", body), release, END]
        yield "metadata of an update that creates", [("PUT", SERVICES + "/b", body), release, END]
        yield "metadata of an apply that creates", [("PATCH:apply", SERVICES + "/b?fieldManager=m", body), release, END]
        yield "metadata of a patch", [begin, ("PATCH:merge", SERVICES + "/b", {"metadata": metadata}), release, END]
        yield "metadata of an apply", [begin, ("PATCH:apply", SERVICES + "/b?fieldManager=m", {**body, "spec": {}}), release, END]
        yield "metadata of a status", [begin, ("PUT", SERVICES + "/b/status", body), release, END]
        yield "metadata of a range", [("POST", CIDRS, {**RANGE, "metadata": metadata}), ("PATCH:merge", CIDRS + "/b", {"metadata": {"finalizers": None}})]
