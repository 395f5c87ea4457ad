"""What the model sees of a transaction: computed in one pass, from what was known before it."""

from collections import deque

import numpy as np

from world import CATEGORIES, CUSTOMERS, DAY, WEB, World

# No feature tells the position in the month or week (days since pay-day, weekend): in a window of a few
# hundred rows such a column has another distribution every time, by construction, and a drift test on it
# would cry every week. The seasons act on amounts, counts, shops and hours instead.
FEATURES = [
    ("amount", "amount of this transaction, EUR"),
    ("amount_to_mean", "amount over the customer's running mean amount"),
    ("amount_zscore", "log amount in standard deviations from the customer's habit"),
    ("amount_to_category", "amount over the usual amount of the merchant category"),
    ("round_amount", "1 when the amount is a whole multiple of 5 EUR"),
    ("hour", "hour of day, local, 0 to 24"),
    ("category", "merchant category, 0 to 11"),
    ("category_share", "share of the customer's history in this category"),
    ("entry_mode", "0 chip, 1 contactless, 2 magnetic stripe, 3 keyed by hand, 4 web"),
    ("foreign", "1 outside the home country"),
    ("home_km", "distance from home, km (0 for web)"),
    ("last_km", "distance from the previous purchase in person, km (0 for web)"),
    ("speed_kmh", "last_km over the time between, capped at 2000"),
    ("minutes_since_last", "minutes since the customer's previous transaction, capped at 10080"),
    ("count_1h", "the customer's transactions in the last hour, this one included"),
    ("count_24h", "the customer's transactions in the last 24 hours"),
    ("sum_24h", "the customer's spending in the last 24 hours, EUR"),
    ("declined_24h", "the customer's declined attempts in the last 24 hours"),
    ("merchants_24h", "distinct merchants of the customer in the last 24 hours"),
    ("merchant_new", "1 when the customer never bought here before"),
    ("merchant_age_days", "days since the merchant was first seen, capped at 720"),
    ("merchant_count_1h", "transactions at this merchant in the last hour"),
    ("merchant_small_1h", "of those, with an amount below 5 EUR"),
    ("merchant_chargebacks", "smoothed share of disputed transactions, known with 30 days delay"),
    ("device_age_days", "days since the device was first used, web only, capped at 720"),
    ("credential_age_days", "days since password or address were changed, capped at 720"),
]
FEATURE_NAMES = [name for name, _ in FEATURES]


class History:
    """What is known of one customer up to now; updated after each transaction's features are taken."""

    def __init__(self, random: np.random.Generator):
        self.recent: deque = deque()  # (time, amount, shop, declined) of the last 24 h
        self.log_mean, self.log_var, self.mean, self.seen = 3.2, 0.8, 35.0, 0
        self.categories = np.full(len(CATEGORIES), 0.5)
        self.shops: set[int] = set()
        self.last_time, self.last_in_person = -7 * DAY, None
        self.device_since = {"": -random.exponential(400) * DAY}
        self.credentials_since = -random.exponential(300) * DAY
        self.changed_by: set[str] = set()


class Merchant:
    """Recent traffic of one shop and the disputes known of it."""

    def __init__(self):
        self.recent: deque = deque()  # (time, small?)
        self.settled, self.disputed = 0.0, 0.0


def featurise(world: World, events: list[tuple], labels: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One pass over the time-ordered events; each row uses only what was known before it."""
    people = [History(random) for _ in range(CUSTOMERS)]
    merchants = [Merchant() for _ in range(len(world.shop_city))]
    rows = np.zeros((len(events), len(FEATURES)))
    settle = 0
    for index, event in enumerate(events):
        while settle < index and events[settle][0] < event[0] - 30 * DAY:
            shop = merchants[events[settle][2]]
            shop.settled, shop.disputed = shop.settled * 0.999 + 1, shop.disputed * 0.999 + labels[settle]
            settle += 1
        person, merchant = people[event[1]], merchants[event[2]]
        life_events(person, event, random)
        rows[index] = features_of(world, event, person, merchant)
        remember(world, event, person, merchant)
    return rows


def life_events(person: History, event: tuple, random: np.random.Generator) -> None:
    """Honest people buy telephones and move house too: about once in 500 and once in 400 days."""
    time, gap = event[0], min(event[0] - person.last_time, 60 * DAY)
    if random.random() < gap / (500 * DAY):
        person.device_since[""] = time - random.exponential(0.3) * DAY
    if random.random() < gap / (400 * DAY):
        person.credentials_since = time - random.exponential(1.0) * DAY
    tag = event[7]
    if tag and tag not in person.device_since:
        person.device_since[tag] = time - random.exponential(0.2) * DAY
    if event[8] and tag not in person.changed_by:
        person.changed_by.add(tag)
        person.credentials_since = time - random.exponential(0.4) * DAY


def place_of(world: World, customer: int, shop: int) -> np.ndarray:
    """Where the purchase happened; shops sit a few km from their city's centre (fixed per shop)."""
    angle = shop * 2.399963
    return world.city_xy[world.shop_city[shop]] + 6 * np.sqrt((shop % 97) / 97) * np.array([np.cos(angle), np.sin(angle)])


def features_of(world: World, event: tuple, person: History, merchant: Merchant) -> list[float]:
    time, customer, shop, amount, entry, _, _, device, _ = event
    while person.recent and person.recent[0][0] < time - DAY:
        person.recent.popleft()
    while merchant.recent and merchant.recent[0][0] < time - 3600:
        merchant.recent.popleft()
    category, web = int(world.shop_category[shop]), entry == WEB
    minutes = min((time - person.last_time) / 60, 10_080)
    home_km = last_km = speed = 0.0
    if not web:
        place = place_of(world, customer, shop)
        home_km = float(np.hypot(*(place - world.home_xy[customer])))
        if person.last_in_person is not None:
            last_time, last_place = person.last_in_person
            last_km = float(np.hypot(*(place - last_place)))
            speed = min(2000.0, last_km / max((time - last_time) / 3600, 1 / 60)) if last_km > 15 else 0.0
    return [
        amount,
        amount / person.mean,
        (np.log(amount) - person.log_mean) / np.sqrt(person.log_var),
        amount / CATEGORIES[category][1],
        float(amount % 5 == 0),
        (time % DAY) / 3600,
        category,
        person.categories[category] / person.categories.sum(),
        entry,
        float(not web and world.city_foreign[world.shop_city[shop]]),
        home_km,
        last_km,
        speed,
        minutes,
        1 + sum(1 for r in person.recent if r[0] > time - 3600),
        1 + len(person.recent),
        amount + sum(r[1] for r in person.recent if not r[3]),
        sum(1 for r in person.recent if r[3]),
        len({shop, *(r[2] for r in person.recent)}),
        float(shop not in person.shops),
        min(720.0, max(0.0, time / DAY - float(world.shop_opened[shop]))),
        1 + len(merchant.recent),
        float(amount < 5) + sum(1 for r in merchant.recent if r[1]),
        (merchant.disputed + 0.2) / (merchant.settled + 20),
        min(720.0, (time - person.device_since[device]) / DAY) if web else 720.0,
        min(720.0, (time - person.credentials_since) / DAY),
    ]


def remember(world: World, event: tuple, person: History, merchant: Merchant) -> None:
    time, customer, shop, amount, entry, declined, _, _, _ = event
    weight = max(0.03, 1 / (person.seen + 8))
    delta = np.log(amount) - person.log_mean
    person.log_mean += weight * delta
    person.log_var = max(0.05, (1 - weight) * (person.log_var + weight * delta**2))
    person.mean += weight * (amount - person.mean)
    person.seen += 1
    person.categories *= 0.995
    person.categories[world.shop_category[shop]] += 1
    person.shops.add(shop)
    person.recent.append((time, amount, shop, declined))
    person.last_time = time
    if entry != WEB:
        person.last_in_person = (time, place_of(world, customer, shop))
    merchant.recent.append((time, amount < 5))
