"""pack.py OUT ASKED GIVEN [ASKED GIVEN …]: questions and answers as one packed recording, without what is drawn.

Node ports are drawn, so they are left out; in a message about one, so is the message.
"""
import gzip
import json
import sys


def without_draws(answer):
    if answer.get("code") == 200:
        answer["spec"].pop("healthCheckNodePort", None)
        for port in answer["spec"].get("ports") or []:
            port.pop("nodePort", None)
    elif answer.get("code") == 500:
        answer.pop("causes", None)
    elif answer.get("error", "").startswith("duplicate nodePort"):
        answer["error"] = "duplicate nodePort"
    for cause in answer.get("causes", []):
        if cause[0] == "FieldValueDuplicate" and cause[1].endswith("nodePort"):
            cause[2] = "?"
            answer.pop("message", None)
    return answer


def main():
    out, files = sys.argv[1], sys.argv[2:]
    rows = []
    for asked, given in zip(files[0::2], files[1::2]):
        with open(asked, encoding="utf-8") as questions, open(given, encoding="utf-8") as answers:
            for question, answer in zip(questions, answers):
                rows.append({"request": json.loads(question), "answer": without_draws(json.loads(answer))})
    lines = "".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) + "\n" for row in rows)
    with gzip.GzipFile(out, "wb", 9, mtime=0) as packed:
        packed.write(lines.encode())
    print(f"{out}: {len(rows)} requests")


main()
