"""The made-up world of card-fraud: its calendar, cities, shops and customers."""

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
CHIP, CONTACTLESS, STRIPE, KEYED, WEB = range(5)


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
