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

    def answer(self, code, body, sent):
        if not isinstance(body, dict):
            return {"code": code, "body": body}
        body = copy.deepcopy(body)
        asked = json.dumps(sent)
        for item in body.get("items") or [row.get("object") for row in body.get("rows") or []] or [body]:
            self._learn(item, asked)
            self._strip(item)
        self._strip_table(body)
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
        if "cidrs" in (item.get("spec") or {}) and not self.settled:
            metadata.pop("finalizers", None)
            item.pop("status", None)
        status = item.get("status")
        for condition in status.get("conditions") or [] if isinstance(status, dict) else []:
            condition.pop("lastTransitionTime", None)

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
            value = RECORDED.sub(r"\1 (revision)", value)
            value = DRAWN_IN_VAIN.sub(lambda found: f'{found[1]}"{self._origin(found[2])}"', value)
            for address in sorted(self.words, key=len, reverse=True):
                if address in value and not address.isdigit():
                    value = value.replace(f'"{address}"', f'"{self.words[address]}"').replace(
                        f"IP {address}:", f"IP {self.words[address]}:"
                    )
        return value


def difference(a, b, path=""):
    """The path of the first member in which two values differ, with both; None where they are equal."""
    if isinstance(a, dict) and isinstance(b, dict):
        for key in sorted(set(a) | set(b)):
            found = difference(a.get(key, "(absent)"), b.get(key, "(absent)"), f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for index, (left, right) in enumerate(zip(a, b)):
            found = difference(left, right, f"{path}[{index}]")
            if found:
                return found
        return None
    return None if a == b else (path, a, b)
