"""Rows of the sample tables: fields are the contract's columns, money is whole cents.

Ids are numbered last, in the order in which a table is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

AnyRow = TypeVar("AnyRow")


def number_rows(
    rows: list[AnyRow], column: str, form: str, order: Callable[[AnyRow], Any]
) -> list[AnyRow]:
    """The rows in order, each with its number as its id."""
    rows.sort(key=order)
    for number, row in enumerate(rows, start=1):
        setattr(row, column, form.format(number))
    return rows


@dataclass(eq=False)
class Account:
    account_id: str
    account_name: str
    region: str
    industry: str
    account_manager: str = ""
    expert_manager: str = ""
    customer_since: date | None = None
    status: str = "active"
    lost_on: date | None = None
    annual_contract_value: int | None = None
    annual_purchase_budget: int | None = None
    growth_potential: int | None = None
    industry_influence: int | None = None
    strategic_fit: int | None = None
    relative_advantage: int | None = None
    financial_risk: int | None = None
    compliance_risk: int | None = None
    industry_risk: int | None = None
    declared_tier: str = ""
    relationship_level: str = ""
    relationship_target: str = ""
    lost_reason: str = ""
    lost_to: str = ""
    response_standard_hours: int | None = None
    account_name_en: str = ""
    region_en: str = ""


@dataclass(eq=False)
class Order:
    account_id: str
    ordered_on: date
    amount: int
    gross_profit: int
    product: str
    kind: str
    order_id: str = ""


@dataclass(eq=False)
class Need:
    account_id: str
    raised_at: datetime
    category: str
    description: str
    responded_at: datetime | None = None
    resolved_at: datetime | None = None
    need_id: str = ""


@dataclass(eq=False)
class Interaction:
    account_id: str
    kind: str
    status: str
    occurred_at: datetime | None = None
    planned_for: date | None = None
    owner: str = ""
    duration_hours: Decimal | None = None
    work_type: str = ""
    contact_level: str = ""
    need_id: str = ""
    initiated_by: str = "us"
    responded_at: datetime | None = None
    contact_id: str = ""
    subject: str = ""
    notes: str = ""
    interaction_id: str = ""


@dataclass(eq=False)
class Contract:
    account_id: str
    starts_on: date
    ends_on: date
    amount: int
    renewed: bool | None = None
    renewal_amount: int | None = None
    contract_id: str = ""


@dataclass(eq=False)
class Opportunity:
    account_id: str
    opened_on: date
    closed_on: date | None
    outcome: str
    amount: int | None
    kind: str
    lost_reason: str = ""
    opportunity_id: str = ""


@dataclass(eq=False)
class Ticket:
    account_id: str
    kind: str
    opened_at: datetime
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    contacts_to_resolve: int | None = None
    topic: str = ""
    ticket_id: str = ""


@dataclass(eq=False)
class Survey:
    account_id: str
    surveyed_on: date
    score: int
    personalised_enough: bool
    effective: bool
    respondent_level: str
    survey_id: str = ""


@dataclass(eq=False)
class Contact:
    contact_id: str
    account_id: str
    level: str
    name: str
    title: str
    email: str
    phone: str


@dataclass(eq=False)
class ValueItem:
    account_id: str
    dated_on: date
    component: str
    amount: int


@dataclass(eq=False)
class Target:
    metric: str
    quarter: str
    region: str
    tier: str
    target: Decimal
