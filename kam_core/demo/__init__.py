"""A company that does not exist, generated from a seed, whose rows tell the 2024 status review.

Three hundred accounts in seven regions, three years of history until 2024-10-15. The figures of
domain.md section 6 hold for 2024-Q3 whatever the seed, because the generator builds rows up to the
totals of story.toml; the rows themselves differ from seed to seed, but for those of cases.toml. The
nine cases are accounts:

====  ==========  ============================================================================
case  account_id  what its rows show
====  ==========  ============================================================================
A     KH0017      East China: two projects of together 6 million lost in 2024-Q3, after three
                  invitations nobody answered and a need answered after 31 days
B     KH0038      South China: 8 million in 2024-Q2, 12 million in 2024-Q3, and a joint workshop
                  a month for six months; its contract of 25.05 million renewed at 30.06 million
C     KH0064      Northwest: a custom need of 2022-Q1 never answered and 30 % less ordered the
                  quarter after, hardly an order in 2023-Q1 and Q2, free trainings since then, now
                  a strategic relationship
D     KH0091      three completed callbacks, none naming its open need on environmental compliance
E     KH0125      North China: a technical problem answered after 48 hours each time and never
                  solved; lost to a competitor two days after the last answer
F     KH0152      a contract of 5 million renewed at 8 million; two personalised hours more in its
                  last year than in the year before
G     KH0203      a purchase budget of 30 million, of which we serve 1.5 million (5 %)
H     KH0236      satisfaction 72 before the dual-manager pilot, 91 under it
I     KH0271      a peak every August and September, foreseen by a need answered in May; 3 million
                  of orders in the peak of 2024
====  ==========  ============================================================================
"""

from pathlib import Path

from kam_core.demo import (
    accounts,
    contracts,
    follow_up,
    lifetime,
    needs,
    orders,
    service,
    standing,
    targets,
)
from kam_core.demo.story import load_story
from kam_core.demo.tables import write_tables
from kam_core.demo.world import World

DEFAULT = 20241015
CASES: dict[str, str] = {name: case["account_id"] for name, case in load_story()["cases"].items()}


def write_files(directory: Path, seed: int = DEFAULT) -> list[Path]:
    """Write one CSV file per table of the contract and return their paths."""
    return write_tables(generate_world(seed), directory)


def generate_world(seed: int = DEFAULT) -> World:
    """The whole company; each step builds on the rows of those before it."""
    world = World(seed)
    accounts.add_accounts(world)
    orders.add_orders(world)
    standing.settle_standing(world)
    needs.add_needs(world)
    follow_up.add_interactions(world)
    service.add_service(world)
    contracts.add_contracts(world)
    contracts.add_opportunities(world)
    lifetime.add_value_items(world)
    lifetime.add_contacts(world)
    targets.add_targets(world)
    return world
