"""How much does a message sound like each intent? Pieces of its words, each with a weight for every intent; their sum, and nothing hidden behind it.

Pieces are runs of one to four characters inside a word (a run of Chinese characters is one) and words alone and in twos. A piece weighs the more the
rarer it was in the sentences learnt from. Both kinds are brought to length one, so that a long message counts no more than a short one, and the sums
become shares that add up to one (multinomial logistic regression). The weights were learnt by `tools/train_recogniser.py` and are bytes in
`recogniser.npz`; here numpy alone adds them up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).parent / "recogniser.npz"
LONGEST_RUN = 4
RUN, WORD = "~", "="
_REMEMBERED, _LONGEST_REMEMBERED = 50_000, 16
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_TOKEN = re.compile(rf"[a-z0']+|[{_HAN}]+|[^\s\w]|[^\s]")
_IS_HAN = re.compile(f"[{_HAN}]")


def pieces(bare: str) -> tuple[set[str], set[str]]:
    """The pieces of a text in `normal.bare` form: runs of characters, and words with their neighbours.

    >>> runs, words = pieces("my loan")
    >>> sorted(words), " loa" in runs, "yl" in runs
    (['_my', 'loan', 'loan_', 'my', 'my_loan'], True, False)
    """
    tokens = _TOKEN.findall(bare)
    return {one for token in tokens for one in _runs_of(token)}, _words_of(tokens)


def _runs_of(token: str) -> set[str]:
    padded = f" {token} "
    length = len(padded)
    return {padded[start : start + size] for size in range(1, LONGEST_RUN + 1) for start in range(length - size + 1)} - {" "}


def _words_of(tokens: Sequence[str]) -> set[str]:
    words = [part for token in tokens for part in (token if token[0] > "\u33ff" and _IS_HAN.match(token) else (token,))]
    return {*words, *[f"{one}_{other}" for one, other in zip(("", *words), (*words, ""), strict=True)]}


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt.

    Attributes:
        places: piece → its row; runs of characters and words are told apart by a sign before (`RUN`, `WORD`).
        rarity: of each row, how rare it was (inverse document frequency).
        weights: rows by intents.
        version: the beginning of the hash of what was learnt from, and how.
    """

    intents: tuple[str, ...]
    places: Mapping[str, int]
    rarity: NDArray[np.float32]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    version: str
    _runs: dict[str, int] = field(init=False, repr=False, default_factory=dict)
    _words: dict[str, int] = field(init=False, repr=False, default_factory=dict)
    _tokens: dict[str, tuple[int, ...]] = field(init=False, repr=False, default_factory=dict)
    """Rows of the runs of words met before: people use the same words."""

    def __post_init__(self) -> None:
        for piece, row in self.places.items():
            (self._runs if piece[0] == RUN else self._words)[piece[1:]] = row

    def rows_of(self, bare: str) -> tuple[list[int], list[int]]:
        """The rows of a text, sorted, so that sums are added in one order wherever they are added: of its runs, and of its words."""
        tokens = _TOKEN.findall(bare)
        words = [row for one in _words_of(tokens) if (row := self._words.get(one)) is not None]
        return sorted({row for token in tokens for row in self._rows_of_token(token)}), sorted(words)

    def _rows_of_token(self, token: str) -> tuple[int, ...]:
        rows = self._tokens.get(token)
        if rows is None:
            rows = tuple(row for one in _runs_of(token) if (row := self._runs.get(one)) is not None)
            if len(self._tokens) < _REMEMBERED and len(token) < _LONGEST_REMEMBERED:
                self._tokens[token] = rows
        return rows

    def shares(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """For each text (in `normal.bare` form) how much it sounds like each intent; each row adds up to one."""
        sums = np.repeat(self.bias[None, :], len(texts), axis=0)
        owners: list[int] = []
        lengths: list[int] = []
        every: list[int] = []
        for number, text in enumerate(texts):
            for rows in self.rows_of(text):
                if rows:
                    owners.append(number)
                    lengths.append(len(rows))
                    every += rows
        if every:
            starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
            rarity = self.rarity[every]
            length = np.sqrt(np.add.reduceat(rarity * rarity, starts))
            parts = np.add.reduceat(rarity[:, None] * self.weights[every], starts, axis=0) / length[:, None]
            np.add.at(sums, owners, parts)
        sums -= sums.max(axis=1, keepdims=True)
        np.exp(sums, out=sums)
        shares: NDArray[np.float32] = sums / sums.sum(axis=1, keepdims=True)
        return shares

    def spoke(self, text: str, intent: str, most: int = 5) -> tuple[str, ...]:
        """The words or runs that spoke most for an intent, the strongest first: longer ones before what is inside them."""
        column = self.intents.index(intent)
        runs, words = pieces(text)
        # Whole words, and runs of Chinese characters: a run of Latin letters says nothing to whoever reads it.
        readable = [*((WORD, one) for one in words), *((RUN, one) for one in runs if _IS_HAN.search(one))]
        found = [
            (float(self.rarity[row] * self.weights[row, column]), one.strip(" _").replace("_", "" if _IS_HAN.search(one) else " ")) for sign, one in readable if (row := self.places.get(sign + one)) is not None
        ]
        strongest: list[str] = []
        for weight, one in sorted(found, key=lambda pair: (-pair[0], pair[1])):
            if weight > 0 and len(one) > 1 and not any(one in other or other in one for other in strongest):
                strongest.append(one)
            if len(strongest) == most:
                break
        return tuple(strongest)


def save(path: Path, model: Model) -> None:
    """Write it: the pieces as text, the weights as bytes of one scale each intent. No pickle; the same model gives the same bytes inside."""
    scale = np.abs(model.weights).max(axis=0) / 127
    np.savez_compressed(
        path, intents=_bytes(model.intents), pieces=_bytes(model.places), rarity=model.rarity.astype(np.float16), scale=scale.astype(np.float32),
        weights=np.rint(model.weights / scale).astype(np.int8), bias=model.bias.astype(np.float32), version=_bytes([model.version]))


def load(path: Path) -> Model:
    """Read it again."""
    with np.load(path, allow_pickle=False) as kept:
        places = {one: row for row, one in enumerate(_texts(kept["pieces"]))}
        weights = kept["weights"].astype(np.float32) * kept["scale"]
        return Model(tuple(_texts(kept["intents"])), places, kept["rarity"].astype(np.float32), weights, kept["bias"], _texts(kept["version"])[0])


@cache
def learnt() -> Model:
    """The model of this package."""
    return load(FILE)


def _bytes(texts: Iterable[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode(), dtype=np.uint8)


def _texts(kept: NDArray[np.uint8]) -> list[str]:
    return kept.tobytes().decode().split("\n")
