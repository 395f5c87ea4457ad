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

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from features import featurise
from frauds import FRAUD_MIX, fraud_by_kind
from habits import habit_events
from world import BURN_IN_DAYS, DAY, SEED, START, Shopper, make_world


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


def iso_time(seconds: float) -> str:
    return (START + timedelta(seconds=round(float(seconds)))).strftime("%Y-%m-%dT%H:%M:%SZ")


if __name__ == "__main__":
    data = generate()
    print(f"seed {SEED}: {len(data.label)} transactions, {data.label.mean():.4%} reported as fraud")
    for kind in ["honest", *FRAUD_MIX]:
        mask = data.kind == kind
        print(f"  {kind:<10} {mask.sum():>7}  median amount {np.median(data.features[mask, 0]):8.2f} EUR")
