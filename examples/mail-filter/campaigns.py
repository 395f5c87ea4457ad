"""Find mails that are copies or variants of one another, so that no campaign or thread crosses a split.

MinHash over word 4-shingles (Broder 1997; 96 hashes, 32 bands of 3) proposes pairs, their true similarity
decides; mails of one subject line are joined as well (threads, serial newsletters, repeated campaigns).
"""

import hashlib
import re

import numpy as np

HASHES, BANDS, SHINGLE = 96, 32, 4
SAME_GROUP, SAME_MAIL = 0.30, 0.85  # shared share of the smaller mail's shingles; Jaccard
PRIME = (1 << 61) - 1


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.lower())


def shingles(text: str) -> set[int]:
    w = words(text)
    grams = [" ".join(w[i : i + SHINGLE]) for i in range(max(1, len(w) - SHINGLE + 1))]
    return {int.from_bytes(hashlib.blake2b(g.encode(), digest_size=7).digest(), "big") for g in grams}


def signature(items: set[int], a: list[int], b: list[int]) -> tuple[int, ...]:
    return tuple(min((x * i + j) % PRIME for x in items) for i, j in zip(a, b))


class Groups:
    """Union-find; the smallest member names the group."""

    def __init__(self, size: int):
        self.parent = list(range(size))

    def find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        i, j = sorted((self.find(i), self.find(j)))
        self.parent[j] = i


def candidate_pairs(sets: list[set[int]], seed: int) -> set[tuple[int, int]]:
    random = np.random.default_rng(seed)
    a = [int(v) for v in random.integers(1, 1 << 60, HASHES)]
    b = [int(v) for v in random.integers(0, 1 << 60, HASHES)]
    width, pairs = HASHES // BANDS, set()
    signatures = [signature(s, a, b) for s in sets]
    for band in range(BANDS):
        buckets: dict[tuple, list[int]] = {}
        for i, sig in enumerate(signatures):
            buckets.setdefault(sig[band * width : (band + 1) * width], []).append(i)
        for members in buckets.values():
            # A bucket is chained, not squared: all its members end in one group anyway.
            pairs.update(zip(members, members[1:]))
            pairs.update((members[0], m) for m in members[2:])
    return pairs


def find_campaigns(subjects: list[str], texts: list[str], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (group of each mail, true where the mail nearly equals an earlier one)."""
    sets = [shingles(t) for t in texts]
    groups, copy = Groups(len(texts)), np.zeros(len(texts), bool)
    for i, j in sorted(candidate_pairs(sets, seed)):
        shared = len(sets[i] & sets[j])
        if shared / min(len(sets[i]), len(sets[j])) >= SAME_GROUP:
            groups.join(i, j)
        if shared / len(sets[i] | sets[j]) >= SAME_MAIL:
            copy[max(i, j)] = True
    first: dict[str, int] = {}
    for i, subject in enumerate(subjects):
        key = " ".join(words(subject))
        if len(key) >= 8:
            groups.join(first.setdefault(key, i), i)
    return np.array([groups.find(i) for i in range(len(texts))]), copy
