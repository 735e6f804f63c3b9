"""Every metric computed a second way, in plain Python from the uploads: no SQL, no product code.

The definitions are those of the domain (sections 2 to 5), read from the words, not from the views.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property

from dateutil.relativedelta import relativedelta

Row = dict[str, object]
DAY = timedelta(days=1)
FOLLOWUPS = {
    "followup_completion": "monthly_callback",
    "followup_completion_quarterly_review": "quarterly_review",
    "followup_completion_annual_evaluation": "annual_evaluation",
    "followup_completion_executive_visit": "executive_visit",
}
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
QUANTILES = {"need_response_median": Fraction(1, 2), "need_response_p90": Fraction(9, 10)}


class Oracle:
    """A company as of a day, for some regions and tiers."""

    def __init__(
        self,
        world: dict[str, list[tuple[date, list[Row]]]],
        settings: dict,
        as_of: date,
        regions: Iterable[str],
        tiers: Iterable[str] | None = None,
    ) -> None:
        self.world, self.settings, self.as_of = world, settings, as_of
        self.regions = set(regions)
        self.wanted_tiers = None if tiers is None else set(tiers)
        self.limits = settings["thresholds"]
        self.tiers_by_day: dict[date, dict[str, str]] = {}

    def figures(
        self, metric: str, starts_on: date, ends_on: date, by: tuple[str, ...] = ()
    ) -> dict[tuple, tuple[Fraction | None, Fraction | None, float | None]]:
        """Numerator, denominator and value per slice for one period."""
        slices: dict[tuple, list[str]] = defaultdict(list)
        at_start = self.tiers_on(starts_on)
        for account_id, account in self.seen.items():
            tier = at_start.get(account_id, "unrated")
            if self.wanted_tiers is None or tier in self.wanted_tiers:
                named = account | {"tier": tier}
                slices[tuple(named.get(column) for column in by)].append(account_id)
        cases = self.cases(metric, starts_on, ends_on)
        return {
            key: self.summed(metric, [cases[a] for a in accounts if a in cases])
            for key, accounts in slices.items()
        }

    def summed(
        self, metric: str, cases: list
    ) -> tuple[Fraction | None, Fraction | None, float | None]:
        if metric in QUANTILES:
            ages = sorted(age for ages in cases for age in ages)
            return None, Fraction(len(ages)), quantile(ages, QUANTILES[metric])
        numerator = sum((case[0] for case in cases), Fraction(0))
        if metric == "revenue":
            return numerator, None, float(numerator)
        denominator = sum((case[1] for case in cases), Fraction(0))
        if denominator <= 0:
            return numerator, denominator, None
        value = numerator / denominator
        return numerator, denominator, float(value - 1 if metric == "revenue_yoy" else value)

    def cases(self, metric: str, start: date, end: date) -> dict[str, tuple | list]:
        if metric in FOLLOWUPS:
            return self.followups(FOLLOWUPS[metric], start, end)
        return getattr(
            self, "cases_of_" + metric.replace("need_response_p90", "need_response_median")
        )(start, end)

    # The state of the company as of the day

    def state(self, table: str) -> list[Row]:
        uploads = self.world.get(table, [])
        known = [rows for day, rows in uploads if day <= self.as_of]
        rows = known[-1] if known else uploads[0][1] if uploads else []
        return [dict(row) for row in rows]

    @cached_property
    def accounts(self) -> dict[str, Row]:
        found = {}
        for row in self.state("accounts"):
            row["customer_since"] = to_day(row.get("customer_since"))
            lost_on = to_day(row.get("lost_on"))
            row["lost_on"] = lost_on if lost_on and lost_on <= self.as_of else None
            if lost_on and lost_on > self.as_of and row.get("status") == "lost":
                row["status"] = "active"
            found[row["account_id"]] = row
        return found

    @cached_property
    def seen(self) -> dict[str, Row]:
        return {key: row for key, row in self.accounts.items() if row["region"] in self.regions}

    @cached_property
    def completed(self) -> list[Row]:
        rows = []
        for row in self.state("interactions"):
            if row["status"] == "completed" and row["account_id"] in self.accounts:
                row["at"] = to_moment(row["occurred_at"])
                if row["at"].date() <= self.as_of:
                    rows.append(row)
        return rows

    @cached_property
    def needs(self) -> list[Row]:
        rows = []
        for row in self.state("needs"):
            for name in ("raised_at", "responded_at", "resolved_at"):
                moment = to_moment(row.get(name))
                row[name] = moment if moment and moment.date() <= self.as_of else None
            if row["raised_at"] and row["account_id"] in self.accounts:
                rows.append(row)
        return rows

    @cached_property
    def orders(self) -> dict[str, list[tuple[date, Fraction]]]:
        found = defaultdict(list)
        for row in self.state("orders"):
            day = to_day(row["ordered_on"])
            if day <= self.as_of and row["account_id"] in self.accounts:
                found[row["account_id"]].append((day, Fraction(str(row["amount"]))))
        return {account_id: sorted(rows) for account_id, rows in found.items()}

    def revenue(self, account_id: str, start: date, end: date) -> tuple[int, Fraction]:
        """How many orders lie in the days from start to end, and what they add up to."""
        rows = self.orders.get(account_id, [])
        first, last = (bisect_left(rows, (day, Fraction(-(10**15)))) for day in (start, end + DAY))
        return last - first, sum((amount for _, amount in rows[first:last]), Fraction(0))

    def is_active(self, account: Row, day: date) -> bool:
        if account.get("status") == "prospect":
            return False
        if account["customer_since"] and account["customer_since"] > day:
            return False
        if account["lost_on"]:
            return account["lost_on"] >= day
        return account.get("status") != "lost"

    # Tiers

    def attributes_on(self, account_id: str, day: date) -> Row:
        """The account's row in the last upload by that day that has it, else in its first."""
        uploads = self.world["accounts"]
        known = [u for u in uploads if u[0] <= self.as_of] or uploads[:1]
        holding = [
            (upload_day, row)
            for upload_day, rows in known
            for row in rows
            if row["account_id"] == account_id
        ]
        by_then = [row for upload_day, row in holding if upload_day <= day]
        return by_then[-1] if by_then else holding[0][1]

    def value_on(self, account_id: str, attributes: Row, day: date) -> Fraction | None:
        count, revenue = self.revenue(account_id, day - relativedelta(months=12), day - DAY)
        if count:
            return revenue
        if attributes.get("annual_contract_value") is not None:
            return Fraction(str(attributes["annual_contract_value"]))
        return Fraction(0) if "orders" in self.world else None

    def tiers_on(self, day: date) -> dict[str, str]:
        if day not in self.tiers_by_day:
            self.tiers_by_day[day] = self.computed_tiers(day)
        return self.tiers_by_day[day]

    def computed_tiers(self, day: date) -> dict[str, str]:
        scheme = self.settings["tier_schemes"]["schemes"]["value_potential"]
        potential_cut = Fraction(str(scheme["axes"]["x"]["cuts"][0]))
        value_cut = Fraction(str(scheme["axes"]["y"]["cuts"][0]))
        active = [a for a, row in self.accounts.items() if self.is_active(row, day)]
        attributes = {a: self.attributes_on(a, day) for a in active}
        values = {a: self.value_on(a, attributes[a], day) for a in active}
        ranked = sorted(value for value in values.values() if value is not None)
        tiers = {}
        for account_id in active:
            potential, value = attributes[account_id].get("growth_potential"), values[account_id]
            if potential is None or value is None:
                tiers[account_id] = "unrated"
                continue
            others = len(ranked) - 1
            below = bisect_left(ranked, value)
            is_high = (Fraction(below, others) if others else Fraction(0)) >= value_cut
            cell = f"{int(Fraction(str(potential)) >= potential_cut)},{int(is_high)}"
            tiers[account_id] = scheme["cells"][cell]
        return tiers

    def is_key(self, account_id: str, day: date) -> bool:
        tiers = self.settings["tier_schemes"]["schemes"]["value_potential"]["tiers"]
        tier = self.tiers_on(day).get(account_id, "unrated")
        return tier in tiers and tiers[tier]["key"]

    # Follow-up

    def owed_periods(self, every: str, start: date, end: date) -> list[tuple[date, date]]:
        first_month = self.limits["fiscal_year_start_month"]
        found, month = [], start
        while month <= end:
            following = month + relativedelta(months=1)
            if (following.month - first_month) % MONTHS_OF[every] == 0:
                found.append((following - relativedelta(months=MONTHS_OF[every]), following - DAY))
            month = following
        return found

    def cadence(self, tier: str) -> dict[str, str]:
        cadences = self.settings["cadences"]
        return cadences["tiers"].get(tier, cadences["default"])

    @cached_property
    def held(self) -> dict[tuple, list[date]]:
        found = defaultdict(list)
        for row in self.completed:
            found[row["account_id"], row["kind"]].append(row["at"].date())
        return found

    def followups(self, kind: str, start: date, end: date) -> dict[str, tuple]:
        found: dict[str, tuple] = {}
        for every in MONTHS_OF:
            for first, last in self.owed_periods(every, start, end):
                if last > self.as_of:
                    continue
                for account_id, account in self.seen.items():
                    tier = self.tiers_on(first).get(account_id, "unrated")
                    if self.cadence(tier).get(kind) != every:
                        continue
                    if not (self.is_active(account, first) and self.is_active(account, last)):
                        continue
                    days = self.held.get((account_id, kind), [])
                    is_done = any(first <= day <= last for day in days)
                    done, owed = found.get(account_id, (Fraction(0), Fraction(0)))
                    found[account_id] = done + is_done, owed + 1
        return found

    # Needs

    @cached_property
    def needs_by_key(self) -> dict[tuple, Row]:
        return {(row["account_id"], row["need_id"]): row for row in self.needs}

    def is_matched(self, row: Row) -> bool:
        need = self.needs_by_key.get((row["account_id"], row.get("need_id")))
        if need is None or need["raised_at"] > row["at"]:
            return False
        return need["resolved_at"] is None or need["resolved_at"] >= row["at"]

    def maintenance(self, start: date, end: date) -> list[Row]:
        return [
            row
            for row in self.completed
            if row["kind"] != "invitation"
            and start <= row["at"].date() <= end
            and row["account_id"] in self.seen
        ]

    def cases_of_match_rate(self, start: date, end: date) -> dict[str, tuple]:
        return added((r["account_id"], self.is_matched(r), 1) for r in self.maintenance(start, end))

    def cases_of_routine_share(self, start: date, end: date) -> dict[str, tuple]:
        rows = self.maintenance(start, end)
        return added((row["account_id"], not self.is_matched(row), 1) for row in rows)

    def cases_of_match_rate_hours(self, start: date, end: date) -> dict[str, tuple]:
        hours = [
            (row, Fraction(str(row["duration_hours"])))
            for row in self.maintenance(start, end)
            if row.get("duration_hours") is not None
        ]
        return added((r["account_id"], h if self.is_matched(r) else 0, h) for r, h in hours)

    def cases_of_need_coverage(self, start: date, end: date) -> dict[str, tuple]:
        named = {
            (row["account_id"], row.get("need_id"))
            for row in self.completed
            if start <= row["at"].date() <= end
        }
        was_open = [
            row
            for row in self.needs
            if row["raised_at"].date() <= end
            and (row["resolved_at"] is None or row["resolved_at"].date() >= start)
        ]
        return added(
            (r["account_id"], (r["account_id"], r["need_id"]) in named, 1) for r in was_open
        )

    def raised(self, start: date, end: date) -> list[Row]:
        return [row for row in self.needs if start <= row["raised_at"].date() <= end]

    def cases_of_need_response_median(self, start: date, end: date) -> dict[str, list]:
        found = defaultdict(list)
        for row in self.raised(start, end):
            if row["responded_at"] and row["responded_at"] >= row["raised_at"]:
                found[row["account_id"]].append(row["responded_at"] - row["raised_at"])
        return found

    def cases_of_need_response_within_standard(self, start: date, end: date) -> dict[str, tuple]:
        standard = self.limits["needs"]["response_standard_working_days"]
        rows = []
        for row in self.raised(start, end):
            deadline = row["raised_at"].date()
            for _ in range(standard):
                deadline += DAY
                while deadline.weekday() >= 5:
                    deadline += DAY
            # A deadline before a weekend is met through that weekend: no working day has passed.
            following = deadline + DAY
            while following.weekday() >= 5:
                following += DAY
            answered = row["responded_at"]
            if answered and answered >= row["raised_at"]:
                rows.append((row["account_id"], answered.date() < following, 1))
            elif answered is None and self.as_of >= following:
                rows.append((row["account_id"], 0, 1))
        return added(rows)

    # Money and churn

    def cases_of_revenue(self, start: date, end: date) -> dict[str, tuple]:
        return {a: (self.revenue(a, start, end)[1],) for a in self.seen}

    def cases_of_revenue_yoy(self, start: date, end: date) -> dict[str, tuple]:
        base_start = start - relativedelta(months=12)
        base_end = end + DAY - relativedelta(months=12) - DAY
        return {
            a: (self.revenue(a, start, end)[1], self.revenue(a, base_start, base_end)[1])
            for a in self.seen
        }

    def cases_of_key_revenue_share(self, start: date, end: date) -> dict[str, tuple]:
        found = {}
        for account_id in self.seen:
            revenue = self.revenue(account_id, start, end)[1]
            found[account_id] = revenue if self.is_key(account_id, start) else 0, revenue
        return found

    def cases_of_key_churn(self, start: date, end: date) -> dict[str, tuple]:
        found = {}
        for account_id, account in self.seen.items():
            if self.is_active(account, start) and self.is_key(account_id, start):
                lost_on = account["lost_on"]
                found[account_id] = Fraction(bool(lost_on and start <= lost_on <= end)), Fraction(1)
        return found


def added(rows: Iterable[tuple]) -> dict[str, tuple]:
    found: dict[str, tuple] = {}
    for account_id, numerator, denominator in rows:
        before = found.get(account_id, (Fraction(0), Fraction(0)))
        found[account_id] = before[0] + numerator, before[1] + denominator
    return found


def quantile(ages: list[timedelta], level: Fraction) -> float | None:
    """Days, linear between the two neighbours of the place (n - 1) x level."""
    if not ages:
        return None
    days = [Fraction(age // timedelta(microseconds=1), 86_400_000_000) for age in ages]
    place = (len(days) - 1) * level
    below = place.numerator // place.denominator
    if place == below:
        return float(days[below])
    return float(days[below] + (place - below) * (days[below + 1] - days[below]))


def to_day(value: object) -> date | None:
    moment = to_moment(value)
    return moment.date() if moment else None


def to_moment(value: object) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))
