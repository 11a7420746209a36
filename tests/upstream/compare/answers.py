"""What of an answer must agree between two servers, and what may differ."""

import copy
import ipaddress
import json
import re

# Members of metadata that are the server's own.
OWN = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "selfLink")


# Texts that name what only one of the servers has: identities, and addresses drawn for requests that then failed.
IDENTITY = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# The name of a scheme is the place in the source where it was made, which depends on the build.
SCHEME = re.compile(r'in scheme "[^"]*"')
# A patch that does not fit is quoted whole, with the members in the order of each server.
QUOTED_PATCH = re.compile(r'(Invalid value: )"(?:\\.|[^"\\])*"(?=: (?:json: |strict |unrecognized |cannot |error |no kind |converting |parsing time ))')
RECORDED = re.compile(r"(ResourceVersion in record) \(\d+\)")
# Lists of addresses in the words of a validation, one of which the update that it refuses had drawn.
QUOTED_LIST = re.compile(r'Invalid value: (\["[^]]*\])')
DRAWN_IN_VAIN = re.compile(r'(failed to allocate IP: IPAddress\.networking\.k8s\.io )"([0-9a-f.:]+)"')


# The name of an Event ends in when it was made.
EVENT_TIME = re.compile(r"\.[0-9a-f]{16}$")
AGE = re.compile(r"(\d+[smhdy]){1,2}|<invalid>")


class Normalizer:
    """Rewrites the answers of one server, so that those of two servers can be compared.

    Addresses and node ports that the server drew are replaced by what they were drawn from; the same one gets the same
    words for the rest of the scenario, in messages too.
    """

    def __init__(self, ranges, settled, owners=False):
        """`settled`: what the controllers write is compared too, for the scenario waits for them. `owners`: who owns
        which fields is compared too."""
        self.settled = settled
        self.owners = owners
        self.ranges = [ipaddress.ip_network(text) for text in ranges]
        self.words = {}
        self.generated = None

    def answer(self, code, body, sent):
        if not isinstance(body, dict):
            return {"code": code, "body": body}
        body = copy.deepcopy(body)
        asked = json.dumps(sent)
        self.generated = generated_name(sent)
        for item in self._objects(body):
            self._learn(item, asked)
            self._strip(item)
        if isinstance(body.get("metadata"), dict):
            body["metadata"].pop("resourceVersion", None)
        if body.get("kind") == "Status":
            details = body.get("details") or {}
            for cause in details.get("causes") or []:
                self._learn_drawn_in_vain(cause.get("message") or "", asked)
            details.pop("uid", None)
            if any(cause.get("reason") == "FieldManagerConflict" for cause in details.get("causes") or []):
                # Upstream walks over a map of managers.
                details["causes"].sort(key=lambda cause: (cause["message"], cause["field"]))
        return {"code": code, "body": self._replace(body)}

    def _objects(self, body):
        """The objects of a list, of a Table, or of a watch, which may be one of Tables."""
        if body.get("items"):
            return [each for item in body["items"] for each in (self._objects(item) if isinstance(item, dict) and "rows" in item else [item])]
        self._strip_table(body)
        return [row.get("object") for row in body.get("rows") or []] + [body]

    @staticmethod
    def _strip_table(body):
        for column in body.get("columnDefinitions") or []:
            # Where the columns come from, for people.
            column.pop("description", None)
        for row in body.get("rows") or []:
            row["cells"] = ["(age)" if AGE.fullmatch(str(cell)) else cell for cell in row["cells"]]

    def _learn(self, item, asked):
        if not isinstance(item, dict):
            return
        spec = item.get("spec") or {}
        for address in spec.get("clusterIPs") or []:
            if address != "None" and f'"{address}"' not in asked:
                self.words.setdefault(address, self._origin(address))
        if (item.get("metadata") or {}).get("name") == "kubernetes":
            # The port that this server listens on.
            for port in spec.get("ports") or []:
                port.pop("targetPort", None)
        for port in spec.get("ports") or []:
            number = port.get("nodePort") if isinstance(port, dict) else None
            if number and str(number) not in asked:
                self.words.setdefault(str(number), "drawn-port")
        if spec.get("healthCheckNodePort") and str(spec["healthCheckNodePort"]) not in asked:
            self.words.setdefault(str(spec["healthCheckNodePort"]), "drawn-port")

    def _learn_drawn_in_vain(self, message, asked):
        for quoted in QUOTED_LIST.findall(message):
            for address in re.findall(r'"([0-9a-f.:]+)"', quoted):
                if f'"{address}"' not in asked and (":" in address or address.count(".") == 3):
                    self.words.setdefault(address, self._origin(address))

    def _origin(self, address):
        """The range and the band that an address was drawn from; the words are the same wherever in it."""
        value = ipaddress.ip_address(address)
        for network in self.ranges:
            if value in network:
                hosts = network.num_addresses
                static = 0 if hosts <= 16 else max(16, min(256, hosts // 16))
                band = "static" if int(value) - int(network.network_address) <= static else "dynamic"
                return f"drawn-{band}-of-{network}"
        return "drawn-elsewhere"

    def _strip(self, item):
        metadata = item.get("metadata") if isinstance(item, dict) else None
        if not isinstance(metadata, dict):
            return
        if self.owners:
            metadata["owners"] = sorted(
                ({**entry, "time": "set"} for entry in metadata.get("managedFields") or []),
                key=lambda entry: tuple(entry.get(member, "") for member in ("manager", "operation", "subresource", "apiVersion")),
            )
        for member in OWN:
            metadata.pop(member, None)
        if "deletionTimestamp" in metadata:
            metadata["deletionTimestamp"] = "set"
        self._strip_repair(item)
        if "cidrs" in (item.get("spec") or {}) and not self.settled:
            metadata.pop("finalizers", None)
            item.pop("status", None)
        status = item.get("status")
        for condition in status.get("conditions") or [] if isinstance(status, dict) else []:
            condition.pop("lastTransitionTime", None)

    @staticmethod
    def _strip_repair(item):
        """An Event of the repair says when it was, and of which version of what."""
        if "ipallocator-repair-controller" not in (item.get("reportingComponent"), item.get("reportingController")):
            return
        item["eventTime"] = "set"
        item["metadata"]["name"] = EVENT_TIME.sub(".(time)", item["metadata"]["name"])
        for member in ("involvedObject", "regarding"):
            item.get(member, {}).pop("resourceVersion", None)

    def _replace(self, value):
        if isinstance(value, dict):
            return {key: self._replace(member) for key, member in value.items()}
        if isinstance(value, list):
            return [self._replace(member) for member in value]
        if isinstance(value, bool):
            return value
        if isinstance(value, int) and str(value) in self.words and value > 1024:
            return self.words[str(value)]
        if isinstance(value, str):
            if value in self.words:
                return self.words[value]
            value = QUOTED_PATCH.sub(r"\1(quoted)", value)
            value = SCHEME.sub('in scheme "(name)"', value)
            value = IDENTITY.sub("(identity)", value)
            value = self.generated.sub("(generated)", value) if self.generated else value
            value = RECORDED.sub(r"\1 (revision)", value)
            value = DRAWN_IN_VAIN.sub(lambda found: f'{found[1]}"{self._origin(found[2])}"', value)
            for address in sorted(self.words, key=len, reverse=True):
                if address in value and not address.isdigit():
                    value = value.replace(f'"{address}"', f'"{self.words[address]}"').replace(
                        f"IP {address}:", f"IP {self.words[address]}:"
                    )
        return value


def generated_name(sent):
    """The names that a server may make for what was sent, as a pattern; None where it has a name of its own."""
    metadata = sent.get("metadata") if isinstance(sent, dict) else None
    base = metadata.get("generateName") if isinstance(metadata, dict) and not metadata.get("name") else None
    return re.compile(re.escape(base[:58]) + r"[a-z0-9]{5}\b") if base else None


def differences(a, b, path=""):
    """Yields the path of each member in which two values differ, with both."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(set(a) | set(b)):
            yield from differences(a.get(key, "(absent)"), b.get(key, "(absent)"), f"{path}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (left, right) in enumerate(zip(a, b)):
            yield from differences(left, right, f"{path}[{index}]")
    elif a != b:
        yield path, a, b
