#!/usr/bin/env python3
"""Is this dossier, or this receipt, what was recorded: complete, in order, and unaltered to the last bit?

    python verify.py BUNDLE [--key FINGERPRINT] [--tsa-ca FILE] [--language zh] [--json]

One file, to be read by whoever must rely on it: Python 3.9 or newer and the package `cryptography`, nothing else, no network. It shares no
line with the program that writes dossiers: what it checks is stated a second time, here, after the description of the format
(docs/reference/bundle.md). Exit code: 0 proven, 1 not proven, 2 wrong call.
"""
# Python 3.9 must read this file, so it does without what came later.
# ruff: noqa: UP017, B905

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import struct
import sys
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, BinaryIO, Callable, Iterator, Sequence, Union  # noqa: UP035

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

VERSION = 1
"""Of the bundle format that this file reads."""
HEAD_PREFIX, MANIFEST_PREFIX, RECEIPT_PREFIX = b"arrears tree head v1\n", b"arrears bundle manifest v1\n", b"arrears receipt v1\n"
GENESIS = "0" * 64
EVIDENCE = "evidence:kept"
EVIDENCE_HASH, EVIDENCE_ADDRESS = "original_sha256", "address"
MANIFEST, SIGNATURE, ORIGINAL, ORIGINAL_SIGNATURE = "manifest.json", "manifest.sig", "original-manifest.json", "original-manifest.sig"
ENTRIES, VALUES, PROOFS, HEADS, HEAD_SIGNATURES, KEYS = "entries.jsonl", "values.json", "proofs.json", "heads.jsonl", "heads.sig", "keys.json"
NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*")
CHUNK = 1 << 20
FINGERPRINT_DIGITS = 16

# ---- what it says, in two languages

WORDS: dict[str, tuple[str, str]] = {
    # container
    "no-bundle": ("This is neither a dossier (folder or .zip) nor a receipt.", "这既不是证据包（文件夹或 .zip），也不是回执。"),
    "container-start": ("The file does not begin as a dossier's .zip does: byte {at} is not what it must be.", "文件开头不符合证据包 .zip 的格式：第 {at} 字节不对。"),
    "container-header": ("The header of this file inside the .zip (at byte {at}) is not as it must be.", "该文件在 .zip 中的文件头（第 {at} 字节处）不符合格式。"),
    "container-checksum": ("The file's bytes do not fit its checksum in the .zip: bytes were altered.", "该文件的字节与 .zip 中的校验和不符：字节被改动。"),
    "container-directory": ("The .zip has bytes missing, added or altered outside its files: byte {at}.", ".zip 在各文件之外有字节缺失、增加或改动：第 {at} 字节。"),
    "container-name": ("A file name that a dossier does not have: {name}.", "证据包中不应有的文件名：{name}。"),
    "container-order": ("The files in the .zip are not in order of their names, or one comes twice.", ".zip 中的文件未按名称排列，或有重复。"),
    "container-link": ("This is a link or a special file, not a file.", "这是链接或特殊文件，不是普通文件。"),
    # manifest and files
    "missing": ("The file is missing.", "文件缺失。"),
    "not-listed": ("The file does not belong to the dossier: the manifest does not list it.", "该文件不属于本证据包：清单中没有列出。"),
    "size": ("The file has {actual} bytes, the manifest says {listed}: bytes are missing or were added.", "文件为 {actual} 字节，清单记为 {listed} 字节：有字节缺失或增加。"),
    "altered": ("The file was altered: its SHA-256 is {actual}, the manifest says {listed}.", "文件被改动：其 SHA-256 为 {actual}，清单记为 {listed}。"),
    "form": ("The file cannot be read as it must be: {why}.", "文件不符合规定格式：{why}。"),
    "unknown-version": ("The dossier is of version {version}, this verifier reads version {known}.", "证据包版本为 {version}，本工具只识别版本 {known}。"),
    "list-order": ("The manifest does not list its files in order, each once.", "清单中的文件未按顺序逐一列出。"),
    "manifest-signature": ("The manifest's signature does not fit: manifest or signature was altered, or another key signed.", "清单签名不符：清单或签名被改动，或由其他密钥签署。"),
    "manifest-key": ("The manifest is signed with a key ({key}) that is not among the dossier's keys.", "清单签名所用密钥（{key}）不在证据包的密钥之中。"),
    "manifest-checksum": ("The redacted manifest does not fit its checksum: it was altered.", "遮盖后的清单与其校验和不符：已被改动。"),
    "original-other": ("The redacted manifest names another original than the one enclosed.", "遮盖后的清单所指的原清单与所附的不同。"),
    "derivative-added": ("This file is not part of the original dossier, and nobody signed for it.", "该文件不在原证据包中，也无人为其签名。"),
    "derivative-changed": ("This file differs from the one that the institution signed for; only values may be taken out.", "该文件与机构签名的不同；遮盖只允许去除内容。"),
    "derivative-removed": ("This file was taken out, and the redacted manifest does not say so.", "该文件被去除，而遮盖后的清单未予说明。"),
    # keys and heads
    "key-id": ("The key's name does not fit the key: one of them was altered.", "密钥标识与密钥不符：其中之一被改动。"),
    "key-not-used": ("A key that signed nothing here.", "此密钥在此未签署任何内容。"),
    "key-pinned": ("The institution's key that you named is {wanted}, this was signed with {key}.", "您指定的机构密钥为 {wanted}，而此处由 {key} 签署。"),
    "head-key": ("The head is signed with a key ({key}) that is not among the keys.", "树头签名所用密钥（{key}）不在所附密钥之中。"),
    "head-signature": ("The head's signature does not fit: the head or its signature was altered, or another key signed.", "树头签名不符：树头或签名被改动，或由其他密钥签署。"),
    "head-order": ("The heads are not in order of their size, or not as many as signatures.", "树头未按大小排列，或与签名数目不同。"),
    "other-institution": ("It belongs to another institution: {actual} instead of {wanted}.", "属于另一机构：{actual}，应为 {wanted}。"),
    "head-named": ("The manifest names another head than the last one here.", "清单所指的树头与此处最后一个不同。"),
    "consistency-missing": ("There is no proof that the head of {first} entries is a beginning of the head of {second}.", "没有证明表明含 {first} 条的树头是含 {second} 条的树头的前段。"),
    "consistency": ("The head of {first} entries is not a beginning of the head of {second}: history was rewritten, or the proof was altered.", "含 {first} 条的树头并非含 {second} 条的树头的前段：历史被改写，或证明被改动。"),
    # entries
    "entry-altered": ("The entry was altered: its hash is not the one that was proven.", "记录被改动：其哈希与被证明的不同。"),
    "entry-foreign": ("An entry that the proofs do not know: it was added or altered.", "证明中没有这条记录：系增加或改动。"),
    "entry-missing": ("The entry is missing.", "记录缺失。"),
    "entry-repeated": ("The entry comes twice.", "记录重复。"),
    "entry-order": ("The entries are not in the order of the log here.", "此处记录未按日志顺序排列。"),
    "entry-form": ("The entry is not in the form in which entries are hashed: {why}.", "记录不符合哈希时的规定格式：{why}。"),
    "inclusion": ("The entry cannot be shown to stand in the log at this place: entry, proof or head was altered.", "无法证明该记录位于日志此处：记录、证明或树头被改动。"),
    "chain-position": ("Place {actual} of its chain follows place {before}: entries are missing, repeated or out of order.", "其链中第 {actual} 位接在第 {before} 位之后：有记录缺失、重复或次序错乱。"),
    "chain-link": ("The entry does not follow the one before it in its chain.", "该记录与其链中前一条不衔接。"),
    "chain-unknown": ("The entry belongs to a chain that the manifest does not name.", "该记录所属的链不在清单之中。"),
    "chain-count": ("The manifest says {listed} entries for chain {chain}, {actual} are here.", "清单记链 {chain} 有 {listed} 条记录，此处有 {actual} 条。"),
    "chain-end": ("The last entry of chain {chain} is not the one that the manifest names: its end is missing.", "链 {chain} 的最后一条与清单所记不同：末尾缺失。"),
    # values
    "values-order": ("The values are not one for each entry, in the same order.", "字段值未按记录逐条、依序给出。"),
    "value-names": ("The fields are not those that the entry commits to.", "字段与记录所承诺的不同。"),
    "value-altered": ("Field {field} is not what was recorded: its value or salt was altered.", "字段 {field} 与所记录的不同：其值或盐被改动。"),
    "redaction-unsaid": ("Field {field} is left out, and the manifest does not say so.", "字段 {field} 被略去，而清单未予说明。"),
    "redaction-not-done": ("The manifest says that field {field} is left out, and it is there.", "清单称字段 {field} 已略去，而其仍在。"),
    "redaction-of-nothing": ("The manifest says that something is left out of an entry that is not here.", "清单称略去了某条记录的内容，而该记录不在此处。"),
    # evidence and time-stamps
    "file-altered": ("The file is not the one that was kept: its SHA-256 is not the one recorded.", "该文件并非当时存证的文件：其 SHA-256 与所记录的不同。"),
    "file-address": ("The address given for this file is not the one recorded.", "该文件的存储地址与所记录的不同。"),
    "file-unproven": ("No entry here proves this file.", "此处没有记录能证明该文件。"),
    "stamp-form": ("The time-stamp cannot be read: {why}.", "时间戳无法读取：{why}。"),
    "stamp-imprint": ("The time-stamp was given for something else.", "时间戳针对的是其他内容。"),
    "stamp-signature": ("The time-stamp does not hold: {why}.", "时间戳不成立：{why}。"),
    "stamp-head": ("The time-stamp belongs to no head here.", "时间戳不对应此处任何树头。"),
    "stamp-authority": ("No path leads from the time-stamp's signer to the authority that you named: {why}.", "时间戳签署者与您指定的机构之间没有可信路径：{why}。"),
    "verifier-other": ("The enclosed verifier is not the one that the manifest names.", "所附校验工具与清单所记不同。"),
    # receipts
    "receipt-signature": ("The receipt's signature does not fit: the receipt was altered, or another key signed.", "回执签名不符：回执被改动，或由其他密钥签署。"),
}

CHECKED: dict[str, tuple[str, str]] = {
    "container": ("Every byte of the .zip belongs to one of its {files} files or is as it must be.", ".zip 的每个字节均属于其 {files} 个文件之一，或符合格式。"),
    "folder": ("The folder holds {files} files and nothing else.", "文件夹含 {files} 个文件，别无其他。"),
    "manifest": ("The manifest is signed with the key {key}; each of the {files} files is as the manifest says.", "清单由密钥 {key} 签署；{files} 个文件均与清单相符。"),
    "derivative": (
        "A redacted copy, not signed itself: what is left is as the institution signed it in the enclosed original manifest (key {key}), or proven by the log.",
        "遮盖副本，本身未签名：所余内容与机构在所附原清单中签署的一致（密钥 {key}），或由日志证明。"),
    "entries": ("Entries that stand in the log of {size}, unaltered and in order: {entries} (number {first} to {last}).", "{entries} 条记录均在含 {size} 条的日志之中（第 {first} 至 {last} 条），未经改动，次序无误。"),
    "chains": ("Chains that are whole from their first entry to the end that the institution signed for: {chains}.", "{chains} 条链自首条至机构签署的末条完整无缺。"),
    "values": ("Values that are what was recorded: {values}; left out and listed: {redacted}.", "{values} 个字段值与所记录的一致；略去 {redacted} 个，均已列明。"),
    "files": ("Files of evidence compared with the hash that was recorded when they were kept: {files}.", "与存证时记录的哈希一致的证据文件：{files} 份。"),
    "heads": ("Signed heads: {heads}, each a beginning of the next; nothing between them was rewritten.", "已签名树头 {heads} 个，前者均为后者的前段：其间未被改写。"),
    "stamps": ("Time-stamps that hold: {stamps}, the first given {first}, the last {last}.", "{stamps} 个时间戳成立；最早为 {first}，最晚为 {last}。"),
    "receipt": ("The entry stands in the log of {size} entries as entry {number}, with the fields shown.", "该记录为含 {size} 条的日志中的第 {number} 条，字段如所示。"),
}

NOT_CHECKED: dict[str, tuple[str, str]] = {
    "truth": ("Whether what was recorded is true: the proof begins with the hash. What happened before it must be shown otherwise.", "所记录的内容是否真实：证明自哈希起始，此前须以其他方式证明。"),
    "tail": ("Whether the institution recorded more after the last entry shown: the end is what it signed for.", "机构在所示最后一条之后是否还有记录：末尾以其签署为准。"),
    "key": ("Whether the key {key} is the institution's: compare its fingerprint {fingerprint} with the one that the institution publishes (--key).", "密钥 {key} 是否属于该机构：请将其指纹 {fingerprint} 与机构公布的核对（--key）。"),
    "old-key": ("Whether the key {key} of earlier heads is the institution's; a later head of the named key confirms what they say.", "较早树头的密钥 {key} 是否属于该机构；由指定密钥签署的较晚树头已确认其内容。"),
    "authority": ("Whether the authority that gave the time-stamps is to be trusted ({name}): name its certificate with --tsa-ca.", "时间戳机构（{name}）是否可信：请用 --tsa-ca 指定其证书。"),
    "revocation": ("Whether the time-stamp authority's certificate was revoked.", "时间戳机构的证书是否已被吊销。"),
    "no-stamps": ("When the entries existed, by anybody else's clock: there is no time-stamp.", "记录存在的时间：没有第三方时间戳。"),
    "unstamped": ("When {entries} of the entries existed, by anybody else's clock: no time-stamp covers them yet.", "其中 {entries} 条记录存在的时间：尚无第三方时间戳。"),
    "clock": ("A time-stamp is earlier than the institution says that it signed the head ({head}): its clock was fast.", "有时间戳早于机构所称的树头签署时间（{head}）：其时钟偏快。"),
    "pages": ("Pages and documents are compared with the signed manifest byte by byte; their sentences are not read here.", "页面及文书已逐字节与签名清单核对，但其文字内容未经解读。"),
    "gaps": ("What the dossier itself says that it cannot show: see the list of gaps ({gaps}).", "证据包自述无法证明的内容：见缺口清单（{gaps} 项）。"),
}


HEADLINES: dict[str, tuple[str, str]] = {
    "proven": ("PROVEN: this is what the institution recorded.", "已证实：内容与该机构所记录的一致。"),
    "of-a-key": ("PROVEN, for the holder of the key named below: this is what was recorded.", "已证实（以下列密钥的持有者为准）：内容与所记录的一致。"),
}


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it must be: where, and what in both languages."""

    code: str
    place: str
    facts: tuple[tuple[str, object], ...] = ()

    def what(self, language: str = "en") -> str:
        """The sentence."""
        return WORDS[self.code][language == "zh"].format(**dict(self.facts))

    def __str__(self) -> str:
        return f"{self.place}: {self.what()}"


def _found(code: str, place: str, **facts: object) -> Finding:
    return Finding(code, place, tuple(facts.items()))


@dataclass
class Report:
    """What was checked, what was found wrong, and what was not checked."""

    kind: str = ""
    institution_id: str = ""
    findings: list[Finding] = field(default_factory=list)
    checked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    not_checked: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    entries: list[dict[str, object]] = field(default_factory=list)
    stamps: list[dict[str, object]] = field(default_factory=list)
    redactions: list[dict[str, object]] = field(default_factory=list)
    gaps: list[dict[str, object]] = field(default_factory=list)

    @property
    def proven(self) -> bool:
        """Was nothing found wrong?"""
        return bool(self.kind) and not self.findings

    def plain(self, language: str = "en") -> dict[str, object]:
        """The report for a machine."""
        def told(words: dict[str, tuple[str, str]], said: list[tuple[str, dict[str, object]]]) -> list[dict[str, object]]:
            return [{"code": code, "what": words[code][language == "zh"].format(**facts), **facts} for code, facts in said]

        return {
            "proven": self.proven, "kind": self.kind, "institution_id": self.institution_id,
            "findings": [{"code": one.code, "place": one.place, "what": one.what(language)} for one in self.findings],
            "checked": told(CHECKED, self.checked) if self.proven else [], "not_checked": told(NOT_CHECKED, self.not_checked),
            "entries": self.entries, "stamps": self.stamps, "redactions": self.redactions, "gaps": self.gaps,
        }

    def lines(self, language: str = "en") -> list[str]:
        """The report for people."""
        zh = language == "zh"
        out = []
        if self.proven:
            unknown = any(code == "key" for code, _ in self.not_checked)
            out.append(HEADLINES["of-a-key" if unknown else "proven"][zh])
            out += [f"  + {CHECKED[code][zh].format(**facts)}" for code, facts in self.checked]
        else:
            count = len(self.findings)
            out.append(f"未证实：发现 {count} 处问题。" if zh else f"NOT PROVEN: {count} {'thing is' if count == 1 else 'things are'} wrong.")
            out += [f"  - {one.place}: {one.what(language)}" for one in self.findings]
        if self.not_checked:
            out.append("未核对的内容：" if zh else "Not checked:")
            out += [f"  ? {NOT_CHECKED[code][zh].format(**facts)}" for code, facts in self.not_checked]
        return out


class _Wrong(Exception):
    """Bytes that cannot be read as they must be; the text says why."""


# ---- the container: every byte is accounted for

@dataclass
class File:
    """One file of the bundle: its size, its SHA-256, and how its bytes are read."""

    size: int
    sha256: str
    read: Callable[[], bytes]


Source = Union[str, Path, bytes]  # noqa: UP007 - Python 3.9 reads this line


def _local_header(name: bytes, crc: int, size: int) -> bytes:
    return struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 0, 0, 33, crc, size, size, len(name), 0) + name


def _central_header(name: bytes, crc: int, size: int, at: int) -> bytes:
    return struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 33, crc, size, size, len(name), 0, 0, 0, 0, 0, at) + name


def _directory_end(count: int, size: int, at: int) -> bytes:
    return struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, at, 0)


def _read_at(stream: BinaryIO, at: int, size: int) -> bytes:
    stream.seek(at)
    return stream.read(size)


def _digests(stream: BinaryIO, at: int, size: int) -> tuple[int, str]:
    """CRC-32 and SHA-256 of a stretch of bytes."""
    crc, sha = 0, hashlib.sha256()
    stream.seek(at)
    while size > 0:
        piece = stream.read(min(CHUNK, size))
        if not piece:
            break
        crc = zlib.crc32(piece, crc)
        sha.update(piece)
        size -= len(piece)
    return crc, sha.hexdigest()


def _zip_files(stream: BinaryIO, total: int, files: dict[str, File]) -> Iterator[Finding]:
    """The files of a .zip that was written as ours are: stored, in order of names, nothing before, between or behind them."""
    at, before, directory = 0, b"", []
    while True:
        head = _read_at(stream, at, 30)
        if len(head) < 30 or head[:4] != b"PK\x03\x04":
            break
        crc, _, size, name_size = struct.unpack("<IIIH", head[14:28])
        name = stream.read(name_size)
        text = name.decode("ascii", "replace")
        data_at = at + 30 + name_size
        if not NAME.fullmatch(text):
            yield _found("container-name", f"byte {at}", name=repr(text))
            return
        if data_at + size > total or head + name != _local_header(name, crc, size):
            yield _found("container-header", text, at=at)
            return
        if name <= before:
            yield _found("container-order", text)
            return
        actual, sha256 = _digests(stream, data_at, size)
        if actual != crc:
            yield _found("container-checksum", text)
        files[text] = File(size, sha256, lambda at=data_at, size=size: _read_at(stream, at, size))  # type: ignore[misc]
        directory.append(_central_header(name, crc, size, at))
        at, before = data_at + size, name
    if not files:
        yield _found("container-start", "zip", at=0)
        return
    central = b"".join(directory)
    wanted, there = central + _directory_end(len(directory), len(central), at), _read_at(stream, at, total - at)
    if wanted != there:
        same = next((place for place, (one, other) in enumerate(zip(wanted, there)) if one != other), min(len(wanted), len(there)))
        yield _found("container-directory", "zip", at=at + same)


def _folder_files(folder: Path, files: dict[str, File]) -> Iterator[Finding]:
    """The files of a folder; links and special files are none."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or not (path.is_file() or path.is_dir()):
            yield _found("container-link", name)
        elif not NAME.fullmatch(name):
            yield _found("container-name", name, name=repr(name))
        elif path.is_file():
            with path.open("rb") as stream:
                size = path.stat().st_size
                files[name] = File(size, _digests(stream, 0, size + 1)[1], path.read_bytes)


# ---- canonical JSON, and which form a document must have

def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no whole number")


def _parsed(text: str) -> Any:
    """A JSON text that is in canonical form: one text for one value, so no byte of it can change unnoticed."""
    try:
        value = json.loads(text, parse_float=_no_number, parse_constant=_no_number)
        if _canonical(value) != text:
            raise ValueError("it is not in canonical form")
    except (ValueError, RecursionError) as wrong:
        raise _Wrong(str(wrong)) from wrong
    return value


def _ascii(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError as wrong:
        raise _Wrong(f"byte {wrong.start} is not ASCII") from wrong


def _document(data: bytes, form: object) -> Any:
    text = _ascii(data)
    if not text.endswith("\n"):
        raise _Wrong("it does not end with a line end")
    value = _parsed(text[:-1])
    _must_fit(value, form, "")
    return value


def _must_fit(value: Any, form: Any, where: str) -> None:
    """Has this value the form: a type, a pattern for texts, a list of one form, an object with these keys, or one of several (tuple)?"""
    place = where or "the document"
    if isinstance(form, tuple):
        for one in form:
            try:
                return _must_fit(value, one, where)
            except _Wrong:
                continue
        raise _Wrong(f"{place} has none of the forms it may have")
    if isinstance(form, dict):
        if not isinstance(value, dict) or set(value) != set(form):
            raise _Wrong(f"{place} must have exactly: {', '.join(sorted(form))}")
        for name, inner in form.items():
            _must_fit(value[name], inner, f"{where}.{name}" if where else name)
    elif isinstance(form, list):
        if not isinstance(value, list):
            raise _Wrong(f"{place} must be a list")
        if isinstance(form[0], re.Pattern) and all(type(item) is str and form[0].fullmatch(item) for item in value):
            return None  # the usual case, quickly
        for at, item in enumerate(value):
            _must_fit(item, form[0], f"{where}[{at}]")
    elif isinstance(form, re.Pattern):
        if not isinstance(value, str) or not form.fullmatch(value):
            raise _Wrong(f"{place} has not the form {form.pattern}")
    elif form is int:
        if type(value) is not int or value < 0:
            raise _Wrong(f"{place} must be a whole number")
    elif form is object:
        return None
    elif type(value) is not form:
        raise _Wrong(f"{place} must be of type {getattr(form, '__name__', form)}")
    return None


_HASH, _ID, _SALT, _SIGNED, _KEY_ID = (re.compile(pattern) for pattern in (r"[0-9a-f]{64}", r"[0-9]{1,19}", r"[0-9a-f]{32}", r"[0-9a-f]{128}", r"[0-9a-f]{16}"))
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_VALUE = re.compile(r"(?s)[a-z]:.*")
_SHOWN, _LEFT_OUT = {"name": str, "salt": _SALT, "value": _VALUE}, {"left_out": str, "name": str}
_HEADER_FORM = {
    "actor": str, "cause": str, "chain": _ID, "entry_id": _ID, "fact_id": _ID, "fields": list, "institution_id": _ID, "name": str, "position": int,
    "predecessor": _HASH, "recorded_at": _MOMENT, "version": int,
}
_HEAD_FORM = {"institution_id": _ID, "key_id": _KEY_ID, "root": _HASH, "signed_at": _MOMENT, "size": int, "version": int}
_KEYS_FORM = [{"key_id": _KEY_ID, "public_key": _HASH}]
_PROOFS_FORM = {"consistency": [{"from_size": int, "path": [_HASH], "to_size": int}], "inclusion": [{"entry_hash": _HASH, "number": int, "path": [_HASH]}]}
_VALUES_FORM = [{"fields": [(_SHOWN, _LEFT_OUT)], "number": int}]
_FILE_FORM = {"path": NAME, "sha256": _HASH, "size": int}
_REDACTION_FORM = {"fields": [str], "number": int, "why": str}
_MANIFEST_FORM = {
    "case": object, "chains": [{"chain": _ID, "entries": int, "kind": str, "last_hash": _HASH, "whole": bool}], "derived_from": (_HASH, type(None)),
    "evidence": [{"address": _HASH, "number": int, "path": NAME}], "files": [_FILE_FORM], "format": re.compile("arrears bundle"), "gaps": [object],
    "head": {"root": _HASH, "size": int}, "institution": {"institution_id": _ID, "name": str}, "jurisdiction": str, "language": str, "made_at": _MOMENT,
    "made_by": str, "purpose": str, "recipient": str, "redactions": [_REDACTION_FORM], "removed_files": [{"path": NAME, "why": str}],
    "stamps": [{"head_size": int, "path": NAME}], "verifier": (_HASH, type(None)), "version": int,
}
_DERIVATIVE_FORM = {
    "files": [_FILE_FORM], "format": re.compile("arrears bundle, redacted"), "made_at": _MOMENT, "original": _HASH, "redactions": [_REDACTION_FORM],
    "removed_files": [{"path": NAME, "why": str}], "version": int,
}
_SIGNATURE_FORM = {"key_id": _KEY_ID, "signature": _SIGNED}
_CHECKSUM_FORM = {"sha256": _HASH}
_RECEIPT_FORM = {
    "fields": [(_SHOWN, _LEFT_OUT)], "format": re.compile("arrears receipt"), "head": str, "head_signature": _SIGNED, "header": str,
    "institution_name": str, "issued_at": _MOMENT, "key": _KEYS_FORM[0], "head_key": _KEYS_FORM[0], "number": int, "path": [_HASH], "signature": _SIGNED,
    "stamp": (re.compile("(?:[0-9a-f]{2})+"), type(None)), "version": int,
}


# ---- the tree, as RFC 6962 section 2.1 describes it

def _leaf(entry_hash: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry_hash).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def included(number: int, size: int, entry_hash: bytes, path: Sequence[bytes], root: bytes) -> bool:
    """Does the path lead from this entry at this place to the root of a tree of that size (RFC 9162, 2.1.3.2)?"""
    if not 0 <= number < size:
        return False
    place, last, reached = number, size - 1, _leaf(entry_hash)
    for other in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            reached = _node(other, reached)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            reached = _node(reached, other)
        place, last = place >> 1, last >> 1
    return last == 0 and reached == root


def consistent(first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Is the tree of `first` entries the beginning of the tree of `second` (RFC 9162, 2.1.4.2)?"""
    if first == second:
        return not path and first_root == second_root
    if not 0 < first < second or not path:
        return False
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    one = other = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            one, other = _node(node, one), _node(node, other)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            other = _node(other, node)
        place, last = place >> 1, last >> 1
    return last == 0 and one == first_root and other == second_root


# ---- signatures

def fingerprint(public_key: bytes) -> str:
    """By which name do people compare a key? SHA-256 of its 32 bytes, in hex; the first 16 digits are its short name."""
    return hashlib.sha256(public_key).hexdigest()


def _signed(public_key: bytes, signature: str, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(bytes.fromhex(signature), message)
    except (InvalidSignature, ValueError):
        return False
    return True


# ---- time-stamps: RFC 3161 tokens (CMS SignedData, RFC 5652), read by a strict DER reader

_SEQUENCE, _SET, _OID, _INTEGER, _OCTETS, _TIME = 0x30, 0x31, 0x06, 0x02, 0x04, 0x18
_SHA2 = {"2.16.840.1.101.3.4.2.1": hashes.SHA256, "2.16.840.1.101.3.4.2.2": hashes.SHA384, "2.16.840.1.101.3.4.2.3": hashes.SHA512}
_RSA = {"1.2.840.113549.1.1.11": hashes.SHA256, "1.2.840.113549.1.1.12": hashes.SHA384, "1.2.840.113549.1.1.13": hashes.SHA512}
_ECDSA = {"1.2.840.10045.4.3.2": hashes.SHA256, "1.2.840.10045.4.3.3": hashes.SHA384, "1.2.840.10045.4.3.4": hashes.SHA512}
_RSA_PLAIN, _SIGNED_DATA, _TST_INFO = "1.2.840.113549.1.1.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE, _MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE, _SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"


@dataclass(frozen=True)
class _Der:
    """One DER element: its tag, its content, and all its bytes."""

    tag: int
    content: bytes
    whole: bytes

    def parts(self) -> list[_Der]:
        return _elements(self.content)

    def must(self, tag: int, what: str) -> _Der:
        if self.tag != tag:
            raise _Wrong(f"{what} has tag {self.tag:#x} instead of {tag:#x}")
        return self

    def oid(self) -> str:
        self.must(_OID, "an object identifier")
        numbers, value = [], 0
        if not self.content or self.content[-1] & 0x80:
            raise _Wrong("an object identifier is cut off")
        for byte in self.content:
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                numbers.append(value)
                value = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))


def _elements(data: bytes) -> list[_Der]:
    """DER elements one after the other, every byte used, lengths in their shortest form."""
    found, at = [], 0
    while at < len(data):
        if at + 2 > len(data) or data[at] & 0x1F == 0x1F:
            raise _Wrong("it is cut off or has a tag of many bytes")
        size, start = data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4 or start + count > len(data):
                raise _Wrong("a length has a form that DER does not have")
            size = int.from_bytes(data[start : start + count], "big")
            if size < 0x80 or (count > 1 and size < 1 << 8 * (count - 1)):
                raise _Wrong("a length is not in its shortest form")
            start += count
        if start + size > len(data):
            raise _Wrong("it is cut off")
        found.append(_Der(data[at], data[start : start + size], data[at : start + size]))
        at = start + size
    return found


def _one(data: bytes, tag: int, what: str) -> _Der:
    found = _elements(data)
    if len(found) != 1:
        raise _Wrong(f"{what} is not one element")
    return found[0].must(tag, what)


@dataclass(frozen=True)
class Stamp:
    """What does a time-stamp say? The hash it was given for, when, and who signed."""

    imprint: bytes
    given_at: datetime
    signer: x509.Certificate
    others: tuple[x509.Certificate, ...]


def read_stamp(answer: bytes) -> Stamp:
    """Read an authority's answer (status and token) and check that its signer signed exactly what it says.

    Raises:
        _Wrong: with why it does not hold.
    """
    status, token = _two(_one(answer, _SEQUENCE, "the answer").parts())
    if _elements(status.must(_SEQUENCE, "the status").content)[:1] != [_Der(_INTEGER, b"\0", b"\x02\x01\0")]:
        raise _Wrong("the authority did not grant it")
    kind, outer = _two(token.must(_SEQUENCE, "the token").parts())
    if kind.oid() != _SIGNED_DATA:
        raise _Wrong("it is no signed data")
    parts = _one(outer.must(0xA0, "the signed data").content, _SEQUENCE, "the signed data").parts()
    if len(parts) < 4:
        raise _Wrong("the signed data lacks parts")
    content = parts[2].must(_SEQUENCE, "the content").parts()
    content_kind, content_outer = _two(content)
    if content_kind.oid() != _TST_INFO:
        raise _Wrong("it holds no time-stamp")
    told = _one(content_outer.must(0xA0, "the content").content, _OCTETS, "the content").content
    certificates: tuple[x509.Certificate, ...] = ()
    for part in parts[3:-1]:
        if part.tag == 0xA0:
            certificates = tuple(_certificate(one.whole) for one in part.parts())
        elif part.tag != 0xA1:
            raise _Wrong("the signed data has a part that it may not have")
    signers = parts[-1].must(_SET, "the signers").parts()
    if len(signers) != 1:
        raise _Wrong("a time-stamp has exactly one signer")
    imprint, given_at = _told_by(told)
    signer = _signer(signers[0], told, certificates, given_at)
    return Stamp(imprint, given_at, signer, tuple(one for one in certificates if one is not signer))


def _two(parts: list[_Der]) -> tuple[_Der, _Der]:
    if len(parts) != 2:
        raise _Wrong("a pair has not two parts")
    return parts[0], parts[1]


def _certificate(data: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(data)
    except ValueError as wrong:
        raise _Wrong("a certificate cannot be read") from wrong


def _told_by(told: bytes) -> tuple[bytes, datetime]:
    parts = _one(told, _SEQUENCE, "the time-stamp").parts()
    if len(parts) < 5 or parts[0].content != b"\x01":
        raise _Wrong("the time-stamp lacks parts or is of an unknown version")
    algorithm, digest = _two(parts[2].must(_SEQUENCE, "the imprint").parts())
    if algorithm.parts()[0].oid() != "2.16.840.1.101.3.4.2.1":
        raise _Wrong("the imprint is no SHA-256")
    text = _ascii(parts[4].must(_TIME, "the time").content)
    found = re.fullmatch(r"(\d{14})(?:\.(\d{1,6}))?Z", text)
    if not found:
        raise _Wrong(f"the time {text!r} has an unknown form")
    try:
        moment = datetime.strptime(found.group(1), "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
    except ValueError as wrong:
        raise _Wrong(f"there is no such time: {text}") from wrong
    return digest.must(_OCTETS, "the imprint").content, moment.replace(microsecond=int((found.group(2) or "0").ljust(6, "0")))


def _signer(info: _Der, told: bytes, certificates: Sequence[x509.Certificate], given_at: datetime) -> x509.Certificate:
    """The certificate that signed, every condition of RFC 3161 and RFC 5652 checked."""
    parts = info.must(_SEQUENCE, "the signer").parts()
    if len(parts) < 6 or parts[3].tag != 0xA0:
        raise _Wrong("the signer lacks signed attributes")
    digest = _hash_named(parts[2])
    attributes: dict[str, _Der] = {}
    for attribute in parts[3].parts():
        name, values = _two(attribute.must(_SEQUENCE, "an attribute").parts())
        if name.oid() in attributes:
            raise _Wrong("a signed attribute comes twice")
        attributes[name.oid()] = values.must(_SET, "an attribute")
    if _CONTENT_TYPE not in attributes or _one(attributes[_CONTENT_TYPE].content, _OID, "the content type").oid() != _TST_INFO:
        raise _Wrong("the signer signed another kind of content")
    stated = _one(attributes[_MESSAGE_DIGEST].content, _OCTETS, "the digest").content if _MESSAGE_DIGEST in attributes else b""
    if stated != _digest(digest, told):
        raise _Wrong("its content is not what was signed")
    signer = _signing_certificate(attributes, certificates)
    _must_be_signers(parts[1], signer)
    _verify_signature(signer, parts[4], digest, parts[5].must(_OCTETS, "the signature").content, b"\x31" + parts[3].whole[1:])
    _must_serve_for_stamps(signer)
    if not _valid_at(signer, given_at):
        raise _Wrong("the signer's certificate was not valid then")
    return signer


def _hash_named(algorithm: _Der) -> hashes.HashAlgorithm:
    name = algorithm.must(_SEQUENCE, "an algorithm").parts()[0].oid() if algorithm.content else ""
    if name not in _SHA2:
        raise _Wrong(f"its hash {name} is not known or not safe")
    return _SHA2[name]()


def _digest(algorithm: hashes.HashAlgorithm, data: bytes) -> bytes:
    hashing = hashes.Hash(algorithm)
    hashing.update(data)
    return hashing.finalize()


def _signing_certificate(attributes: dict[str, _Der], certificates: Sequence[x509.Certificate]) -> x509.Certificate:
    """The certificate that the signed attribute names (RFC 2634, RFC 5035), so that no other can be put in its place."""
    if _SIGNING_CERTIFICATE_V2 in attributes:
        first = _one(attributes[_SIGNING_CERTIFICATE_V2].content, _SEQUENCE, "the signer's name").parts()[0].parts()[0].parts()
        algorithm: hashes.HashAlgorithm = hashes.SHA256()
        if first and first[0].tag == _SEQUENCE:
            algorithm, first = _hash_named(first[0]), first[1:]
    elif _SIGNING_CERTIFICATE in attributes:
        first = _one(attributes[_SIGNING_CERTIFICATE].content, _SEQUENCE, "the signer's name").parts()[0].parts()[0].parts()
        algorithm = hashes.SHA1()  # noqa: S303 - what RFC 2634 prescribes; the signature itself rests on another hash
    else:
        raise _Wrong("it does not say which certificate signed")
    wanted = first[0].must(_OCTETS, "the certificate's hash").content if first else b""
    for one in certificates:
        if one.fingerprint(algorithm) == wanted:
            return one
    raise _Wrong("the signer's certificate is not enclosed, or is another one")


def _must_be_signers(identifier: _Der, signer: x509.Certificate) -> None:
    if identifier.tag == _SEQUENCE:
        issuer, serial = _two(identifier.parts())
        if issuer.whole != signer.issuer.public_bytes() or int.from_bytes(serial.must(_INTEGER, "a serial number").content, "big") != signer.serial_number:
            raise _Wrong("the signer is named otherwise than its certificate")
    elif identifier.tag == 0x80:
        if signer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest != identifier.content:
            raise _Wrong("the signer is named otherwise than its certificate")
    else:
        raise _Wrong("the signer is not named")


def _verify_signature(signer: x509.Certificate, algorithm: _Der, digest: hashes.HashAlgorithm, signature: bytes, message: bytes) -> None:
    name = algorithm.must(_SEQUENCE, "an algorithm").parts()[0].oid()
    key = signer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and name in (_RSA_PLAIN, *_RSA):
            key.verify(signature, message, padding.PKCS1v15(), digest if name == _RSA_PLAIN else _RSA[name]())
        elif isinstance(key, ec.EllipticCurvePublicKey) and name in _ECDSA:
            key.verify(signature, message, ec.ECDSA(_ECDSA[name]()))
        else:
            raise _Wrong(f"its kind of signature ({name}) is not known here")
    except InvalidSignature as wrong:
        raise _Wrong("its signature does not fit") from wrong


def _must_serve_for_stamps(signer: x509.Certificate) -> None:
    try:
        usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound as wrong:
        raise _Wrong("the signer's certificate does not serve for time-stamps") from wrong
    if not usage.critical or [one.dotted_string for one in usage.value] != ["1.3.6.1.5.5.7.3.8"]:
        raise _Wrong("the signer's certificate does not serve for time-stamps alone")


def _valid_at(certificate: x509.Certificate, at: datetime) -> bool:
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    naive = at.replace(tzinfo=None)
    return certificate.not_valid_before <= naive <= certificate.not_valid_after


def _path_to_authority(stamp: Stamp, anchors: Sequence[x509.Certificate], helpers: Sequence[x509.Certificate]) -> None:
    """Does a path of issuers lead from the signer to a certificate that the reader trusts? Raises `_Wrong`."""
    trusted = {one.fingerprint(hashes.SHA256()) for one in anchors}
    reached, known = stamp.signer, [*anchors, *stamp.others, *helpers]
    for _ in range(10):
        if reached.fingerprint(hashes.SHA256()) in trusted:
            return
        above = next((one for one in known if one.subject == reached.issuer and _issued(one, reached, stamp.given_at)), None)
        if above is None:
            raise _Wrong(f"nobody known here issued the certificate “{reached.subject.rfc4514_string()}”")
        if above.fingerprint(hashes.SHA256()) == reached.fingerprint(hashes.SHA256()):
            raise _Wrong(f"the authority “{reached.subject.rfc4514_string()}” is not the one named")
        reached = above
    raise _Wrong("the path is too long")


def _issued(above: x509.Certificate, below: x509.Certificate, at: datetime) -> bool:
    try:
        below.verify_directly_issued_by(above)
        limits = above.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (InvalidSignature, ValueError, TypeError, x509.ExtensionNotFound):
        return False
    return limits.ca and _valid_at(above, at)


# ---- the bundle

@dataclass
class _Entry:
    """One entry: its line in the file, the header and its hash, and its number in the log (from 0)."""

    line: int
    header: dict[str, Any]
    digest: str
    number: int = -1

    @property
    def place(self) -> str:
        return f"entry {self.number + 1} ({ENTRIES} line {self.line})" if self.number >= 0 else f"{ENTRIES} line {self.line}"


class _Bundle:
    """One bundle being checked. Each method is one question and yields what it finds wrong; the first ones stop the others where they must."""

    def __init__(self, files: dict[str, File], pins: Sequence[str], anchors: Sequence[x509.Certificate], report: Report) -> None:
        self.files, self.pins, self.anchors, self.report = files, [pin.lower() for pin in pins], anchors, report
        self.manifest: dict[str, Any] = {}
        self.derivative: dict[str, Any] | None = None
        self.keys: dict[str, bytes] = {}
        self.heads: list[dict[str, Any]] = []
        self.head_lines: list[bytes] = []
        self.entries: list[_Entry] = []
        self.proofs: dict[str, Any] = {}
        self.values: list[dict[str, Any]] = []

    def findings(self) -> Iterator[Finding]:
        """Everything that is wrong, in the order in which it is looked for."""
        readable = yield from self.read_manifest()
        if not readable:
            return
        yield from self.check_files()
        readable = yield from self.read_parts()
        if not readable:
            return
        yield from self.check_keys()
        yield from self.check_heads()
        yield from self.check_entries()
        yield from self.check_chains()
        yield from self.check_values()
        yield from self.check_evidence()
        yield from self.check_stamps()
        self.say_what_remains()

    # -- manifest

    def read_manifest(self) -> Iterator[Finding]:
        """Manifest, keys and signature; answers whether the rest can be read at all."""
        for name in (MANIFEST, SIGNATURE, KEYS):
            if name not in self.files:
                yield _found("missing", name)
                return False
        raw = self.files[MANIFEST].read()
        try:
            self.keys = {one["key_id"]: bytes.fromhex(one["public_key"]) for one in _document(self.files[KEYS].read(), _KEYS_FORM)}
        except _Wrong as wrong:
            yield _found("form", KEYS, why=wrong)
        try:
            said = _document(raw, (_MANIFEST_FORM, _DERIVATIVE_FORM))
        except _Wrong as wrong:
            yield _found("form", MANIFEST, why=wrong)
            yield from self.check_signature(MANIFEST, SIGNATURE, raw)
            return False
        if said["version"] != VERSION:
            yield _found("unknown-version", MANIFEST, version=said["version"], known=VERSION)
            return False
        if "original" not in said:
            self.manifest = said
            self.report.kind = "dossier"
            yield from self.check_signature(MANIFEST, SIGNATURE, raw)
            return True
        return (yield from self.read_original(said, raw))

    def read_original(self, said: dict[str, Any], raw: bytes) -> Iterator[Finding]:
        """A redacted copy without a signature of its own: the original manifest speaks, and what differs must be listed."""
        self.derivative = said
        self.report.kind = "redacted copy"
        try:
            if _document(self.files[SIGNATURE].read(), _CHECKSUM_FORM)["sha256"] != hashlib.sha256(raw).hexdigest():
                yield _found("manifest-checksum", MANIFEST)
        except _Wrong as wrong:
            yield _found("form", SIGNATURE, why=wrong)
        for name in (ORIGINAL, ORIGINAL_SIGNATURE):
            if name not in self.files:
                yield _found("missing", name)
                return False
        original = self.files[ORIGINAL].read()
        yield from self.check_signature(ORIGINAL, ORIGINAL_SIGNATURE, original)
        if self.files[ORIGINAL].sha256 != said["original"]:
            yield _found("original-other", MANIFEST)
        try:
            self.manifest = _document(original, _MANIFEST_FORM)
        except _Wrong as wrong:
            yield _found("form", ORIGINAL, why=wrong)
            return False
        yield from self.check_derivation(said)
        return True

    def check_derivation(self, said: dict[str, Any]) -> Iterator[Finding]:
        """Does the copy differ from the original only by what it says was taken out?"""
        before = {one["path"]: one["sha256"] for one in self.manifest["files"]}
        after = {one["path"]: one["sha256"] for one in said["files"]}
        removed = {one["path"] for one in said["removed_files"]}
        for path in sorted(after.keys() - before.keys() - {ORIGINAL, ORIGINAL_SIGNATURE}):
            yield _found("derivative-added", path)
        for path in sorted(before.keys() & after.keys()):
            if before[path] != after[path] and path != VALUES:
                yield _found("derivative-changed", path)
        for path in sorted(before.keys() - after.keys() - removed):
            yield _found("derivative-removed", path)

    def check_signature(self, name: str, signature_name: str, raw: bytes) -> Iterator[Finding]:
        try:
            signed = _document(self.files[signature_name].read(), _SIGNATURE_FORM)
        except _Wrong as wrong:
            yield _found("form", signature_name, why=wrong)
            return
        key = self.keys.get(signed["key_id"])
        if key is None:
            yield _found("manifest-key", signature_name, key=signed["key_id"])
        elif not _signed(key, signed["signature"], MANIFEST_PREFIX + raw):
            yield _found("manifest-signature", name)
        self.manifest_key = signed["key_id"]
        yield from self.check_pinned(signature_name, signed["key_id"])

    def check_pinned(self, place: str, key_id: str) -> Iterator[Finding]:
        if self.pins and key_id in self.keys and not any(fingerprint(self.keys[key_id]).startswith(pin) for pin in self.pins):
            yield _found("key-pinned", place, wanted=", ".join(self.pins), key=fingerprint(self.keys[key_id]))

    def check_files(self) -> Iterator[Finding]:
        """Is every file there, as listed, and no other?"""
        listed = (self.derivative or self.manifest)["files"]
        paths = [one["path"] for one in listed]
        if paths != sorted(set(paths)):
            yield _found("list-order", MANIFEST)
        for one in listed:
            file = self.files.get(one["path"])
            if file is None:
                yield _found("missing", one["path"])
            elif file.size != one["size"]:
                yield _found("size", one["path"], actual=file.size, listed=one["size"])
            elif file.sha256 != one["sha256"]:
                yield _found("altered", one["path"], actual=file.sha256, listed=one["sha256"])
        for path in sorted(self.files.keys() - set(paths) - {MANIFEST, SIGNATURE}):
            yield _found("not-listed", path)
        for one in self.manifest["removed_files"] if self.derivative is None else self.derivative["removed_files"]:
            if one["path"] in self.files:
                yield _found("redaction-not-done", one["path"], field=one["path"])
        verifier = self.files.get("verify.py")
        if verifier is not None and verifier.sha256 != self.manifest["verifier"]:
            yield _found("verifier-other", "verify.py")

    # -- parts

    def read_parts(self) -> Iterator[Finding]:
        """The JSON documents; answers whether all of them can be read."""
        whole = True
        for name, form, attribute in ((PROOFS, _PROOFS_FORM, "proofs"), (VALUES, _VALUES_FORM, "values")):
            try:
                setattr(self, attribute, _document(self.part(name), form))
            except _Wrong as wrong:
                yield _found("form", name, why=wrong)
                whole = False
        try:
            self.head_lines = self.lines_of(HEADS)
            for line in self.head_lines:
                self.heads.append(_parsed(_ascii(line)))
                _must_fit(self.heads[-1], _HEAD_FORM, "")
        except _Wrong as wrong:
            yield _found("form", f"{HEADS} line {len(self.heads) or 1}", why=wrong)
            return False
        try:
            lines = self.lines_of(ENTRIES)
        except _Wrong as wrong:
            yield _found("form", ENTRIES, why=wrong)
            return False
        for place, line in enumerate(lines, start=1):
            self.entries.append(_Entry(place, {}, hashlib.sha256(line).hexdigest()))
            try:
                header = _parsed(_ascii(line))
                _must_fit(header, _HEADER_FORM, "")
                _must_fit([list(pair) if isinstance(pair, list) and len(pair) == 2 else None for pair in header["fields"]], [list], "fields")
                _must_fit([pair[1] for pair in header["fields"]], [_HASH], "fields")
                _must_fit([pair[0] for pair in header["fields"]], [str], "fields")
                self.entries[-1].header = header
            except _Wrong as wrong:
                yield _found("entry-form", f"{ENTRIES} line {place}", why=wrong)
        return whole

    def part(self, name: str) -> bytes:
        if name not in self.files:
            raise _Wrong("it is missing")
        return self.files[name].read()

    def lines_of(self, name: str) -> list[bytes]:
        lines = self.part(name).split(b"\n")
        if lines.pop() != b"":
            raise _Wrong("its last line is cut off")
        return lines

    # -- keys and heads

    def check_keys(self) -> Iterator[Finding]:
        """Does each key bear its own name, and was it used?"""
        used = {getattr(self, "manifest_key", ""), *(head["key_id"] for head in self.heads)}
        for place, (key_id, key) in enumerate(self.keys.items()):
            if fingerprint(key)[:FINGERPRINT_DIGITS] != key_id:
                yield _found("key-id", f"{KEYS} [{place}]")
            elif key_id not in used:
                yield _found("key-not-used", f"{KEYS} [{place}]")

    def check_heads(self) -> Iterator[Finding]:
        """Is each head signed, and each the beginning of the next?"""
        institution = self.manifest["institution"]["institution_id"]
        self.report.institution_id = institution
        try:
            signatures = [_ascii(line) for line in self.lines_of(HEAD_SIGNATURES)]
        except _Wrong as wrong:
            yield _found("form", HEAD_SIGNATURES, why=wrong)
            signatures = []
        if len(signatures) != len(self.heads) or not self.heads or any(one["size"] >= two["size"] for one, two in zip(self.heads, self.heads[1:])):
            yield _found("head-order", HEADS)
        for place, (head, line, signature) in enumerate(zip(self.heads, self.head_lines, signatures), start=1):
            where = f"{HEADS} line {place}"
            key = self.keys.get(head["key_id"])
            if key is None:
                yield _found("head-key", where, key=head["key_id"])
            elif not _SIGNED.fullmatch(signature) or not _signed(key, signature, HEAD_PREFIX + line):
                yield _found("head-signature", where)
            if head["institution_id"] != institution:
                yield _found("other-institution", where, actual=head["institution_id"], wanted=institution)
            if head["version"] != 1:
                yield _found("unknown-version", where, version=head["version"], known=1)
        if self.heads:
            yield from self.check_pinned(f"{HEADS} line {len(self.heads)}", self.heads[-1]["key_id"])
            if (self.heads[-1]["root"], self.heads[-1]["size"]) != (self.manifest["head"]["root"], self.manifest["head"]["size"]):
                yield _found("head-named", HEADS)
        yield from self.check_consistency()

    def check_consistency(self) -> Iterator[Finding]:
        proofs = self.proofs["consistency"]
        wanted = [(one["size"], two["size"]) for one, two in zip(self.heads, self.heads[1:])]
        given = [(one["from_size"], one["to_size"]) for one in proofs]
        for first, second in wanted:
            if (first, second) not in given:
                yield _found("consistency-missing", PROOFS, first=first, second=second)
        if given != wanted:
            yield _found("form", PROOFS, why="its consistency proofs are not one for each head and the next")
            return
        for proof, one, two in zip(proofs, self.heads, self.heads[1:]):
            roots = bytes.fromhex(one["root"]), bytes.fromhex(two["root"])
            if not consistent(one["size"], two["size"], *roots, [bytes.fromhex(node) for node in proof["path"]]):
                yield _found("consistency", PROOFS, first=one["size"], second=two["size"])

    # -- entries

    def check_entries(self) -> Iterator[Finding]:
        """Is each entry the one that was proven, none missing, none added, in the order of the log?"""
        proofs = self.proofs["inclusion"]
        numbers = [one["number"] for one in proofs]
        if numbers != sorted(set(numbers)):
            yield _found("form", PROOFS, why="its inclusion proofs are not in the order of the log, each once")
        listed = {one["entry_hash"]: one["number"] for one in proofs}
        here = [entry.digest for entry in self.entries]
        absent, seen, before = set(listed) - set(here), set(), -1
        for at, entry in enumerate(self.entries):
            if entry.digest in seen:
                yield _found("entry-repeated", entry.place)
            elif entry.digest in listed:
                entry.number = listed[entry.digest]
                if entry.number < before:
                    yield _found("entry-order", entry.place)
                before = entry.number
            elif at < len(proofs) and proofs[at]["entry_hash"] in absent:
                absent.discard(proofs[at]["entry_hash"])
                yield _found("entry-altered", f"entry {proofs[at]['number'] + 1} ({ENTRIES} line {entry.line})")
            else:
                yield _found("entry-foreign", entry.place)
            seen.add(entry.digest)
        for digest in sorted(absent, key=lambda one: listed[one]):
            yield _found("entry-missing", f"entry {listed[digest] + 1}")
        yield from self.check_inclusion()

    def check_inclusion(self) -> Iterator[Finding]:
        if not self.heads:
            return
        size, root = self.heads[-1]["size"], bytes.fromhex(self.heads[-1]["root"])
        for proof in self.proofs["inclusion"]:
            path = [bytes.fromhex(node) for node in proof["path"]]
            if not included(proof["number"], size, bytes.fromhex(proof["entry_hash"]), path, root):
                yield _found("inclusion", f"entry {proof['number'] + 1} ({PROOFS})")

    def check_chains(self) -> Iterator[Finding]:
        """Does each entry follow the one before it in its chain, and are the chains of case and person whole?"""
        institution = self.manifest["institution"]["institution_id"]
        listed = {one["chain"]: one for one in self.manifest["chains"]}
        chains: dict[str, list[_Entry]] = {chain: [] for chain in listed}
        for entry in self.entries:
            if not entry.header:
                continue
            if entry.header["institution_id"] != institution:
                yield _found("other-institution", entry.place, actual=entry.header["institution_id"], wanted=institution)
            if entry.header["version"] != 1:
                yield _found("unknown-version", entry.place, version=entry.header["version"], known=1)
            if entry.header["chain"] not in chains:
                yield _found("chain-unknown", entry.place)
            else:
                chains[entry.header["chain"]].append(entry)
        for chain, entries in chains.items():
            yield from self.check_chain(listed[chain], entries)

    def check_chain(self, said: dict[str, Any], entries: list[_Entry]) -> Iterator[Finding]:
        position, digest = 0, GENESIS
        for entry in entries:
            header = entry.header
            follows = header["position"] == position + 1
            if not follows and (said["whole"] or header["position"] <= position):
                yield _found("chain-position", entry.place, actual=header["position"], before=position)
            if (follows or said["whole"]) and header["predecessor"] != digest:
                yield _found("chain-link", entry.place)
            position, digest = header["position"], entry.digest
        if len(entries) != said["entries"]:
            yield _found("chain-count", MANIFEST, listed=said["entries"], chain=said["chain"], actual=len(entries))
        if digest != said["last_hash"]:
            yield _found("chain-end", MANIFEST, chain=said["chain"])

    # -- values

    def check_values(self) -> Iterator[Finding]:
        """Is each value the one that the entry commits to, and is what is left out listed?"""
        if [one["number"] for one in self.values] != [entry.number for entry in self.entries]:
            yield _found("values-order", VALUES)
        entries = {entry.number: entry for entry in self.entries if entry.header}
        said = {(one["number"], name) for one in self.redactions() for name in one["fields"]}
        for number in sorted({number for number, _ in said} - {one["number"] for one in self.values}):
            yield _found("redaction-of-nothing", f"entry {number + 1}")
        self.shown, self.left_out = 0, 0
        for one in self.values:
            entry = entries.get(one["number"])
            if entry is not None:
                yield from self.check_fields(entry, one["fields"], said)

    def redactions(self) -> list[dict[str, Any]]:
        """What the manifest, and the redacted copy's where there is one, say was left out."""
        return [*self.manifest["redactions"], *(self.derivative["redactions"] if self.derivative else ())]

    def check_fields(self, entry: _Entry, fields: list[dict[str, str]], said: set) -> Iterator[Finding]:  # type: ignore[type-arg]
        place = f"entry {entry.number + 1} ({VALUES})"
        if [one["name"] for one in fields] != [name for name, _ in entry.header["fields"]]:
            yield _found("value-names", place)
            return
        for one, (name, committed) in zip(fields, entry.header["fields"]):
            listed = (entry.number, name) in said
            if "left_out" in one:
                self.left_out += 1
                if not listed:
                    yield _found("redaction-unsaid", place, field=name)
                continue
            self.shown += 1
            if _commitment(one) != committed:
                yield _found("value-altered", place, field=name)
            if listed:
                yield _found("redaction-not-done", place, field=name)

    def check_evidence(self) -> Iterator[Finding]:
        """Is each file of evidence the one whose hash was recorded when it was kept?"""
        values = {one["number"]: {field["name"]: field.get("value") for field in one["fields"]} for one in self.values}
        names = {entry.number: entry.header["name"] for entry in self.entries if entry.header}
        proven = set()
        for one in self.manifest["evidence"]:
            file, recorded = self.files.get(one["path"]), values.get(one["number"], {})
            proven.add(one["path"])
            if file is None:
                continue  # said already, unless it was taken out and is listed
            if names.get(one["number"]) != EVIDENCE or not recorded.get(EVIDENCE_HASH):
                yield _found("file-unproven", one["path"])
            elif recorded[EVIDENCE_HASH] != f"s:{file.sha256}":
                yield _found("file-altered", one["path"])
            if recorded.get(EVIDENCE_ADDRESS) not in (None, f"s:{one['address']}"):
                yield _found("file-address", one["path"])
        for path in sorted(self.files):
            if path.startswith("files/") and path not in proven:
                yield _found("file-unproven", path)

    # -- time-stamps

    def check_stamps(self) -> Iterator[Finding]:
        """Was each time-stamp given for its head, and by whom?"""
        heads = {head["size"]: (head, line) for head, line in zip(self.heads, self.head_lines)}
        helpers = self.enclosed_certificates()
        self.stamped = 0
        for one in self.manifest["stamps"]:
            if one["head_size"] not in heads:
                yield _found("stamp-head", one["path"])
            elif one["path"] in self.files:
                head, line = heads[one["head_size"]]
                yield from self.check_stamp(one["path"], self.files[one["path"]].read(), line, head, helpers)

    def enclosed_certificates(self) -> list[x509.Certificate]:
        found: list[x509.Certificate] = []
        for path in sorted(self.files):
            if path.startswith("timestamps/") and path.endswith(".pem"):
                try:
                    found += x509.load_pem_x509_certificates(self.files[path].read())
                except Exception:  # noqa: S112 - helpers only; the manifest says whether the file was altered
                    continue
        return found

    def check_stamp(self, path: str, token: bytes, line: bytes, head: dict[str, Any], helpers: Sequence[x509.Certificate]) -> Iterator[Finding]:
        found = list(_stamp_findings(path, token, line, head, self.anchors, helpers, self.report))
        yield from found
        if not found:
            self.stamped = max(self.stamped, head["size"])

    # -- what is said at the end

    def say_what_remains(self) -> None:
        """What was checked, and what nobody can check here."""
        report, manifest = self.report, self.manifest
        numbers = [entry.number for entry in self.entries]
        signed_by = getattr(self, "manifest_key", "")
        report.checked.append(("derivative" if self.derivative else "manifest", {"key": signed_by, "files": len((self.derivative or manifest)["files"])}))
        if numbers:
            report.checked.append(("entries", {"entries": len(numbers), "size": self.heads[-1]["size"] if self.heads else 0, "first": min(numbers) + 1, "last": max(numbers) + 1}))
        report.checked.append(("chains", {"chains": sum(one["whole"] for one in manifest["chains"])}))
        report.checked.append(("values", {"values": self.shown, "redacted": self.left_out}))
        kept = sum(1 for one in manifest["evidence"] if one["path"] in self.files)
        report.checked.append(("files", {"files": kept}))
        report.checked.append(("heads", {"heads": len(self.heads)}))
        _say_stamps(report)
        report.entries = [self.plain_entry(entry) for entry in self.entries if entry.header]
        report.redactions, report.gaps = self.redactions(), [one for one in manifest["gaps"] if isinstance(one, dict)]
        report.not_checked += [("truth", {}), ("tail", {})]
        _say_keys(report, self.keys, signed_by, [head["key_id"] for head in self.heads], self.pins)
        if not report.stamps:
            report.not_checked.append(("no-stamps", {}))
        elif any(number >= self.stamped for number in numbers):
            report.not_checked.append(("unstamped", {"entries": sum(number >= self.stamped for number in numbers)}))
        if any(path.endswith((".html", ".pdf")) and not path.startswith("files/") for path in self.files):
            report.not_checked.append(("pages", {}))
        if report.gaps:
            report.not_checked.append(("gaps", {"gaps": len(report.gaps)}))

    def plain_entry(self, entry: _Entry) -> dict[str, object]:
        header = entry.header
        by = [one["given_at"] for one in self.report.stamps if int(str(one["head_size"])) > entry.number]
        return {
            "number": entry.number + 1, "name": header["name"], "recorded_at": header["recorded_at"], "actor": header["actor"],
            "chain": header["chain"], "position": header["position"], "entry_hash": entry.digest, "existed_by": min(map(str, by)) if by else None,
        }


def _commitment(shown: dict[str, str]) -> str:
    return hashlib.sha256(bytes.fromhex(shown["salt"]) + shown["name"].encode("utf-8", "surrogatepass") + b"\x1f" + shown["value"].encode("utf-8", "surrogatepass")).hexdigest()


def _stamp_findings(
    path: str, token: bytes, line: bytes, head: dict[str, Any], anchors: Sequence[x509.Certificate], helpers: Sequence[x509.Certificate], report: Report,
) -> Iterator[Finding]:
    """What is wrong with a time-stamp of this head? What it says goes into the report."""
    try:
        stamp = read_stamp(token)
        if stamp.imprint != hashlib.sha256(line).digest():
            yield _found("stamp-imprint", path)
            return
    except _Wrong as wrong:
        yield _found("stamp-signature", path, why=wrong)
        return
    except Exception as wrong:  # a foreign parser reads hostile bytes here; whatever it raises, the time-stamp cannot be read
        yield _found("stamp-form", path, why=f"{type(wrong).__name__}: {wrong}")
        return
    if anchors:
        try:
            _path_to_authority(stamp, anchors, helpers)
        except Exception as wrong:  # as above: no path, whatever the reason
            yield _found("stamp-authority", path, why=wrong)
            return
    given_at = stamp.given_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    report.stamps.append({"head_size": head["size"], "given_at": given_at, "authority": stamp.signer.subject.rfc4514_string(), "trusted": bool(anchors), "path": path})
    if given_at[:19] < head["signed_at"][:19]:
        report.not_checked.append(("clock", {"head": head["signed_at"]}))


def _say_stamps(report: Report) -> None:
    if not report.stamps:
        return
    times = sorted(str(one["given_at"]) for one in report.stamps)
    report.checked.append(("stamps", {"stamps": len(times), "first": times[0], "last": times[-1]}))
    unknown = sorted({str(one["authority"]) for one in report.stamps if not one["trusted"]})
    report.not_checked += [("authority", {"name": name}) for name in unknown] + [("revocation", {})]


def _say_keys(report: Report, keys: dict[str, bytes], signed_by: str, head_keys: Sequence[str], pins: Sequence[str]) -> None:
    newest = {signed_by, *head_keys[-1:]}
    if not pins:
        report.not_checked += [("key", {"key": key_id, "fingerprint": fingerprint(keys[key_id])}) for key_id in sorted(newest & keys.keys())]
    for key_id in sorted(set(head_keys) - newest):
        if key_id in keys and not any(fingerprint(keys[key_id]).startswith(pin) for pin in pins):
            report.not_checked.append(("old-key", {"key": key_id}))


# ---- receipts

def _receipt_findings(data: bytes, pins: Sequence[str], anchors: Sequence[x509.Certificate], report: Report) -> Iterator[Finding]:
    """Is this receipt what the institution signed, and does its entry stand in the log?"""
    try:
        said = _document(data, _RECEIPT_FORM)
        if said["version"] != VERSION:
            yield _found("unknown-version", "receipt", version=said["version"], known=VERSION)
            return
        header, head = _parsed(said["header"]), _parsed(said["head"])
        _must_fit(header, _HEADER_FORM, "header")
        _must_fit(header["fields"], [list], "header.fields")
        if any(len(pair) != 2 or not all(isinstance(one, str) for one in pair) for pair in header["fields"]):
            raise _Wrong("header.fields is not made of pairs")
        _must_fit(head, _HEAD_FORM, "head")
    except _Wrong as wrong:
        yield _found("form", "receipt", why=wrong)
        return
    report.kind, report.institution_id = "receipt", header["institution_id"]
    keys = {}
    for name in ("key", "head_key"):
        keys[said[name]["key_id"]] = bytes.fromhex(said[name]["public_key"])
        if fingerprint(keys[said[name]["key_id"]])[:FINGERPRINT_DIGITS] != said[name]["key_id"]:
            yield _found("key-id", f"receipt: {name}")
    body = _canonical({name: value for name, value in said.items() if name != "signature"}).encode()
    key_id = said["key"]["key_id"]
    if not _signed(keys[key_id], said["signature"], RECEIPT_PREFIX + body):
        yield _found("receipt-signature", "receipt")
    pinned = [pin.lower() for pin in pins]
    for one in dict.fromkeys((key_id, said["head_key"]["key_id"])):
        if pinned and not any(fingerprint(keys[one]).startswith(pin) for pin in pinned):
            yield _found("key-pinned", "receipt", wanted=", ".join(pinned), key=fingerprint(keys[one]))
    yield from _receipt_entry(said, header, head, keys)
    if said["stamp"]:
        yield from _stamp_findings("receipt: stamp", bytes.fromhex(said["stamp"]), said["head"].encode(), head, anchors, (), report)
    report.checked.append(("receipt", {"size": head["size"], "number": said["number"] + 1}))
    _say_stamps(report)
    report.not_checked += [("truth", {}), *(() if report.stamps else (("no-stamps", {}),))]
    _say_keys(report, keys, key_id, [head["key_id"]], pinned)


def _receipt_entry(said: dict[str, Any], header: dict[str, Any], head: dict[str, Any], keys: dict[str, bytes]) -> Iterator[Finding]:
    if head["key_id"] not in keys or head["key_id"] != said["head_key"]["key_id"]:
        yield _found("head-key", "receipt: head", key=head["key_id"])
    elif not _signed(keys[head["key_id"]], said["head_signature"], HEAD_PREFIX + said["head"].encode()):
        yield _found("head-signature", "receipt: head")
    if head["institution_id"] != header["institution_id"]:
        yield _found("other-institution", "receipt: head", actual=head["institution_id"], wanted=header["institution_id"])
    digest = hashlib.sha256(said["header"].encode()).digest()
    if not included(said["number"], head["size"], digest, [bytes.fromhex(node) for node in said["path"]], bytes.fromhex(head["root"])):
        yield _found("inclusion", f"entry {said['number'] + 1}")
    if [one["name"] for one in said["fields"]] != [name for name, _ in header["fields"]]:
        yield _found("value-names", "receipt: fields")
        return
    for one, (name, committed) in zip(said["fields"], header["fields"]):
        if "value" in one and _commitment(one) != committed:
            yield _found("value-altered", "receipt: fields", field=name)


# ---- the doors

def findings(source: Source, pins: Sequence[str] = (), anchors: Sequence[x509.Certificate] = (), report: Report | None = None) -> Iterator[Finding]:
    """What is wrong with this bundle or receipt, one thing after the other? `source` is a path, or the bytes of a .zip or receipt."""
    report = report if report is not None else Report()
    files: dict[str, File] = {}
    if not isinstance(source, bytes) and Path(source).is_dir():
        yield from _folder_files(Path(source), files)
        report.checked.append(("folder", {"files": len(files)}))
        yield from _Bundle(files, pins, anchors, report).findings()
        return
    with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as stream:
        start = stream.read(2)
        total = stream.seek(0, io.SEEK_END)
        if start == b'{"':
            yield from _receipt_findings(_read_at(stream, 0, total), pins, anchors, report)
            return
        damaged = False
        for one in _zip_files(stream, total, files):
            damaged = damaged or one.code != "container-checksum"
            yield one
        if not damaged or (files and MANIFEST in files):
            report.checked.append(("container", {"files": len(files)}))
            yield from _Bundle(files, pins, anchors, report).findings()


def files_in(source: Source) -> dict[str, bytes]:
    """All files of a bundle, for whoever works on with one that was verified; nothing is checked here."""
    files: dict[str, File] = {}
    if not isinstance(source, bytes) and Path(source).is_dir():
        list(_folder_files(Path(source), files))
        return {name: file.read() for name, file in files.items()}
    with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as stream:
        list(_zip_files(stream, stream.seek(0, io.SEEK_END), files))
        return {name: file.read() for name, file in files.items()}


def verify(source: Source, pins: Sequence[str] = (), anchors: Sequence[x509.Certificate] = ()) -> Report:
    """Check everything that can be checked here."""
    report = Report()
    report.findings = list(findings(source, pins, anchors, report))
    if not report.kind and not report.findings:
        report.findings.append(_found("no-bundle", str(source)[:200] if not isinstance(source, bytes) else "bytes"))
    return report


def main(words: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Is this dossier or receipt what was recorded, unaltered and complete? Works offline.",
                                     epilog="Exit code: 0 proven, 1 not proven, 2 wrong call. Example: python verify.py dossier.zip --tsa-ca authority.pem")
    parser.add_argument("bundle", help="a dossier (folder or .zip) or a receipt (.json)")
    parser.add_argument("--key", action="append", default=[], metavar="FINGERPRINT", help="the institution's key, at least 16 hex digits of its fingerprint; may be repeated")
    parser.add_argument("--tsa-ca", metavar="FILE", help="certificates (PEM) of the time-stamp authority that you trust")
    parser.add_argument("--json", action="store_true", help="one JSON document for a machine")
    parser.add_argument("--language", choices=("en", "zh"), default="en")
    called = parser.parse_args(words)
    if any(not re.fullmatch(r"[0-9a-fA-F]{16,64}", pin) for pin in called.key):
        parser.error("--key takes 16 to 64 hex digits")
    if not Path(called.bundle).exists():
        parser.error(f"there is no {called.bundle}")
    try:
        anchors = x509.load_pem_x509_certificates(Path(called.tsa_ca).read_bytes()) if called.tsa_ca else []
    except (OSError, ValueError) as wrong:
        parser.error(f"{called.tsa_ca} holds no certificates: {wrong}")
    report = verify(called.bundle, called.key, anchors)
    text = json.dumps(report.plain(called.language), ensure_ascii=False, indent=1) if called.json else "\n".join(report.lines(called.language))
    sys.stdout.buffer.write(text.encode("utf-8") + b"\n")
    return 0 if report.proven else 1


if __name__ == "__main__":
    sys.exit(main())
