#!/usr/bin/env python3
"""Verifies an audit export of Wardround. Written from FORMAT.md (version 1) alone.

    verify_audit.py DIR [--public-key HEX] [--anchors FILE]

Needs Python 3.9 or later and nothing else: no network, no packages. Prints one JSON object with
ok, entries, head, first_bad, key, and faults. Exit code 0 if the export is intact, 1 if it is not,
2 if the arguments cannot be used.
"""

import argparse
import hashlib
import json
import os
import sys
from datetime import datetime, timedelta

KEPT = 1000
LINE_LIMIT = 16 * 1024 * 1024
ZEROS = bytes(32)
TOP = 2**64 - 1
FILES = ["entries.ndjson", "checkpoints.ndjson", "FORMAT.md"]
OUTCOMES = {"done": 1, "refused": 2, "failed": 3}
EXTENTS = {"to-head": 1, "part": 2}


class Unreadable(Exception):
    """Something does not follow the format."""


# --- Ed25519, RFC 8032 section 5.1, with the rules of FORMAT.md ------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def add(a, b):
    """Adds points in extended coordinates (x, y, z, t)."""
    s, t = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    u, v = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = t - s, v - u, v + u, t + s
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
    result = IDENTITY
    while n:
        if n & 1:
            result = add(result, point)
        point = add(point, point)
        n >>= 1
    return result


def encode(point):
    inverse = pow(point[2], -1, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data):
    """The point of an encoding; None if it is none, not canonical or of small order."""
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    point = (x, y, 1, x * y % P)
    eightfold = times(8, point)
    small = eightfold[0] == 0 and (eightfold[1] - eightfold[2]) % P == 0
    return None if small else point


BASE = decode((4 * pow(5, -1, P) % P).to_bytes(32, "little"))


def signature_holds(public_key, signature, message):
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    point = decode(public_key)
    if point is None or s >= ORDER or decode(r) is None:
        return False
    k = int.from_bytes(hashlib.sha512(r + public_key + message).digest(), "little") % ORDER
    minus = (P - point[0], point[1], 1, P - point[3])
    return encode(add(times(s, BASE), times(k, minus))) == r


# --- Bytes ----------------------------------------------------------------------------------------


def field(data):
    if isinstance(data, str):
        data = data.encode("utf-8")
    return len(data).to_bytes(4, "big") + data


def u64(number):
    return number.to_bytes(8, "big")


def i64(number):
    return number.to_bytes(8, "big", signed=True)


def opening(domain):
    return field(domain) + (1).to_bytes(4, "big")


def following(seq):
    """The next sequence number; the highest is followed by itself."""
    return min(seq + 1, TOP)


def sha256(data):
    return hashlib.sha256(data).digest()


def key_id(public_key):
    return hashlib.sha256(public_key).hexdigest()[:16]


def entry_hash(row):
    payload = (
        field(u64(row["seq"]))
        + field(i64(row["at_us"]))
        + b"".join(field(row[name]) for name in ("actor", "role", "action", "object"))
        + field(u64(OUTCOMES[row["outcome"]]))
        + field(row["facts"])
        + field(bytes.fromhex(row["commitment"] or ""))
    )
    before = opening("wardround/audit-entry") + u64(row["seq"]) + bytes.fromhex(row["prev"])
    return sha256(before + payload)


def commitment(detail):
    salt = bytes.fromhex(detail["salt"])
    return sha256(opening("wardround/audit-detail") + field(salt) + field(detail["text"]))


def checkpoint_bytes(item):
    return (
        opening("wardround/audit-checkpoint")
        + field(item["origin"])
        + field(u64(item["seq"]))
        + field(bytes.fromhex(item["hash"]))
        + field(i64(item["at_us"]))
    )


def manifest_bytes(item):
    data = opening("wardround/audit-manifest") + field(item["origin"]) + field(i64(item["at_us"]))
    data += field(u64(EXTENTS[item["extent"]]))
    data += b"".join(field(u64(item[name])) for name in ("first_seq", "last_seq", "count"))
    data += field(bytes.fromhex(item["prev"])) + field(bytes.fromhex(item["head"]))
    data += field(u64(len(item["files"])))
    for file in item["files"]:
        data += field(file["name"]) + field(u64(file["size"]))
        data += field(bytes.fromhex(file["sha256"]))
    return data


def instant(at_us):
    """RFC 3339 with microseconds, or the empty string outside the years 1 to 9999."""
    try:
        moment = datetime(1970, 1, 1) + timedelta(microseconds=at_us)
    except OverflowError:
        return ""
    return moment.isoformat(timespec="microseconds") + "Z"


# --- JSON: what a member may be -------------------------------------------------------------------


def text(value):
    if type(value) is not str:
        raise Unreadable("a text is expected")
    value.encode("utf-8")  # a lone surrogate is no text


def whole(value):
    if type(value) is not int or not 0 <= value < 2**64:
        raise Unreadable("a whole number is expected")


def time(value):
    if type(value) is not int or not -(2**63) <= value < 2**63:
        raise Unreadable("a time is expected")


def digits(length):
    def check(value):
        text(value)
        if len(value) != 2 * length or set(value) - set("0123456789abcdef"):
            raise Unreadable(f"{2 * length} hexadecimal digits are expected")

    return check


def public_key(value):
    digits(32)(value)
    if decode(bytes.fromhex(value)) is None:
        raise Unreadable("no usable public key")


def word(words):
    def check(value):
        text(value)
        if value not in words:
            raise Unreadable("unknown word")

    return check


def optional(check):
    return lambda value: None if value is None else check(value)


def members(shape):
    def check(value):
        if type(value) is not dict or set(value) != set(shape):
            raise Unreadable("other members are expected")
        for name, inner in shape.items():
            inner(value[name])

    return check


def array(check):
    def every(value):
        if type(value) is not list:
            raise Unreadable("an array is expected")
        for item in value:
            check(item)

    return every


DETAIL = {"salt": digits(16), "text": text}
ROW = {
    "seq": whole, "at": text, "at_us": time, "actor": text, "role": text, "action": text,
    "object": text, "outcome": word(OUTCOMES), "facts": text, "commitment": optional(digits(32)),
    "detail": optional(members(DETAIL)), "prev": digits(32), "hash": digits(32),
}  # fmt: skip
CHECKPOINT = {
    "origin": text, "seq": whole, "hash": digits(32), "at_us": time, "key_id": text,
    "public_key": public_key, "signature": digits(64),
}  # fmt: skip
FILE = {"name": text, "size": whole, "sha256": digits(32)}
MANIFEST = {
    "format": whole, "origin": text, "at": text, "at_us": time, "extent": word(EXTENTS),
    "first_seq": whole, "last_seq": whole, "count": whole, "prev": digits(32), "head": digits(32),
    "files": array(members(FILE)), "key_id": text, "public_key": public_key,
    "signature": digits(64),
}  # fmt: skip


def once(pairs):
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Unreadable("a member stands there twice")
    return value


def no_constant(name):
    raise Unreadable(f"{name} is no JSON")


def read(data, shape):
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=once, parse_constant=no_constant
        )
        members(shape)(value)
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error
    return value


def ordered(value, shape):
    return {name: value[name] for name in shape}


def written(value, **style):
    return (json.dumps(value, ensure_ascii=False, **style) + "\n").encode("utf-8")


def row_line(row):
    again = ordered(row, ROW)
    again["at"] = instant(row["at_us"])
    if row["detail"] is not None:
        again["detail"] = ordered(row["detail"], DETAIL)
    return written(again, separators=(",", ":"))


def checkpoint_line(item):
    return written(ordered(item, CHECKPOINT), separators=(",", ":"))


def manifest_text(item):
    again = ordered(item, MANIFEST)
    again["files"] = [ordered(file, FILE) for file in item["files"]]
    return written(again, indent=2)


# --- Verification ---------------------------------------------------------------------------------


class Lines:
    """The lines of a file, which is measured on the way. A file that is missing has none."""

    def __init__(self, path):
        self.path, self.size, self.digest, self.error = path, 0, hashlib.sha256(), None

    def __iter__(self):
        """Gives each line as bytes, or None in place of one that is too long."""
        try:
            if not os.path.isfile(self.path):
                raise OSError("there is no such file")
            with open(self.path, "rb") as file:
                while line := file.readline(LINE_LIMIT):
                    self.measure(line)
                    if len(line) == LINE_LIMIT and not line.endswith(b"\n"):
                        while line := file.readline(LINE_LIMIT):
                            self.measure(line)
                            if line.endswith(b"\n"):
                                break
                        yield None
                    else:
                        yield line
        except OSError as error:
            self.error = str(error)

    def measure(self, data):
        self.size += len(data)
        self.digest.update(data)


class Verification:
    def __init__(self, folder, key=None, anchors=()):
        self.folder, self.key = folder, key
        self.faults, self.fault_count, self.first_bad = [], 0, None
        self.witnesses, self.lines, self.head = {}, 0, None
        self.manifest, self.sound, self.trusted, self.key_from = None, False, False, None
        anchor_keys = self.take_anchors(anchors)
        self.read_manifest(anchor_keys)
        checkpoints = self.read_checkpoints()
        entries = self.walk()
        self.tail()
        self.compare_files(entries, checkpoints)

    def fault(self, kind, seq, why):
        self.fault_count += 1
        if seq is not None:
            self.first_bad = seq if self.first_bad is None else min(seq, self.first_bad)
        if len(self.faults) < KEPT:
            self.faults.append({"kind": kind, "seq": seq, "text": why})

    def witness(self, item, anchor, counts):
        self.witnesses.setdefault(item["seq"], []).append((item, anchor, counts))

    # Step 1
    def take_anchors(self, anchors):
        keys = set()
        for number, anchor in enumerate(anchors, 1):
            if why := flaw(anchor):
                self.fault("anchor", None, f"anchor number {number}: {why}")
            else:
                keys.add(anchor["public_key"])
                self.witness(anchor, True, True)
        return keys

    # Step 2
    def read_manifest(self, anchor_keys):
        try:
            with open(os.path.join(self.folder, "manifest.json"), "rb") as file:
                data = file.read()
            manifest = self.manifest = read(data, MANIFEST)
        except (OSError, Unreadable) as error:
            self.fault("manifest", None, f"the manifest cannot be read: {error}")
            return
        flaws = []
        if manifest_text(manifest) != data:
            flaws.append("is not in its one form")
        if [file["name"] for file in manifest["files"]] != FILES:
            flaws.append("names other files")
        signer = bytes.fromhex(manifest["public_key"])
        if not (
            manifest["format"] == 1
            and manifest["at"] == instant(manifest["at_us"])
            and manifest["key_id"] == key_id(signer)
            and signature_holds(
                signer, bytes.fromhex(manifest["signature"]), manifest_bytes(manifest)
            )
        ):
            flaws.append("is not as it was signed")
        for why in flaws:
            self.fault("manifest", None, f"the manifest {why}")
        if flaws:
            return
        self.sound = True
        known = {self.key} if self.key else anchor_keys
        self.trusted = not known or manifest["public_key"] in known
        if not self.trusted:
            self.fault("key", None, f"signed by the key {key_id(signer)}, which is not trusted")
        elif self.key:
            self.key_from = "arguments"
        else:
            self.key_from = "anchors" if known else "export"

    # Step 3
    def read_checkpoints(self):
        lines = Lines(os.path.join(self.folder, "checkpoints.ndjson"))
        for number, line in enumerate(lines, 1):
            try:
                if line is None:
                    raise Unreadable("too long")
                item = read(line, CHECKPOINT)
                if checkpoint_line(item) != line:
                    raise Unreadable("not in its one form")
                if why := flaw(item):
                    raise Unreadable(why)
            except Unreadable as error:
                self.fault("checkpoint", None, f"checkpoint on line {number}: {error}")
                continue
            self.witness(item, False, self.key in (None, item["public_key"]))
        return lines

    # Step 4
    def walk(self):
        self.place = None
        if self.sound:
            self.place = self.manifest["first_seq"] or 1
            prev = ZEROS if self.place == 1 else bytes.fromhex(self.manifest["prev"])
            self.begin(prev)
            if not self.trusted and self.place > 1:
                self.fault("headless", 1, f"the export starts with entry {self.place}")
        lines = Lines(os.path.join(self.folder, "entries.ndjson"))
        for line in lines:
            self.lines += 1
            try:
                if line is None:
                    raise Unreadable("too long")
                row = read(line, ROW)
            except Unreadable as error:
                self.unreadable(error)
            else:
                self.entry(row, line)
        if self.place is None:
            self.place, self.reached = 1, 0
        return lines

    def begin(self, prev):
        self.head, self.seen, self.reached = prev, False, self.place - 1
        self.confront(self.place - 1, prev)

    def unreadable(self, error):
        if self.place is None:
            self.place = 1
        self.fault("unreadable", self.place, f"line {self.lines}: {error}")
        self.head, self.seen, self.reached = None, True, self.place
        self.place = following(self.place)

    def entry(self, row, line):
        seq, prev, stated = row["seq"], bytes.fromhex(row["prev"]), bytes.fromhex(row["hash"])
        if self.place is None:
            self.place = seq or 1
            self.begin(ZEROS if self.place == 1 else prev)
        place = self.place
        if row_line(row) != line:
            self.fault("form", place, f"line {self.lines} is not in its one form")
        if row["detail"] is not None and commitment(row["detail"]).hex() != row["commitment"]:
            self.fault("detail", place, "the details are not those of the commitment")
        follows = self.head is None or self.head == prev
        reached = seq
        if entry_hash(row) != stated:
            reached = place
            if seq == place and not follows:
                self.fault("previous", place, "the previous hash is another one")
            else:
                self.fault("content", place, "the hash is not that of the content")
        elif seq > place:
            self.fault("missing", place, f"entry {seq} stands in its place")
        elif seq < place:
            self.fault("out-of-order", place, f"entry {seq} stands in its place")
            return
        elif not follows and self.seen:
            self.fault("replaced", place - 1, "the next entry was chained to another one")
        elif not follows:
            self.fault("previous", place, "the previous hash is another one")
        if seq == place:
            self.confront(seq, stated)
        self.head, self.seen = stated, True
        self.reached, self.place = reached, following(reached)

    # Step 5
    def confront(self, seq, found):
        for item, anchor, counts in self.witnesses.get(seq, ()):
            if item["hash"] == found.hex():
                continue
            who = "an anchor" if anchor else "a checkpoint"
            if counts:
                self.fault("rewritten", seq, f"{who} knows another entry {seq}")
            else:
                self.fault("checkpoint", None, f"{who} of another key disagrees with entry {seq}")

    # Step 6
    def tail(self):
        after = following(self.reached)
        if self.manifest:
            last = self.manifest["last_seq"]
            name = lambda seq: seq if self.sound else None  # noqa: E731
            if last > self.reached:
                self.fault("cut", name(after), f"the manifest knows of entry {last}")
            elif last < self.reached:
                self.fault("surplus", name(following(last)), f"the manifest ends with entry {last}")
            elif self.lines and self.head and self.head.hex() != self.manifest["head"]:
                self.fault("head", name(last), "the manifest knows another hash")
            if self.manifest["count"] != self.lines:
                self.fault("count", None, f"the manifest says {self.manifest['count']} entries")
        for seq in sorted(seq for seq in self.witnesses if seq > self.reached):
            for item, anchor, counts in self.witnesses[seq]:
                if not counts:
                    self.fault("checkpoint", None, f"a checkpoint of another key knows of {seq}")
                elif not anchor or not self.excused(item):
                    self.fault("cut", after, f"something signed knows of entry {seq}")

    def excused(self, anchor):
        if not self.trusted:
            return False
        return self.manifest["extent"] == "part" or self.manifest["at_us"] < anchor["at_us"]

    # Step 7
    def compare_files(self, entries, checkpoints):
        text_of_format = Lines(os.path.join(self.folder, "FORMAT.md"))
        for _ in text_of_format:
            pass
        stated = {file["name"]: file for file in self.manifest["files"]} if self.manifest else {}
        for name, lines in zip(FILES, (entries, checkpoints, text_of_format)):
            file = stated.get(name)
            if lines.error:
                self.fault("file", None, f"{name}: {lines.error}")
            elif file and (file["size"], file["sha256"]) != (lines.size, lines.digest.hexdigest()):
                self.fault("file", None, f"{name} is not the file of the manifest")

    def result(self):
        return {
            "ok": self.fault_count == 0,
            "entries": self.lines,
            "head": self.head.hex() if self.head and self.lines else None,
            "first_bad": self.first_bad,
            "key": self.key_from,
            "warning": "The key came from the export itself: this proves integrity, not origin."
            if self.key_from == "export"
            else None,
            "fault_count": self.fault_count,
            "faults": self.faults,
        }


def flaw(item):
    """What is wrong with the signature of a checkpoint, or None."""
    signer = bytes.fromhex(item["public_key"])
    if item["key_id"] != key_id(signer):
        return "the key id is not that of the key"
    if not signature_holds(signer, bytes.fromhex(item["signature"]), checkpoint_bytes(item)):
        return "the signature does not hold"
    return None


def read_anchors(path):
    anchors = []
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    anchors.append(read(line, CHECKPOINT))
                except Unreadable as error:
                    raise Unreadable(f"{path}, line {number}: {error}") from error
    return anchors


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Verifies an audit export of Wardround.")
    parser.add_argument("folder", metavar="DIR")
    parser.add_argument("--public-key", metavar="HEX", help="the key of the installation")
    parser.add_argument("--anchors", metavar="FILE", help="signed checkpoints kept elsewhere")
    given = parser.parse_args(arguments)
    try:
        if given.public_key:
            public_key(given.public_key)
        anchors = read_anchors(given.anchors) if given.anchors else []
    except (OSError, Unreadable) as error:
        parser.error(str(error))
    result = Verification(given.folder, given.public_key, anchors).result()
    print(json.dumps(result, indent=2))
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
