"""known_faults.py on a recording in which upstream's fault happened: python3 known_faults_test.py CLUSTERIPCTL LOG…"""

import copy
import json
import subprocess
import sys
import unittest

import known_faults

PROGRAM, LOGS = sys.argv[1], sys.argv[2:]


def findings():
    done = subprocess.run([PROGRAM, "replay", "--output=json", *LOGS], capture_output=True, text=True, check=False)
    return [one for one in json.loads(done.stdout)["findings"] if one["severity"] == "error"]


class KnownFaults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.findings = findings()
        assert cls.findings

    def test_each_error_of_the_recording_is_explained_by_its_chain(self):
        for finding in self.findings:
            fault, links = known_faults.explain(finding, finding["chain"])
            self.assertIn(fault, (known_faults.LOST, known_faults.TAKEN))
            self.assertGreaterEqual(len(links), 3)
            self.assertEqual([link["time"] for link in links], sorted(link["time"] for link in links))

    def test_a_chain_without_one_of_its_steps_explains_nothing(self):
        for finding in self.findings:
            _, links = known_faults.explain(finding, finding["chain"])
            for step in links[:3]:
                rest = [link for link in finding["chain"] if link["what"] != step["what"]]
                self.assertIsNone(known_faults.explain(finding, rest), step)

    def test_a_chain_explains_only_what_it_is_about(self):
        finding = copy.deepcopy(self.findings[0])
        for one in finding["objects"]:
            one["name"] = "somebody-else"
        self.assertIsNone(known_faults.explain(finding, finding["chain"]))
        finding = copy.deepcopy(self.findings[0])
        for rule in ("unusable-address", "family-mismatch", "orphan-ipaddress", "outside-every-range", "malformed"):
            finding["rule"] = rule
            self.assertIsNone(known_faults.explain(finding, finding["chain"]))

    def test_the_audit_log_explains_an_address_that_was_lost(self):
        def event(verb, resource, second, user="system:apiserver", **more):
            return {"verb": verb, "auditID": f"{verb}-{second}", "stageTimestamp": f"2026-11-23T00:15:{second}.000000Z",
                    "objectRef": {"resource": resource, **more.pop("ref")}, "user": {"username": user},
                    "responseStatus": {"code": 201 if verb == "create" else 200}, **more}

        finding = {"rule": "missing-ipaddress", "address": "10.96.0.7",
                   "objects": [{"kind": "Service", "namespace": "default", "name": "a"}]}
        address = {"ref": {"name": "10.96.0.7"}}
        made = event("create", "ipaddresses", "10", **address)
        given = event("update", "services", "11", user="admin", ref={"namespace": "default", "name": "a"},
                      responseObject={"spec": {"clusterIPs": ["10.96.0.7"]}})
        deleted = event("delete", "ipaddresses", "12", **address)
        fault, links = known_faults.explain(finding, [], [made, given, deleted])
        self.assertEqual(fault, known_faults.LOST)
        self.assertEqual([link["auditID"] for link in links], ["update-11", "delete-12"])
        mended = event("create", "ipaddresses", "50", **address)
        self.assertIsNotNone(known_faults.explain(finding, [], [made, given, deleted, mended]))
        again = event("create", "ipaddresses", "13", **address)
        late = event("delete", "ipaddresses", "40", **address)
        by_hand = event("delete", "ipaddresses", "12", user="admin", **address)
        for events in ([made, given, deleted, again], [made, given, late], [made, given, by_hand], [made, deleted],
                       [made, given]):
            self.assertIsNone(known_faults.explain(finding, [], events), events)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
