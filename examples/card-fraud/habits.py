"""Honest transactions: daily rhythm, seasons, trips, favourite shops."""

from datetime import timedelta

import numpy as np

from world import (
    CATEGORIES,
    CHIP,
    CONTACTLESS,
    CUSTOMERS,
    DAY,
    DAYS,
    KEYED,
    START,
    STRIPE,
    WEB,
    WEEKDAY_FACTOR,
    Shopper,
    World,
    days_since_payday,
    season_factor,
)


def trips_of(world: World, random: np.random.Generator) -> list[list[tuple[float, float, int]]]:
    """Per customer (from day, to day, city); summer and the year's end are preferred."""
    weights = np.array([{6: 1.8, 7: 3.0, 8: 3.0, 12: 1.6}.get((START + timedelta(days=d)).month, 1.0) for d in range(DAYS)])
    out = []
    for _ in range(CUSTOMERS):
        starts = random.choice(DAYS, random.poisson(3.5), p=weights / weights.sum())
        out.append([(float(s), float(s + random.integers(2, 15)), int(random.integers(len(world.city_xy)))) for s in starts])
    return out


def habit_events(world: World, shopper: Shopper, random: np.random.Generator) -> list[tuple]:
    """Honest transactions as (time s, customer, shop, amount, entry, declined, fraud, device, changed)."""
    trips = trips_of(world, random)
    events: list[tuple] = []
    means = np.array([c[1] for c in CATEGORIES], float)
    sigmas = np.array([c[2] for c in CATEGORIES])
    december = np.array([c[5] for c in CATEGORIES])
    web_share = np.array([c[4] for c in CATEGORIES])
    for day in range(DAYS):
        date = START + timedelta(days=day)
        since = np.array([days_since_payday(date, p) for p in (1, 15, 25)])
        pay = dict(zip((1, 15, 25), np.where(since <= 3, 1.30, np.where(since >= 24, 0.82, 1.0))))
        factor = np.array([pay[p] for p in world.payday]) * WEEKDAY_FACTOR[date.weekday()] * season_factor(date)
        counts = random.poisson(world.rate * factor)
        for customer in np.flatnonzero(counts):
            trip = next((t for t in trips[customer] if t[0] <= day <= t[1]), None)
            weights = world.taste[customer] * (december if date.month == 12 else 1.0)
            weights = weights / weights.sum()
            for category in random.choice(len(CATEGORIES), counts[customer], p=weights):
                online = random.random() < np.clip(web_share[category] * 2 * world.web_habit[customer], 0, 1)
                city = -1 if online else (trip[2] if trip else int(world.home[customer]))
                if not online and not trip and random.random() < 0.06:
                    city = int(random.integers(10))  # a day out in the same country
                shop = shopper.pick(customer, int(category), city, day)
                online = world.shop_city[shop] < 0
                peak = CATEGORIES[category][6][random.integers(2)]
                hour = (random.normal(peak, 2.2) if random.random() < 0.9 else random.uniform(0, 24)) % 24
                amount = means[category] * world.wealth[customer] * np.exp(random.normal(0, sigmas[category]) - sigmas[category] ** 2 / 2)
                if random.random() < 0.12:
                    amount = max(5, 5 * round(amount / 5))
                entry = WEB if online else honest_entry(float(amount), random)
                events.append((day * DAY + hour * 3600, int(customer), shop, round(max(0.5, float(amount)), 2), entry,
                               bool(random.random() < 0.018), False, "", False))
    return events


def honest_entry(amount: float, random: np.random.Generator) -> int:
    draw = random.random()
    if draw < 0.025:
        return STRIPE
    if draw < 0.035:
        return KEYED
    return CONTACTLESS if amount < 50 and random.random() < 0.8 else CHIP
