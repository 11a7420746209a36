"""The faults that a live run plants: for every rule about the state one, through etcd or the API."""

import copy
import signal
import uuid

from client import NETWORKING

SERVICES = "/api/v1/namespaces/default/services"
FAMILY, MANAGED = "ipaddress.kubernetes.io/ip-family", "ipaddress.kubernetes.io/managed-by"


def must(answer, what):
    code, body = answer
    if code not in (200, 201):
        raise SystemExit(f"live: {what}: {code} {body}")
    return body


class Planter:
    """Plants on one plane; each method leaves a fault behind that no controller of upstream mends.

    The repair loops of the apiservers mend most of what is wrong with an address in a range, at once. Addresses that lie
    in no range they leave alone, so most faults are planted there: 10.222.0.0/24.
    """

    def __init__(self, plane):
        self.plane = plane
        self.api = plane.apis[0]
        self.made = 0

    def call(self, *request):
        """Over a connection of its own: the server may have closed an idle one."""
        self.api.connection = None
        return self.api.call(*request)

    def service(self, spec, name=None):
        self.made += 1
        body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name or f"planted-{self.made}"},
                "spec": {"ports": [{"port": 80}], "selector": {"app": "planted"}, **spec}}
        return must(self.call("POST", SERVICES, body), "a Service")

    def stored_service(self, address, like, **spec):
        """A Service in etcd that no apiserver has allocated anything for."""
        self.made += 1
        forged = copy.deepcopy(like)
        name = f"planted-{self.made}"
        forged["metadata"].update(name=name, uid=str(uuid.uuid4()))
        forged["metadata"].pop("resourceVersion", None)
        forged["spec"].update(clusterIP=address, clusterIPs=[address], **spec)
        forged.update(apiVersion="v1", kind="Service")
        self.plane.put_in_etcd(f"/registry/services/specs/default/{name}", forged)
        return name

    def ip_address(self, address, service, labels):
        body = {"apiVersion": "networking.k8s.io/v1", "kind": "IPAddress", "metadata": {"name": address, "labels": labels},
                "spec": {"parentRef": {"resource": "services", "namespace": "default", "name": service}}}
        return must(self.call("POST", f"{NETWORKING}/ipaddresses", body), "an IPAddress")

    def free_address(self):
        """One that the load has left; an orphan of its own would hide the planted one."""
        _, body = self.call("GET", f"{NETWORKING}/ipaddresses")
        taken = {one["metadata"]["name"] for one in body["items"]}
        return next(address for address in (f"10.96.0.{number}" for number in range(254, 0, -1)) if address not in taken)

    def range(self, name, cidr):
        body = {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "metadata": {"name": name}, "spec": {"cidrs": [cidr]}}
        return must(self.call("POST", f"{NETWORKING}/servicecidrs", body), "a ServiceCIDR")

    def plant_all(self):
        """Gives (rule, address or name in the finding, how it was planted), one by one, after each was planted."""
        good = self.service({}, "planted-good")
        held = good["spec"]["clusterIP"]
        both = {FAMILY: "IPv4", MANAGED: "ipallocator.k8s.io"}
        self.stored_service(held, good)
        yield "duplicate-address", held, "etcd: a second Service with the address"
        self.stored_service("10.222.0.2", good)
        yield "missing-ipaddress", "10.222.0.2", "etcd: a Service without IPAddress"
        yield "outside-every-range", "10.222.0.2", "the same, in no range"
        self.stored_service("10.222.0.3", good)
        self.ip_address("10.222.0.3", "planted-good", {})
        yield "wrong-parent", "10.222.0.3", "API: an IPAddress that names another Service"
        name = self.stored_service("10.222.0.5", good)
        self.ip_address("10.222.0.5", name, {MANAGED: "ipallocator.k8s.io"})
        yield "wrong-labels", "10.222.0.5", "API: an IPAddress without family label"
        orphan = self.free_address()
        self.ip_address(orphan, "nobody", both)
        yield "orphan-ipaddress", orphan, "API: an IPAddress of no Service"
        self.stored_service("10.96.0.0", good)
        yield "unusable-address", "10.96.0.0", "etcd: a Service with the network address"
        name = self.stored_service("10.222.0.8", good, ipFamilies=["IPv6"])
        yield "family-mismatch", name, "etcd: an IPv4 address, family IPv6"
        self.stored_service("10.222.0.300", good)
        yield "malformed", "10.222.0.300", "etcd: an address that is none"
        self.range("planted-going", "10.97.0.0/28")
        self.service({"clusterIP": "10.97.0.5"}, "planted-keeper")
        must(self.call("DELETE", f"{NETWORKING}/servicecidrs/planted-going"), "deletion of a ServiceCIDR")
        yield "held-by-terminating", "planted-going", "API: a range deleted, a Service in it"

    def plant_without_controller(self, wait_for_finalizer):
        """What the controller of ServiceCIDRs would mend: it is stopped meanwhile."""
        self.range("planted-stuck", "10.98.0.0/28")
        wait_for_finalizer(self.api, "planted-stuck")
        self.plane.signal("controller-manager", signal.SIGSTOP)
        self.range("planted-bare", "10.99.0.0/28")
        yield "unprotected-range", "planted-bare", "API: a ServiceCIDR, the controller stopped"
        must(self.call("DELETE", f"{NETWORKING}/servicecidrs/planted-stuck"), "deletion of a ServiceCIDR")
        yield "stuck-terminating", "planted-stuck", "API: an empty range deleted, the controller stopped"

    def plant_default(self):
        """The default range in etcd is not the flag's: the apiservers only warn."""
        _, self.default = self.call("GET", f"{NETWORKING}/servicecidrs/kubernetes")
        forged = copy.deepcopy(self.default)
        forged["metadata"].pop("resourceVersion")
        forged["spec"]["cidrs"][0] = "10.95.0.0/24"
        self.plane.put_in_etcd("/registry/servicecidrs/kubernetes", forged)
        yield "default-differs", "kubernetes", "etcd: another CIDR in ServiceCIDR kubernetes"
        yield "api-service-outside-default", "kubernetes", "the same"
