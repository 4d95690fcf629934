"""The Python verifier agrees with the verdicts that the Rust side expects.

    cargo run --example tamper -- /tmp/exports
    AUDIT_EXPORTS=/tmp/exports pytest test_verify_audit.py
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import verify_audit

if "AUDIT_EXPORTS" not in os.environ:
    pytest.exit("set AUDIT_EXPORTS to a folder made by `cargo run --example tamper -- OUT`", 2)
EXPORTS = Path(os.environ["AUDIT_EXPORTS"])
EXPECTED = json.loads((EXPORTS / "expected.json").read_text())
KEY = ["--public-key", EXPECTED["public_key"]]
ANCHORS = ["--anchors", str(EXPORTS / EXPECTED["anchors"])]


def verify(capsys, folder, *known):
    """Exit code and result of the command."""
    code = verify_audit.main([str(folder), *known])
    return code, json.loads(capsys.readouterr().out)


def name(case):
    known = [word for word in ("key", "anchors") if case[word]]
    return "-".join([case["folder"], *known])


@pytest.mark.parametrize("case", EXPECTED["cases"], ids=name)
def test_verdict(case, capsys):
    known = (KEY if case["key"] else []) + (ANCHORS if case["anchors"] else [])
    code, result = verify(capsys, EXPORTS / case["folder"], *known)
    assert (result["ok"], result["first_bad"]) == (case["ok"], case["first_bad"]), result
    assert code == (0 if case["ok"] else 1)
    assert case["ok"] == (result["faults"] == [])


def test_there_are_cases_of_every_kind():
    folders = {case["folder"].split("-")[0] for case in EXPECTED["cases"]}
    assert {"good", "flip", "drop", "swap", "cut", "rewrite", "replace", "form"} <= folders
    assert len(EXPECTED["cases"]) > 300


@pytest.mark.parametrize("file", ["entries.ndjson", "checkpoints.ndjson", "manifest.json"])
def test_no_byte_can_be_flipped(file, tmp_path, capsys):
    folder = tmp_path / "export"
    shutil.copytree(EXPORTS / "good", folder)
    good = (folder / file).read_bytes()
    for at in range(0, len(good), 23):
        (folder / file).write_bytes(good[:at] + bytes([good[at] ^ 1 << at % 8]) + good[at + 1 :])
        _, result = verify(capsys, folder, *KEY)
        row = good[:at].count(b"\n") + 1 if file == "entries.ndjson" else None
        assert (result["ok"], result["first_bad"]) == (False, row), at


def test_command_line(tmp_path):
    def run(*arguments):
        command = [sys.executable, verify_audit.__file__, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good = run(EXPORTS / "good", *KEY, *ANCHORS)
    assert (good.returncode, json.loads(good.stdout)["ok"]) == (0, True)
    assert json.loads(good.stdout)["warning"] is None
    assert "not origin" in json.loads(run(EXPORTS / "good").stdout)["warning"]
    assert run(EXPORTS / "drop-5").returncode == 1
    assert run(tmp_path / "none").returncode == 1
    assert run(EXPORTS / "good", "--public-key", "00" * 32).returncode == 2
    (tmp_path / "anchors").write_text("{}\n")
    assert "line 1" in run(EXPORTS / "good", "--anchors", tmp_path / "anchors").stderr
    assert run().returncode == 2


# RFC 8032, section 7.1, tests 1 to 3.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701"
        "cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d"
        "0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f7609"
        "84dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize("vector", VECTORS)
def test_signatures(vector):
    key, message, signature = map(bytes.fromhex, vector)
    assert verify_audit.signature_holds(key, signature, message)
    assert not verify_audit.signature_holds(key, signature, message + b"x")
    for at in range(0, 64, 7):
        changed = signature[:at] + bytes([signature[at] ^ 1]) + signature[at + 1 :]
        assert not verify_audit.signature_holds(key, changed, message)
    larger = int.from_bytes(signature[32:], "little") + verify_audit.ORDER
    if larger < 2**256:
        assert not verify_audit.signature_holds(
            key, signature[:32] + larger.to_bytes(32, "little"), message
        )


def test_unusable_keys():
    for key in ["01" + "00" * 31, "ee" + "ff" * 30 + "7f", "02" + "00" * 31, "00" * 32]:
        assert verify_audit.decode(bytes.fromhex(key)) is None, key


def test_times_outside_the_calendar():
    assert verify_audit.instant(0) == "1970-01-01T00:00:00.000000Z"
    assert verify_audit.instant(-62_135_596_800_000_000) == "0001-01-01T00:00:00.000000Z"
    assert verify_audit.instant(253_402_300_799_999_999) == "9999-12-31T23:59:59.999999Z"
    for at_us in [-(2**63), -62_135_596_800_000_001, 253_402_300_800_000_000, 2**63 - 1]:
        assert verify_audit.instant(at_us) == ""
