"""The contacts of one quarter, promised, about needs and routine, and the hours they take."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from kam_core.demo import duties
from kam_core.demo.cases import reserved_kinds, unnamed_needs
from kam_core.demo.chance import draw_sample, pick, round_half, split_total
from kam_core.demo.dates import Span
from kam_core.demo.needs import heard_window
from kam_core.demo.rows import Account, Interaction, Need
from kam_core.demo.world import QuarterDraw, has_key_potential

DUAL_KINDS = {"training": 0.7, "workshop": 0.8, "meeting": 0.35, "visit": 0.2}
KEY_VISIT_WEIGHT = 2.2
PROMISED_LINK_SHARE = 0.8
TENTHS = 10  # hours are kept in tenths
SHORTEST_TENTHS = 2
WORK_TYPES = ("personalised", "legacy_issue", "standard")
PERSONALISED_ABOUT_NEED = 2.0  # times as likely as without a need
CUSTOMER_INITIATED = {"call": 0.25, "meeting": 0.15, "visit": 0.08, "other": 0.2}


def is_maintenance(row: Interaction) -> bool:
    return row.status == "completed" and row.kind not in ("invitation", "greeting")


@dataclass
class QuarterPlan(QuarterDraw):
    """The interactions of one quarter, filled up to the numbers of the story."""

    case_rows: list[Interaction]

    def rows(self) -> list[Interaction]:
        promised = duties.make_owed_contacts(self)
        for row in promised:
            if row.status == "completed":
                self._hand_to_expert(row)
        contacts = [row for row in [*self.case_rows, *promised] if is_maintenance(row)]
        contacts += self._about_needs(contacts)
        contacts += self._routine(self.quarter["interactions"] - len(contacts))
        self._mislink(contacts)
        self._spend_hours(contacts)
        return contacts + [row for row in [*self.case_rows, *promised] if not is_maintenance(row)]

    def _about_needs(self, contacts: list[Interaction]) -> list[Interaction]:
        """Link promised contacts to needs and add others until the match rate is the story's."""
        named = {row.need_id for row in contacts if row.need_id}
        missing = round_half(self.quarter["match_rate"] * self.quarter["interactions"])
        missing -= sum(bool(row.need_id) for row in contacts)
        heard = self._heard_needs(named)
        unheard_yet = [need for need in heard if need.need_id not in named]
        links = self._linkable(contacts, heard)
        room = self.quarter["interactions"] - len(contacts)
        share = max(round_half(len(links) * PROMISED_LINK_SHARE), missing - room)
        for row, need in links[: min(share, missing)]:
            row.need_id = need.need_id
            missing -= 1
            unheard_yet = [each for each in unheard_yet if each is not need]
        lengths = [len(self._workdays_of(need)) for need in heard]
        more = self.chance.choices(heard, lengths, k=missing - len(unheard_yet))
        return [self._need_visit(need) for need in unheard_yet + more]

    def _heard_needs(self, named: set[str]) -> list[Need]:
        """As many of the needs open in the quarter as the story's coverage says."""
        silent = unnamed_needs(self.world)
        span = self.quarter.span
        is_open = [
            need
            for need in self.world.needs
            if need.raised_at.date() <= span.last
            and (not need.resolved_at or need.resolved_at.date() >= span.first)
        ]
        count = round_half(self.quarter["need_coverage"] * len(is_open)) - len(named)
        candidates = [
            need
            for need in is_open
            if need.need_id not in silent | named and self._workdays_of(need)
        ]
        chosen = draw_sample(self.chance, candidates, count, self._diligence_of)
        return chosen + [need for need in is_open if need.need_id in named]

    def _diligence_of(self, need: Need) -> float:
        return self.world.diligence[self.world.account(need.account_id).account_manager]

    def _window(self, need: Need) -> Span:
        account = self.world.account(need.account_id)
        return heard_window(self.world, account, need, self.quarter.span)

    def _workdays_of(self, need: Need) -> list[date]:
        return self.world.calendar.workdays(self._window(need))

    def _linkable(
        self, contacts: list[Interaction], heard: list[Need]
    ) -> list[tuple[Interaction, Need]]:
        """Promised contacts that could have been about a need, with that need."""
        windows = [(need, self._window(need)) for need in heard]
        pairs = []
        for row in contacts:
            fitting = [
                need
                for need, window in windows
                if need.account_id == row.account_id and row.occurred_at.date() in window
            ]
            if fitting and not row.need_id:
                pairs.append((row, self.chance.choice(fitting)))
        self.chance.shuffle(pairs)
        return pairs

    def _need_visit(self, need: Need) -> Interaction:
        account = self.world.account(need.account_id)
        row = self._visit(account, self._kind(account, "need_kinds"), self._window(need))
        row.need_id = need.need_id
        return row

    def _routine(self, count: int) -> list[Interaction]:
        """Contacts about no need: everybody who works for us has at least one."""
        present = self.clients
        weights = [KEY_VISIT_WEIGHT if has_key_potential(account) else 1.0 for account in present]
        owned = [self._visit_of(owner, accounts) for owner, accounts in self._portfolios(present)]
        rest = self.chance.choices(present, weights, k=max(0, count - len(owned)))
        return owned[:count] + [
            self._visit(account, self._kind(account, "routine_kinds"), self.quarter.span)
            for account in rest
        ]

    def _kind(self, account: Account, mix: str) -> str:
        """A kind of the mix, but none that a case keeps for its own interactions."""
        reserved = reserved_kinds(self.world).get(account.account_id)
        kinds = self.world.story["cadence"][mix].items()
        return pick(self.chance, {kind: weight for kind, weight in kinds if kind != reserved})

    def _portfolios(self, present: list[Account]) -> Iterable[tuple[str, list[Account]]]:
        portfolios: dict[str, list[Account]] = {}
        for account in present:
            portfolios.setdefault(account.account_manager, []).append(account)
            if account.expert_manager and self._is_pilot(self.quarter.span.last):
                portfolios.setdefault(account.expert_manager, []).append(account)
        return portfolios.items()

    def _visit_of(self, owner: str, accounts: list[Account]) -> Interaction:
        account = self.chance.choice(accounts)
        is_expert = owner != account.account_manager
        span = self._pilot_span() if is_expert else self.quarter.span
        row = self._visit(account, "meeting" if is_expert else "visit", span)
        row.owner = owner
        return row

    def _pilot_span(self) -> Span:
        starts_on = self.world.story["dual_manager_pilot_starts_on"]
        return Span(max(starts_on, self.quarter.span.first), self.quarter.span.last)

    def _is_pilot(self, day: date) -> bool:
        return day >= self.world.story["dual_manager_pilot_starts_on"]

    def _visit(self, account: Account, kind: str, span: Span) -> Interaction:
        moment, owner = self.moment(account, span), account.account_manager
        row = Interaction(account.account_id, kind, "completed", moment, owner=owner)
        is_asked = self.chance.random() < CUSTOMER_INITIATED.get(kind, 0.0)
        row.initiated_by = "customer" if is_asked else "us"
        self._hand_to_expert(row)
        return row

    def _hand_to_expert(self, row: Interaction) -> None:
        expert = self.world.account(row.account_id).expert_manager
        is_pilot = bool(expert) and self._is_pilot(row.occurred_at.date())
        if is_pilot and self.chance.random() < DUAL_KINDS.get(row.kind, 0.0):
            row.owner = expert

    def _mislink(self, contacts: list[Interaction]) -> None:
        """A few contacts name a need of another account: a data error to be found."""
        count = self.world.story["wrong_need_links"].get(self.quarter["name"], 0)
        named = [row for row in contacts if row.need_id]
        unnamed = [row for row in contacts if not row.need_id and row not in self.case_rows]
        for row in draw_sample(self.chance, unnamed, count, lambda _: 1.0):
            others = [each.need_id for each in named if each.account_id != row.account_id]
            row.need_id = self.chance.choice(others)

    def _spend_hours(self, rows: list[Interaction]) -> None:
        for row in rows:
            row.work_type = row.work_type or self._draw_work_type(row)
        for work_type, tenths in self._tenths_by_work_type(rows).items():
            self._share_out([row for row in rows if row.work_type == work_type], tenths)

    def _draw_work_type(self, row: Interaction) -> str:
        personalised, legacy = self.quarter["personalised"], self.quarter["legacy"]
        standard = 1 - personalised - legacy
        personalised *= PERSONALISED_ABOUT_NEED if row.need_id else 0.5
        if row.account_id == self.world.story.case_id("F"):
            personalised = 0.0
        return pick(
            self.chance, dict(zip(WORK_TYPES, (personalised, legacy, standard), strict=True))
        )

    def _tenths_by_work_type(self, rows: list[Interaction]) -> dict[str, int]:
        """Tenths of hours by kind of work, from hours per owner and week."""
        quarter, owners = self.quarter, len({row.owner for row in rows})
        weeks = Fraction(quarter.span.days, self.world.story["reporting_week_days"])
        total = Fraction(str(quarter["hours_per_week"])) * owners * weeks * TENTHS
        personalised = round_half(total * Fraction(str(quarter["personalised"])))
        legacy = round_half(total * Fraction(str(quarter["legacy"])))
        parts = (personalised, legacy, round_half(total) - personalised - legacy)
        return dict(zip(WORK_TYPES, parts, strict=True))

    def _share_out(self, rows: list[Interaction], tenths: int) -> None:
        usual = self.world.story["cadence"]["hours"]
        fixed = sum(int(row.duration_hours * TENTHS) for row in rows if row.duration_hours)
        free = [row for row in rows if not row.duration_hours]
        weights = [usual[row.kind] * self.chance.lognormvariate(0, 0.35) for row in free]
        for row, part in zip(
            free, split_total(tenths - fixed, weights, SHORTEST_TENTHS), strict=True
        ):
            row.duration_hours = Decimal(part) / TENTHS
