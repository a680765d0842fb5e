#!/usr/bin/env python3
"""Derives draws again from their published records alone: verify_draw.py RECORD... (oldest first)."""
import hashlib, hmac, json, sys

def sha(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()

def verify(raw, before):
    record = json.loads(raw)
    canon = lambda value: json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    terms, rows = record["committed"], [line.split("\t") for line in record["frame"]]
    assert canon(record).encode() == raw, "form"
    assert sha("".join(line + "\n" for line in record["frame"])) == terms["frame_hash"], "frame"
    assert sha(canon(terms)) == record["commitment"], "commitment"
    assert before is None or terms["previous"] == sha(before), "chain"
    assert before is None or terms["number"] == json.loads(before)["committed"]["number"] + 1, "chain"
    assert all(sha(h["value"]) == h["commitment"] for h in record["halves"] if h["value"]), "seed"
    seed = sha("\n".join([record["commitment"], *(h["value"] for h in record["halves"]), record["public_value"]]))
    number = lambda text: hmac.new(bytes.fromhex(seed), text.encode(), "sha256").hexdigest()
    must, out = {p["unit"] for p in terms["forced"]} | set(terms["due"]), {p["unit"] for p in terms["excluded"]}
    sample = []
    for stratum in terms["strata"] if record["state"] == "DRAWN" else []:
        order = sorted((r[0] not in must, number(r[0]), r) for r in rows if r[1] == stratum["code"] and r[0] not in out)
        for _, _, r in order[:max(stratum["quota"], sum(not turn[0] for turn in order))]:
            free = sorted((v for v in terms["visitors"] if v not in r[2].split(",")), key=lambda v: number(r[0] + "/" + v))
            sample.append({"unit": r[0], "stratum": r[1], "visitors": free[:terms["visitors_per_unit"]]})
    assert sample == record["sample"], "sample"

documents = [open(path, "rb").read() for path in sys.argv[1:]]
for before, document in zip([None] + documents, documents): verify(document, before)
