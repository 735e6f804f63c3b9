"""What the parts of the generator share: story, rows made so far, one random stream per part."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime

from kam_core.demo import rows
from kam_core.demo.dates import Calendar, Span
from kam_core.demo.rows import Account
from kam_core.demo.story import Quarter, Story, load_story, load_words

KEY_POTENTIAL: int = load_story()["key_potential"]


@dataclass
class World:
    seed: int
    story: Story = field(default_factory=load_story)
    words: dict = field(default_factory=load_words)
    diligence: dict[str, float] = field(default_factory=dict)  # by manager or expert
    accounts: list[Account] = field(default_factory=list)
    orders: list[rows.Order] = field(default_factory=list)
    needs: list[rows.Need] = field(default_factory=list)
    interactions: list[rows.Interaction] = field(default_factory=list)
    contracts: list[rows.Contract] = field(default_factory=list)
    opportunities: list[rows.Opportunity] = field(default_factory=list)
    tickets: list[rows.Ticket] = field(default_factory=list)
    surveys: list[rows.Survey] = field(default_factory=list)
    contacts: list[rows.Contact] = field(default_factory=list)
    value_items: list[rows.ValueItem] = field(default_factory=list)
    targets: list[rows.Target] = field(default_factory=list)

    @property
    def calendar(self) -> Calendar:
        return self.story.calendar

    def stream(self, part: str) -> random.Random:
        """A part's own randomness: a change in one part leaves the rows of the others alone."""
        return random.Random(f"{self.seed}/{part}")

    def draws(self, part: str) -> "list[QuarterDraw]":
        """The quarters in turn, all drawn from the stream of one part."""
        chance = self.stream(part)
        return [QuarterDraw(self, chance, quarter) for quarter in self.story.quarters]

    @property
    def customers(self) -> list[Account]:
        return [account for account in self.accounts if account.status != "prospect"]

    def account(self, account_id: str) -> Account:
        return self.accounts[int(account_id.removeprefix("KH")) - 1]

    def bought(self, account_id: str, span: Span) -> int:
        """Revenue of an account in a span, in cents."""
        return sum(
            order.amount
            for order in self.orders
            if order.account_id == account_id and order.ordered_on in span
        )

    def case(self, letter: str) -> Account:
        return self.account(self.story.case_id(letter))


@dataclass
class QuarterDraw:
    """One quarter of the company, and the stream from which its rows are drawn."""

    world: World
    chance: random.Random
    quarter: Quarter

    @property
    def clients(self) -> list[Account]:
        """The customers that could be met on a working day of the quarter."""
        span, calendar = self.quarter.span, self.world.calendar
        return [
            account
            for account in self.world.customers
            if calendar.workdays(customer_days(account, span))
        ]

    def day(self, account: Account, span: Span | None = None) -> date:
        """A working day of the quarter, or of a part of it, on which the account was a customer."""
        days = customer_days(account, span or self.quarter.span)
        return self.world.calendar.workday(self.chance, days)

    def moment(self, account: Account, span: Span | None = None) -> datetime:
        """A moment of such a day."""
        return self.world.calendar.moment(self.chance, self.day(account, span))


def is_active(account: Account, day: date) -> bool:
    """A customer from customer_since to the day of loss."""
    if account.status == "prospect" or account.customer_since is None:
        return False
    return account.customer_since <= day and (account.lost_on is None or day <= account.lost_on)


def has_key_potential(account: Account) -> bool:
    return (account.growth_potential or 0) >= KEY_POTENTIAL


def is_key(account: Account, day: date) -> bool:
    """VIP or growth of the value_potential scheme: active, high potential, whatever the value."""
    return is_active(account, day) and has_key_potential(account)


def customer_days(account: Account, span: Span) -> Span:
    """The days of a span on which the account was a customer."""
    return span.overlap(Span(account.customer_since or span.last, account.lost_on or span.last))
