"""Five kinds of fraud; each maker returns the transactions of one episode.

An event is (time s, customer, shop, amount, entry, declined, fraud, device, changed): `device` names a
stranger's device, `changed` says that the credentials were changed for it.
"""

import numpy as np

from world import CATEGORIES, CONTACTLESS, CUSTOMERS, DAY, DAYS, KEYED, STRIPE, WEB, World

FRAUD_MIX = {"testing": 0.20, "takeover": 0.27, "collusion": 0.05, "skimming": 0.22, "stolen": 0.26}
EPISODES_PER_DAY = 1.1


def open_shops(world: World, day: float, web: bool, categories: tuple[int, ...] | None = None) -> np.ndarray:
    mask = (world.shop_opened <= day) & ((world.shop_city < 0) == web)
    if categories is not None:
        mask &= np.isin(world.shop_category, categories)
    return np.flatnonzero(mask)


def night_bias(when: float, random: np.random.Generator) -> float:
    """Shift a moment (days) towards the night in four cases of ten."""
    return np.floor(when) + random.uniform(0, 6) / 24 if random.random() < 0.4 else when


def testing(world: World, random: np.random.Generator, when: float, tag: str) -> list[tuple]:
    events = []
    probe = int(random.choice(open_shops(world, when, True)))
    start = night_bias(when, random)
    for victim in random.choice(CUSTOMERS, random.integers(2, 9), replace=False):
        moment = start + random.exponential(0.03)
        for _ in range(random.integers(1, 4)):
            declined = random.random() < 0.45
            events.append((moment * DAY, int(victim), probe, round(float(random.uniform(0.5, 4.9)), 2), WEB, declined, True, tag, False))
            moment += random.exponential(0.004)
        if random.random() < 0.5:
            moment += random.exponential(0.4)
            for _ in range(random.integers(1, 3)):
                shop = int(random.choice(open_shops(world, when, True, (4, 5, 10, 11))))
                events.append((moment * DAY, int(victim), shop, round(float(np.exp(random.normal(5.0, 0.6))), 2), WEB, False, True, tag, False))
                moment += random.exponential(0.03)
    return events


def takeover(world: World, random: np.random.Generator, when: float, tag: str) -> list[tuple]:
    events, moment = [], night_bias(when, random)
    victim = int(random.integers(CUSTOMERS))
    changed = bool(random.random() < 0.7)
    for _ in range(random.integers(2, 8)):
        shop = int(random.choice(open_shops(world, when, True, (4, 5, 8, 9, 10, 11) if random.random() < 0.8 else None)))
        usual = CATEGORIES[world.shop_category[shop]][1] * world.wealth[victim]
        amount = usual * np.exp(random.normal(0.7, 0.6))
        events.append((moment * DAY, victim, shop, round(float(amount), 2), WEB, bool(random.random() < 0.15), True, tag, changed))
        moment += random.exponential(0.12)
    return events


def collusion(world: World, random: np.random.Generator, when: float, tag: str) -> list[tuple]:
    events = []
    recent = open_shops(world, when, False)
    shop = int(recent[np.argmax(world.shop_opened[recent] + random.normal(0, 60, len(recent)))])
    usual = CATEGORIES[world.shop_category[shop]][1]
    for _ in range(random.integers(8, 30)):
        moment = when + random.uniform(0, 25)
        hour = np.clip(random.normal(15, 3), 8, 22)
        amount = max(20, 5 * round(usual * float(np.exp(random.normal(0.9, 0.4))) / 5))
        entry = KEYED if random.random() < 0.7 else STRIPE
        events.append(((np.floor(moment) + hour / 24) * DAY, int(random.integers(CUSTOMERS)), shop, float(amount), entry, False, True, "", False))
    return events


def skimming(world: World, random: np.random.Generator, when: float, tag: str) -> list[tuple]:
    events, moment = [], when
    victim = int(random.integers(CUSTOMERS))
    city = int(random.integers(len(world.city_xy)))
    here = np.flatnonzero((world.shop_city == city) & (world.shop_opened <= when))
    if len(here) == 0:
        return events
    for _ in range(random.integers(1, 6)):
        shop = int(random.choice(here))
        amount = CATEGORIES[world.shop_category[shop]][1] * np.exp(random.normal(0.8, 0.6))
        entry = STRIPE if random.random() < 0.85 else KEYED
        events.append((moment * DAY, victim, shop, round(float(amount), 2), entry, bool(random.random() < 0.2), True, "", False))
        moment += random.exponential(0.05)
    return events


def stolen(world: World, random: np.random.Generator, when: float, tag: str) -> list[tuple]:
    events, moment = [], when
    victim = int(random.integers(CUSTOMERS))
    near = np.flatnonzero((world.shop_city == world.home[victim]) & (world.shop_opened <= when))
    if len(near) == 0:
        return events
    for _ in range(random.integers(3, 10)):
        shop = int(random.choice(near))
        amount = min(49.9, CATEGORIES[world.shop_category[shop]][1] * float(np.exp(random.normal(0.3, 0.5))))
        events.append((moment * DAY, victim, shop, round(max(3.0, amount), 2), CONTACTLESS, bool(random.random() < 0.1), True, "", False))
        moment += random.exponential(0.015)
    return events


def fraud_by_kind(world: World, random: np.random.Generator):
    """Yield (kind, all its events)."""
    makers = {"testing": testing, "takeover": takeover, "collusion": collusion, "skimming": skimming, "stolen": stolen}
    for name, share in FRAUD_MIX.items():
        events: list[tuple] = []
        for number, when in enumerate(random.uniform(0, DAYS, random.poisson(EPISODES_PER_DAY * share * DAYS))):
            events += makers[name](world, random, float(when), f"{name}-{number}")
        yield name, [e for e in events if e[0] < DAYS * DAY]
