"""Generate card transactions with seasons, habits and five kinds of fraud, and their features.

No public data set of card transactions with readable features and a free licence can be had, so
this one is made. Everything is drawn from one seed; no real person, card or shop is behind it.

The world: cities on a plane (km), shops with a category, a city and an opening day, customers with a
home city, an income, favourite shops and tastes. A year and a half of days, each with a weekday
rhythm, a pay-day (salaries arrive on the 1st, the 15th or the 25th), summer travel and a December peak.

The frauds (share of fraud episodes in FRAUD_MIX):
  testing    stolen numbers are tried with tiny amounts at one web shop, those that work are spent
  takeover   a web account is captured: new device, changed credentials, a run of dear purchases
  collusion  a dishonest shop overcharges many cards by hand entry until it is closed
  skimming   a copied magnetic stripe is used far from where the customer just was
  stolen     the card itself is used contactless near home, quickly, until it is blocked

Labels are what a bank would know: 4 % of fraudulent transactions are never reported (label 0) and
0.02 % of honest ones are disputed all the same (label 1). A perfect model therefore does not exist.
"""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import numpy as np

SEED = 7070
START = datetime(2025, 1, 1, tzinfo=timezone.utc)
BURN_IN_DAYS = 90  # behaviour features need a history; these days are generated and thrown away
DAYS = 516  # to the end of May 2026
CUSTOMERS = 900
DAY = 86_400.0

CATEGORIES = [
    # name, mean EUR, sigma of log, share, online share, December factor, peak hours
    ("groceries", 32, 0.7, 0.30, 0.04, 1.15, (11, 18)),
    ("restaurants", 28, 0.6, 0.16, 0.10, 1.10, (13, 20)),
    ("fuel", 48, 0.4, 0.08, 0.00, 1.00, (8, 17)),
    ("transport", 9, 0.8, 0.12, 0.45, 1.00, (8, 18)),
    ("clothing", 55, 0.8, 0.07, 0.45, 1.45, (12, 19)),
    ("electronics", 140, 1.0, 0.04, 0.60, 1.80, (15, 21)),
    ("pharmacy", 19, 0.6, 0.06, 0.10, 1.05, (10, 17)),
    ("entertainment", 22, 0.7, 0.06, 0.60, 1.20, (19, 22)),
    ("travel", 210, 0.9, 0.03, 0.80, 0.80, (10, 21)),
    ("digital", 11, 0.6, 0.05, 1.00, 1.10, (17, 22)),
    ("gift-cards", 45, 0.6, 0.01, 0.70, 2.60, (12, 20)),
    ("jewellery", 180, 0.9, 0.02, 0.25, 2.20, (12, 17)),
]
WEEKDAY_FACTOR = np.array([0.92, 0.93, 0.96, 1.00, 1.18, 1.22, 0.79])
FRAUD_MIX = {"testing": 0.20, "takeover": 0.27, "collusion": 0.05, "skimming": 0.22, "stolen": 0.26}
EPISODES_PER_DAY = 1.1
CHIP, CONTACTLESS, STRIPE, KEYED, WEB = range(5)

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


@dataclass(frozen=True)
class World:
    """Places, shops and customers; arrays indexed by city, shop or customer."""

    city_xy: np.ndarray
    city_foreign: np.ndarray
    shop_category: np.ndarray
    shop_city: np.ndarray  # -1: web shop
    shop_opened: np.ndarray  # day number, negative: before START
    home: np.ndarray
    home_xy: np.ndarray
    rate: np.ndarray  # transactions a day
    wealth: np.ndarray  # factor on amounts
    payday: np.ndarray
    taste: np.ndarray  # customer x category
    web_habit: np.ndarray


def make_world(random: np.random.Generator) -> World:
    cities, abroad, shops = 10, 12, 2600
    city_xy = np.vstack([random.uniform(0, 500, (cities, 2)), random.uniform(-3500, 4500, (abroad, 2))])
    share = np.array([c[3] for c in CATEGORIES])
    category = random.choice(len(CATEGORIES), shops, p=(share**0.6) / np.sum(share**0.6))
    web = random.random(shops) < np.array([c[4] for c in CATEGORIES])[category]
    home = random.choice(cities, CUSTOMERS, p=random.dirichlet(np.full(cities, 4.0)))
    return World(
        city_xy=city_xy,
        city_foreign=np.arange(cities + abroad) >= cities,
        shop_category=category,
        shop_city=np.where(web, -1, random.integers(0, cities + abroad, shops)),
        # One shop in four opens while we watch, so a new shop is nothing strange.
        shop_opened=np.where(random.random(shops) < 0.25, random.uniform(0, DAYS, shops), -random.exponential(900, shops)),
        home=home,
        home_xy=city_xy[home] + random.normal(0, 8, (CUSTOMERS, 2)),
        rate=np.clip(random.gamma(3.0, 0.33, CUSTOMERS), 0.1, 4),
        wealth=np.exp(random.normal(0, 0.35, CUSTOMERS)),
        payday=random.choice([1, 15, 25], CUSTOMERS, p=[0.4, 0.25, 0.35]),
        taste=random.dirichlet(share * 30, CUSTOMERS),
        web_habit=random.beta(3, 3, CUSTOMERS),
    )


def days_since_payday(date: datetime, payday: int) -> int:
    if date.day >= payday:
        return date.day - payday
    return (date - (date.replace(day=1) - timedelta(days=1)).replace(day=payday)).days


def season_factor(date: datetime) -> float:
    if date.month == 12:
        return 1.35 if date.day < 25 else 0.85
    return {1: 0.90, 2: 0.94, 7: 1.06, 8: 1.04, 11: 1.10}.get(date.month, 1.0)


class Shopper:
    """Picks shops: favourites first, else any open shop of the category where the customer is."""

    def __init__(self, world: World, random: np.random.Generator):
        self.world, self.random = world, random
        self.by_place: dict[tuple[int, int], np.ndarray] = {}
        for category in range(len(CATEGORIES)):
            for city in range(-1, len(world.city_xy)):
                found = np.flatnonzero((world.shop_category == category) & (world.shop_city == city))
                self.by_place[(category, city)] = found
        self.favourites: dict[tuple[int, int, int], int] = {}

    def pick(self, customer: int, category: int, city: int, day: float) -> int:
        key = (customer, category, city)
        favourite = self.favourites.get(key)
        if favourite is not None and self.random.random() < 0.7:
            return favourite
        choice = self.by_place[(category, city)]
        choice = choice[self.world.shop_opened[choice] <= day]
        if len(choice) == 0:
            # Nothing of the kind here: any open shop in the same place will do.
            pool = np.flatnonzero((self.world.shop_city == city) & (self.world.shop_opened <= day))
            choice = pool if len(pool) else np.flatnonzero(self.world.shop_opened <= day)
        shop = int(choice[self.random.integers(len(choice))])
        if favourite is None or self.random.random() < 0.05:
            self.favourites[key] = shop
        return shop


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


@dataclass(frozen=True)
class Transactions:
    """Approved and declined authorisation requests in time order, burn-in removed."""

    time: np.ndarray  # seconds since START
    features: np.ndarray  # float32, columns FEATURE_NAMES
    label: np.ndarray  # 1: reported as fraud
    kind: np.ndarray  # what it really was: 'honest' or a key of FRAUD_MIX


def generate(seed: int = SEED) -> Transactions:
    random = np.random.default_rng(seed)
    world = make_world(random)
    shopper = Shopper(world, random)
    honest = [(*e, "honest") for e in habit_events(world, shopper, random)]
    fraud = []
    for name, maker_events in fraud_by_kind(world, random):
        fraud += [(*e, name) for e in maker_events]
    events = sorted(honest + fraud, key=lambda e: e[0])
    truth = np.array([e[6] for e in events])
    flip = random.random(len(events))
    label = np.where(truth, flip >= 0.04, flip < 0.0002).astype(np.int64)
    rows = featurise(world, [e[:9] for e in events], label, random)
    time = np.array([e[0] for e in events])
    keep = time >= BURN_IN_DAYS * DAY
    # Four decimals in the file and in training: the committed rows give exactly the trained inputs.
    return Transactions(time[keep], np.round(rows[keep], 4).astype(np.float32), label[keep], np.array([e[9] for e in events])[keep])


def fraud_by_kind(world: World, random: np.random.Generator):
    """Yield (kind, events); an event's `device` names a stranger's device, `changed` new credentials."""
    makers = {"testing": testing, "takeover": takeover, "collusion": collusion, "skimming": skimming, "stolen": stolen}
    for name, share in FRAUD_MIX.items():
        events: list[tuple] = []
        for number, when in enumerate(random.uniform(0, DAYS, random.poisson(EPISODES_PER_DAY * share * DAYS))):
            events += makers[name](world, random, float(when), f"{name}-{number}")
        yield name, [e for e in events if e[0] < DAYS * DAY]


def iso_time(seconds: float) -> str:
    return (START + timedelta(seconds=round(float(seconds)))).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    data = generate()
    print(f"seed {SEED}: {len(data.label)} transactions, {data.label.mean():.4%} reported as fraud")
    for kind in ["honest", *FRAUD_MIX]:
        mask = data.kind == kind
        print(f"  {kind:<10} {mask.sum():>7}  median amount {np.median(data.features[mask, 0]):8.2f} EUR")
