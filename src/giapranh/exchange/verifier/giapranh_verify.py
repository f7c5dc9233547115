"""Kiểm tra tệp chứng minh của một hồ sơ, không cần phần mềm Giáp Ranh. Proves an exported record on its own.

    python giapranh_verify.py HO-SO.proof [--key vn-20=<64 hex>] [--key vn-24=<64 hex>] [--json]

Needs Python 3.11 or later and the package "cryptography". Exit status 0: everything holds; 1: it does not; 2: wrong use.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "giapranh-proof/1"
AGREEMENT = "application/vnd.giapranh.agreement-text.v1+json"
LINE = 4_000_000
TYPE = re.compile(r"vn\.giapranh\.([a-z][a-z0-9-]*)\.v([1-9][0-9]*)")
NOTHING = "0" * 64
STATUS = {
    "received": "đã nhận",
    "withheld": "đã nhận, không có nội dung (bên gửi giữ lại)",
    "applied": "đã áp dụng",
    "quarantined": "bị cách ly",
    "read": "đã đọc",
}


class Broken(Exception):
    """The file does not prove what it says."""


@dataclass
class Stream:
    name: str
    keys: list[tuple[int, str]]  # from which number on which key signs
    seq: int = 0
    epoch: int = 0
    hash: str = NOTHING
    hashes: dict[str, tuple[int, int]] = field(default_factory=dict)  # hash: (epoch, seq)
    places: dict[int, str] = field(default_factory=dict)


@dataclass
class Report:
    subject: str
    nodes: list[dict[str, str]]
    streams: dict[str, Stream] = field(default_factory=dict)
    history: list[dict[str, Any]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)
    agreements: list[dict[str, Any]] = field(default_factory=list)
    key_changes: list[str] = field(default_factory=list)
    witnessed: list[tuple[str, str, str]] = field(default_factory=list)  # stream, head, by whom
    texts: list[tuple[dict[str, Any], int]] = field(default_factory=list)  # agreements, checked when all keys are known
    warnings: list[str] = field(default_factory=list)


def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in found}) != len(found):
        raise Broken("khóa JSON lặp lại")
    return dict(found)


def no_float(text: str) -> Any:
    raise Broken(f"số không hợp lệ: {text[:20]}")


def load(data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=pairs, parse_float=no_float, parse_constant=no_float)
    except (ValueError, RecursionError) as error:
        raise Broken(f"không phải JSON: {error}") from None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def message(payload_type: str, payload: bytes) -> bytes:
    """DSSE pre-authentication encoding."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def verifies(public: str, signature: bytes, signed: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public)).verify(signature, signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def open_envelope(raw: bytes) -> tuple[str, bytes, list[bytes]]:
    value = load(raw)
    try:
        signatures = [base64.b64decode(item["sig"], validate=True) for item in value["signatures"]]
        return value["payloadType"], base64.b64decode(value["payload"], validate=True), signatures
    except (KeyError, TypeError, ValueError) as error:
        raise Broken(f"phong bì sai cấu trúc: {error}") from None


def signers(publics: list[str], signatures: list[bytes], signed: bytes) -> list[str]:
    """Which of these keys signed; a signature counts once, a key once."""
    left, found = list(signatures), []
    for public in dict.fromkeys(publics):
        for signature in left:
            if verifies(public, signature, signed):
                found.append(public)
                left.remove(signature)
                break
    return found


class Verifier:
    def __init__(self, pinned: dict[str, str]) -> None:
        self.pinned = pinned
        self.report: Report | None = None
        self.all_keys: dict[str, list[str]] = {}

    def verify(self, path: Path) -> Report:
        with path.open("rb") as file:
            first = file.readline(LINE)
            self.report = self.begin(load(first))
            for number, line in enumerate(iter(lambda: file.readline(LINE), b""), start=2):
                try:
                    self.entry(load(line))
                except Broken as error:
                    raise Broken(f"dòng {number}: {error}") from None
        for body, seq in self.report.texts:
            self.agreement(body, seq)
        self.check_receipts()
        self.check_witness()
        if not self.report.history:
            raise Broken("không có mục nào của hồ sơ")
        return self.report

    def begin(self, value: Any) -> Report:
        if not isinstance(value, dict) or value.get("format") != FORMAT or len(value.get("nodes", [])) != 2:
            raise Broken("không phải tệp chứng minh của Giáp Ranh")
        for node in value["nodes"]:
            told = self.pinned.get(node["node"])
            if told is not None and told != node["root"]:
                raise Broken(f"khóa của {node['node']} trong tệp khác với khóa đã cho")
            self.all_keys[node["node"]] = [node["root"]]
        return Report(value["subject"], value["nodes"])

    def node(self, name: str) -> dict[str, str]:
        assert self.report is not None
        found = [node for node in self.report.nodes if node["node"] == name]
        if not found:
            raise Broken(f"đơn vị lạ: {name}")
        return found[0]

    def entry(self, line: Any) -> None:
        assert self.report is not None
        raw = base64.b64decode(line["envelope"])
        payload_type, payload, signatures = open_envelope(raw)
        header = load(payload)
        told = json.dumps(header, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
        if told != payload:
            raise Broken("phần đầu không ở dạng chuẩn tắc")
        kind = TYPE.fullmatch(header["type"])
        if not kind or payload_type != f"application/vnd.giapranh.{kind[1]}.v{kind[2]}+json":
            raise Broken("loại nội dung trên phong bì không khớp")
        giver = header["stream"].split(".")[0]
        stream = self.report.streams.setdefault(
            header["stream"], Stream(header["stream"], [(1, self.node(giver)["root"])])
        )
        signed = message(payload_type, payload)
        body = self.body(header, line.get("body"))
        self.link(stream, header, sha256(signed))
        self.signature(stream, header, kind[1], body, signatures, signed, giver)
        self.meaning(header, kind[1], body, sha256(signed), giver)

    def body(self, header: dict[str, Any], text: str | None) -> dict[str, Any] | None:
        if text is None:
            return None
        data = base64.b64decode(text)
        if len(data) != header["bodysize"] or sha256(data) != header["bodyhash"]:
            raise Broken(f"nội dung của mục {header['seq']} không khớp mã băm đã ký")
        return dict(load(data)["data"])

    def link(self, stream: Stream, header: dict[str, Any], hash_: str) -> None:
        if header["seq"] != stream.seq + 1 or header["prev"] != stream.hash or header["epoch"] < stream.epoch:
            raise Broken(f"chuỗi {stream.name} đứt ở mục {header['seq']}")
        stream.seq, stream.epoch, stream.hash = header["seq"], header["epoch"], hash_
        stream.hashes[hash_] = (header["epoch"], header["seq"])
        stream.places[header["seq"]] = hash_

    def signature(
        self,
        stream: Stream,
        header: dict[str, Any],
        kind: str,
        body: dict[str, Any] | None,
        signatures: list[bytes],
        signed: bytes,
        giver: str,
    ) -> None:
        present = [public for begin, public in stream.keys if begin <= header["seq"]][-1]
        if kind != "key":
            if not signers([present], signatures, signed):
                raise Broken(f"chữ ký của mục {header['seq']} trong {stream.name} không đúng")
            return
        if body is None:
            raise Broken("thiếu nội dung của mục đổi khóa")
        recovered = body["action"] == "recover"
        asked = [self.node(giver)["recovery"] if recovered else present, body["public"]]
        if len(signers(asked, signatures, signed)) != 2:
            raise Broken(f"mục đổi khóa {header['seq']} không đủ hai chữ ký")
        stream.keys.append((header["seq"] if recovered else header["seq"] + 1, body["public"]))
        self.all_keys[giver].append(body["public"])
        assert self.report is not None
        self.report.key_changes.append(f"{stream.name} {header['seq']}: {body['action']} {body['public']}")

    def meaning(self, header: dict[str, Any], kind: str, body: dict[str, Any] | None, hash_: str, giver: str) -> None:
        assert self.report is not None
        if kind == "agreement" and body and body.get("action") == "sign":
            self.report.texts.append((body, header["seq"]))
        if kind == "receipt" and body:
            self.report.witnessed += [(stream, head, giver) for stream, head in body["heads"].items()]
            for item in body["items"]:
                told = {"stream": body["stream"], "by": giver, "at": header["time"], "entry": hash_, **item}
                self.report.receipts.append(told)
        if header.get("subject") == self.report.subject:
            self.report.history.append(
                {
                    "stream": header["stream"], "epoch": header["epoch"], "seq": header["seq"], "hash": hash_,
                    "kind": kind, "by": giver, "at": header["time"], "version": header.get("version", 0),
                    "clause": header.get("clause", ""), "data": body,
                }
            )  # fmt: skip

    def agreement(self, body: dict[str, Any], seq: int) -> None:
        """Both sides signed the text; one key cannot stand for two."""
        assert self.report is not None
        payload_type, payload, signatures = open_envelope(base64.b64decode(body["text"]))
        signed = message(payload_type, payload)
        sides = [node for node, keys in self.all_keys.items() if signers(keys, signatures, signed)]
        known = [key for keys in self.all_keys.values() for key in dict.fromkeys(keys)]
        if payload_type != AGREEMENT or len(sides) != 2 or len(set(known)) != len(known):
            raise Broken("thỏa thuận không đủ chữ ký của hai bên")
        self.report.agreements.append(
            {"version": load(payload)["version"], "signed": sides, "entry": seq, "text": load(payload)}
        )

    def check_receipts(self) -> None:
        """Keep the receipts of this record's entries; each must name an entry of the chain as it stands."""
        assert self.report is not None
        mine = {item["hash"] for item in self.report.history}
        kept = []
        for receipt in self.report.receipts:
            if receipt["hash"] not in mine:
                continue
            stream = self.report.streams.get(receipt["stream"])
            if stream is None or stream.hashes.get(receipt["hash"]) != (receipt["epoch"], receipt["seq"]):
                raise Broken(f"biên nhận của mục {receipt['seq']} không khớp chuỗi")
            kept.append(receipt)
        self.report.receipts = kept

    def check_witness(self) -> None:
        """Heads in receipts: one that is not in the chain belongs to a branch that a restore replaced, or worse."""
        assert self.report is not None
        for name, head, by in self.report.witnessed:
            stream = self.report.streams.get(name)
            _, seq, hash_ = head.split(".")
            if stream is not None and 0 < int(seq) <= stream.seq and stream.places[int(seq)] != hash_:
                self.report.warnings.append(f"{by} từng ký đầu sổ {name} {head}, nay không có trong chuỗi")


def show(report: Report, pinned: dict[str, str]) -> list[str]:
    lines = [f"Hồ sơ: {report.subject}"]
    for node in report.nodes:
        known = "đã so với khóa được cho" if node["node"] in pinned else "HÃY SO VỚI BIÊN BẢN hai bên gặp nhau"
        lines.append(f"Đơn vị {node['node']} ({node['name']}): khóa {node['root']} – {known}")
    for agreement in report.agreements:
        lines.append(f"Thỏa thuận phiên bản {agreement['version']}: đủ chữ ký của {', '.join(agreement['signed'])}")
    for change in report.key_changes:
        lines.append(f"Đổi khóa: {change}")
    for item in sorted(report.history, key=lambda one: (one["at"], one["seq"])):
        content = "" if item["data"] is None else json.dumps(item["data"], ensure_ascii=False)
        lines.append(f"{item['at']}  {item['by']}  {item['kind']} bản {item['version']}  {item['clause']}  {content}")
        for receipt in report.receipts:
            if receipt["hash"] == item["hash"]:
                extra = " ".join(receipt.get(name, "") for name in ("reader", "answer", "reason")).strip()
                status = STATUS.get(receipt["status"], receipt["status"])
                lines.append(f"    {receipt['at']}  {receipt['by']} ký: {status} {extra}".rstrip())
    for stream in report.streams.values():
        lines.append(f"Đầu sổ {stream.name}: {stream.epoch}.{stream.seq} {stream.hash}")
    lines += [f"LƯU Ý: {warning}" for warning in dict.fromkeys(report.warnings)]
    lines.append("ĐÚNG: mọi chữ ký, mọi liên kết và mọi mã băm trong tệp đều khớp.")
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Kiểm tra tệp chứng minh của một hồ sơ trao đổi.")
    parser.add_argument("file", type=Path, help="tệp .proof")
    parser.add_argument("--key", action="append", default=[], metavar="ĐƠN-VỊ=KHÓA", help="khóa ghi trong biên bản")
    parser.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    asked = parser.parse_args(arguments)
    pinned = dict(pair.split("=", 1) for pair in asked.key if "=" in pair)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    try:
        report = Verifier(pinned).verify(asked.file)
    except OSError as error:
        sys.stderr.write(f"Không đọc được tệp: {error}\n")
        return 2
    except (Broken, LookupError, TypeError, ValueError, AttributeError) as error:
        sys.stderr.write(f"SAI: {error}\n")
        return 1
    if asked.json:
        value = {
            name: getattr(report, name)
            for name in ("subject", "nodes", "history", "receipts", "agreements", "warnings")
        }
        heads = {name: f"{s.epoch}.{s.seq}.{s.hash}" for name, s in report.streams.items()}
        sys.stdout.write(json.dumps({**value, "heads": heads}, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("\n".join(show(report, pinned)) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
