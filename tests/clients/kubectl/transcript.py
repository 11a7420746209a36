#!/usr/bin/env python3
"""Plays transcripts of kubectl sessions against a server, and compares what is printed with what they say.

    transcript.py --kubectl VERSION=PROGRAM… --kubeconfig FILE [--record] FILE…

A transcript is read like a terminal:

    # A comment, kept when the transcript is recorded again.
    $ kubectl get service a          a command, given to bash; `> ` begins its further lines
    NAME   TYPE …                    what it prints to both outputs, as normal_text makes it
    [exit 1]                         where it ends with another code than 0
    @ 1.29 1.31                      begins the output of these versions, where the versions differ

`--record` writes what the server answers into the files: the expected text is that of a real control plane, never
our own. Exit 0 where everything is as written, 1 where not.
"""

import argparse
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SECONDS = 60

# What differs from run to run, from build to build or from one address of a band to another, and the word for it.
WORDS = [
    (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UID"),
    (r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
    (r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}", "TIME"),
    (r'(resourceVersion"?: )"\d+"', r"\1REVISION"),
    (r"(Client Version: v\d+\.\d+)\.\d+", r"\1"),
    (r"(Kustomize Version: ).*", r"\1ANY"),
    (r"(Server Version: v\d+\.\d+\.\d+)\S*", r"\1"),
    (r"https?://127\.0\.0\.1:\d+", "SERVER"),
    (r"\x1b\[[0-9;]*m", ""),
    (r"\b10\.96\.0\.(1[7-9]|[2-9]\d|1\d\d|2\d\d)\b", "DRAWN-IPV4"),
    (r"\bfd00:96::[1-9a-f][0-9a-f]{2,3}\b", "DRAWN-IPV6"),
    (r"\b3(0(08[6-9]|09\d|[1-9]\d\d)|[12]\d{3})\b", "DRAWN-PORT"),
    (r"(?<=\s)(\d+[smh])+(?=\s{2,}|$)", "AGE"),
    (r"/tmp/(LIVE|MERGED)-\d+", r"\1"),
    (r"\t\d{4}-\d\d-\d\d .*", ""),
    (r"kubectl-edit-\d+", "kubectl-edit-N"),
    # A patch that does not fit is quoted whole, in the order in which a server holds its members.
    (r'(patch: Invalid value: )"(\\.|[^"\\])*"', r"\1PATCH"),
]
PATTERNS = [(re.compile(pattern), word) for pattern, word in WORDS]


def normal_text(text):
    """Lines with the words for what may vary, one space for the padding of a column, no blanks at the end."""
    lines = []
    for line in text.splitlines():
        for pattern, word in PATTERNS:
            line = pattern.sub(word, line)
        line = line.replace("\t", "  ")
        body = line.lstrip(" ")
        lines.append(" " * (len(line) - len(body)) + re.sub(r" {2,}", "  ", body).rstrip())
    while lines and not lines[-1]:
        lines.pop()
    return lines


class Step:
    """One command, what stands before it, and its output: for all versions (key "") or for each."""

    def __init__(self, head, command):
        self.head = head
        self.command = command
        self.outputs = {"": []}

    def expected(self, version):
        return self.outputs.get(version, self.outputs[""])

    def text(self):
        lines = [*self.head, "$ " + self.command[0], *("> " + line for line in self.command[1:])]
        groups = {}
        for version, output in self.outputs.items():
            groups.setdefault("\n".join(output), []).append(version)
        if len(groups) == 1:
            return lines + next(iter(self.outputs.values()))
        for output, versions in groups.items():
            if versions != [""]:
                lines += ["@ " + " ".join(version for version in versions if version), *output.split("\n")]
        return lines


def read(path):
    """The steps of a transcript, and the lines behind the last one."""
    steps, head = [], []
    keys = [""]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("$ "):
            steps.append(Step(head, [line[2:]]))
            head, keys = [], [""]
        elif line.startswith("#") or (not line and (not steps or head)):
            head.append(line)
        elif not line:
            head = [line]
        elif line.startswith("> "):
            steps[-1].command.append(line[2:])
        elif line.startswith("@ "):
            keys = line[2:].split()
            for key in keys:
                steps[-1].outputs[key] = []
        else:
            # A blank line inside an output was taken for the head of a next step.
            for key in keys:
                steps[-1].outputs[key] += [*head, line]
            head = []
    return steps, head


def play(step, folder, kubeconfig):
    environment = dict(os.environ, HOME=str(folder / "home"), PATH=f"{folder}:{os.environ['PATH']}", KUBECONFIG=str(kubeconfig), LC_ALL="C.UTF-8")
    try:
        done = subprocess.run(
            ["bash", "-c", "\n".join(step.command)],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [f"[no end within {SECONDS} s]"]
    lines = normal_text(done.stdout.decode("utf-8", "replace"))
    return lines + ([f"[exit {done.returncode}]"] if done.returncode else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kubectl", action="append", required=True)
    parser.add_argument("--kubeconfig", type=pathlib.Path, required=True)
    parser.add_argument("--record", action="store_true")
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    transcripts = [(path, *read(path)) for path in options.files]
    programs = dict(entry.split("=", 1) for entry in options.kubectl)
    played = wrong = 0
    answers = {}
    for version, program in programs.items():
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "home").mkdir()
            (folder / "kubectl").symlink_to(pathlib.Path(program).resolve())
            for path, steps, _ in transcripts:
                for step in steps:
                    played += 1
                    output = play(step, folder, options.kubeconfig.resolve())
                    answers.setdefault(id(step), {})[version] = output
                    if options.record or output == step.expected(version):
                        continue
                    wrong += 1
                    print(f"{path.name}, kubectl {version}: $ {step.command[0]}")
                    for line in difflib.unified_diff(step.expected(version), output, "expected", "printed", lineterm="", n=2):
                        print("    " + line)
    if options.record:
        for path, steps, tail in transcripts:
            for step in steps:
                step.outputs = answers[id(step)]
            lines = [line for step in steps for line in step.text()] + tail
            path.write_text("\n".join(lines).rstrip("\n") + "\n", encoding="utf-8")
    print(f"kubectl {', '.join(programs)}: {played} commands, " + ("recorded" if options.record else f"{wrong} print something else"))
    sys.exit(1 if wrong else 0)


main()
