"""Learn the recogniser of intents anew from the learning sentences, and choose its thresholds on sentences that were held out.

    python tools/train_recogniser.py            learn, choose thresholds, write both files
    python tools/train_recogniser.py --check    learn, and say whether the files would be the same

Never reads the test sentences. The same sentences give the same model: nothing is drawn by lot but the folds, and those from a fixed seed.
"""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from arrears.intake.inbound import model, normal, recognising, words

SENTENCES = Path(model.__file__).parent / "sentences"
LANGUAGES = ("zh-CN", "en", "es")
AT_LEAST, PENALTY, FOLDS, SEED = 2, 8.0, 5, 1
"""A piece counts if so many sentences have it; inverse strength of the penalty; folds and their seed."""
WANTED = {"crisis": 0.985, "distress": 0.90, "stop": 0.97, "not_mine": 0.97, "dispute": 0.95}
"""Which share of held-out sentences of an intent must be above its threshold, by the model alone. The rest is caught by rules, or seen by a person."""
SURE = 0.90
"""Which share of the main intents that are called sure must be right."""
REASONS = {
    "crisis": "A miss may cost a life, a false alarm costs a look by somebody trained. The words of danger act beside it.",
    "distress": "Whoever breaks down is not sent the next automatic message.",
    "stop": "A no is kept at the first word; who is left alone by mistake can be asked by a person.",
    "not_mine": "A second message to a stranger tells the stranger about a debt.",
    "dispute": "What is disputed may not be demanded; a person looks within days.",
}


def sentences() -> tuple[list[str], list[str]]:
    """The learning sentences in the model's form, and their intents; a sentence that stands twice counts once."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for intent, said in yaml.safe_load((SENTENCES / f"{language}.yaml").read_text(encoding="utf-8")).items():
            for one in said:
                found.setdefault(normal.bare(normal.plain(one)), intent)
    return list(found), list(found.values())


def version(texts: list[str], intents: list[str]) -> str:
    """What was learnt from, and how, in eight letters."""
    settings = f"{AT_LEAST} {PENALTY} {model.LONGEST_RUN} {SEED}"
    return sha256("\n".join([settings, *(f"{intent}\t{text}" for text, intent in zip(texts, intents, strict=True))]).encode()).hexdigest()[:8]


def learn(texts: list[str], intents: list[str], named: str) -> model.Model:
    """The model that these sentences give."""
    marked = [[*(model.RUN + one for one in runs), *(model.WORD + one for one in words_)] for runs, words_ in map(model.pieces, texts)]
    seen: dict[str, int] = {}
    for one in marked:
        for piece in one:
            seen[piece] = seen.get(piece, 0) + 1
    places = {piece: row for row, piece in enumerate(sorted(piece for piece, count in seen.items() if count >= AT_LEAST))}
    # As it is kept, so that learning and use see the same numbers.
    rarity = np.array([np.log((1 + len(texts)) / (1 + seen[piece])) + 1 for piece in places], dtype=np.float16).astype(np.float32)
    kinds = tuple(sorted(set(intents)))
    empty = model.Model(kinds, places, rarity, np.zeros((len(places), len(kinds)), np.float32), np.zeros(len(kinds), np.float32), named)
    fitted = LogisticRegression(C=PENALTY, class_weight="balanced", max_iter=300, tol=1e-4).fit(matrix(empty, texts), intents)
    assert tuple(fitted.classes_) == kinds
    return model.Model(kinds, places, rarity, fitted.coef_.T.astype(np.float32), fitted.intercept_.astype(np.float32), named)


def matrix(of: model.Model, texts: list[str]) -> sparse.csr_matrix:
    """Sentences by pieces, each kind of piece brought to length one."""
    rows, columns, values = [], [], []
    for number, text in enumerate(texts):
        for some in of.rows_of(text):
            weight = of.rarity[some]
            rows += [number] * len(some)
            columns += some
            values += (weight / np.sqrt(weight @ weight)).tolist() if some else []
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), len(of.places)))


def held_out(texts: list[str], intents: list[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """Of each sentence the shares that a model gives which has not seen it."""
    shares = np.zeros((len(texts), len(set(intents))), np.float32)
    kinds: tuple[str, ...] = ()
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(texts, intents):
        learnt = learn([texts[one] for one in seen], [intents[one] for one in seen], "")
        shares[unseen] = learnt.shares([texts[one] for one in unseen])
        kinds = learnt.intents
    return kinds, shares


def thresholds(kinds: tuple[str, ...], shares: np.ndarray, intents: list[str]) -> str:
    """The file of thresholds, with what each finds and what it costs among the sentences held out."""
    truth = np.array(intents)
    lines = [
        "# From which share on is an intent acted on? Written by tools/train_recogniser.py, chosen on learning sentences that each model had not seen",
        f"# ({FOLDS} folds), never on the test sentences. `finds`: share of the sentences of this intent that are at or above it, by the model alone;",
        "# `others`: share of all other sentences that are too.", "acts:",
    ]
    for intent, wanted in WANTED.items():
        column = shares[:, kinds.index(intent)]
        own = np.sort(column[truth == intent])
        limit = np.floor(own[int((1 - wanted) * len(own))] * 10_000) / 10_000
        finds, others = float((column[truth == intent] >= limit).mean()), float((column[truth != intent] >= limit).mean())
        lines += [f"  {intent}:", f"    from: {limit:.4f}", f"    finds: {finds:.3f}", f"    others: {others:.3f}", f'    reason: "{REASONS[intent]}"']
    best, main = shares.max(axis=1), np.array(kinds)[shares.argmax(axis=1)]
    order = np.argsort(-best)
    right = np.cumsum(main[order] == truth[order]) / np.arange(1, len(order) + 1)
    last = int(np.nonzero(right >= SURE)[0].max())
    limit = float(np.ceil(best[order[last]] * 100) / 100)
    lines += [
        "sure:", f"  from: {limit:.2f}", f"  right: {float((main == truth)[best >= limit].mean()):.3f}", f"  share: {float((best >= limit).mean()):.3f}",
        f'  reason: "From here on the main intent is right {SURE:.0%} of the time among sentences held out; below it a person looks before anything follows that protects nobody."',
    ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Learn, and write or compare."""
    texts, intents = sentences()
    named = version(texts, intents)
    learnt = learn(texts, intents, named)
    if "--check" in sys.argv:
        kept, again = model.learnt(), Path(model.FILE).with_suffix(".new.npz")
        try:
            model.save(again, learnt)
            anew = model.load(again)
        finally:
            again.unlink(missing_ok=True)
        apart = float(np.abs(anew.shares(texts) - kept.shares(texts)).max()) if list(anew.places) == list(kept.places) else 1.0
        print(f"largest difference of a share: {apart:.2e}")
        return int(apart > 1e-3 or kept.version != named)
    model.save(model.FILE, learnt)
    recognising.THRESHOLDS.write_text(thresholds(*held_out(texts, intents), intents), encoding="utf-8")
    print(f"{len(texts)} sentences, {len(learnt.places)} pieces, {model.FILE.stat().st_size // 1000} kB, version {named}")
    return 0


if __name__ == "__main__":
    assert words.FAMILIES.is_file()
    sys.exit(main())
