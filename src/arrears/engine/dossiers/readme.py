"""What stands in the readme.txt of every bundle: how to check it, with the tool and by hand, in both languages."""

from __future__ import annotations

README = """\
DOSSIER OF A CASE: HOW TO CHECK IT
==================================
With the tool (Python 3.9 or newer and the package cryptography, no network):

    python verify.py DOSSIER --key FINGERPRINT --tsa-ca AUTHORITY.pem

DOSSIER is the .zip or the folder. FINGERPRINT is the institution's key as it publishes it; AUTHORITY.pem the certificate of the
time-stamp authority that you trust. Use a verify.py that you got from elsewhere, or compare its SHA-256 with one.

By hand:

    sed -n 1p entries.jsonl | tr -d '\\n' | sha256sum      the hash of the first entry: see entry_hash in proofs.json
    sed -n 1p heads.jsonl | tr -d '\\n' > head.txt         a signed head, exactly as it was signed and time-stamped
    openssl ts -verify -data head.txt -in timestamps/....tsr -CAfile AUTHORITY.pem
    sha256sum files/*                                     compare with original_sha256 in values.json

Files: entries.jsonl (headers as hashed), values.json (values and salts), proofs.json (RFC 6962 proofs), heads.jsonl and heads.sig,
keys.json, timestamps/, files/ (evidence), manifest.json and manifest.sig (every file with its SHA-256, signed), timeline, documents.

What it cannot show stands in manifest.json under "gaps", and at the end of the timeline.

案件证据包：核验方法
====================
使用工具（需 Python 3.9 及以上和 cryptography，无需联网）：

    python verify.py 证据包 --key 指纹 --tsa-ca 时间戳机构证书.pem --language zh

“指纹”为机构公布的密钥指纹，证书为您所信任的时间戳机构的证书。请使用从其他途径取得的 verify.py，或核对其 SHA-256。

手工核验：

    sed -n 1p entries.jsonl | tr -d '\\n' | sha256sum      第一条记录的哈希，见 proofs.json 中的 entry_hash
    sed -n 1p heads.jsonl | tr -d '\\n' > head.txt         已签名的树头原文
    openssl ts -verify -data head.txt -in timestamps/....tsr -CAfile 时间戳机构证书.pem
    sha256sum files/*                                     与 values.json 中的 original_sha256 比对

无法证明的内容列于 manifest.json 的 gaps 及时间线末尾。
"""
