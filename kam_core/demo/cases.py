"""The rows of cases A to I; the ordinary parts of the generator build around them."""

import random
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from kam_core.demo.dates import DAY
from kam_core.demo.rows import Contract, Interaction, Need, Opportunity, Survey, Ticket
from kam_core.demo.wording import write_text
from kam_core.demo.world import World

MEETING_HOURS = Decimal("2.0")


def _moment_of(world: World, chance: random.Random, day: date | None) -> datetime | None:
    return world.calendar.moment(chance, day) if day else None


def case_needs(world: World) -> list[Need]:
    chance = world.stream("cases/needs")
    days_of_needs = [(letter, world.story.case(letter)["need"]) for letter in ("A", "B", "D")]
    days_of_needs += [("I", need) for need in world.story.case("I")["needs"]]
    return [_case_need(world, chance, letter, days) for letter, days in days_of_needs]


def _case_need(world: World, chance: random.Random, letter: str, days: dict[str, date]) -> Need:
    category, text = world.words["told"][f"{letter}_need"]
    raised_at = world.calendar.moment(chance, days["raised_on"])
    return Need(
        "",
        world.story.case_id(letter),
        raised_at,
        category,
        write_text(world, chance, text, days["raised_on"]),
        _moment_of(world, chance, days.get("responded_on")),
        _moment_of(world, chance, days.get("resolved_on")),
    )


def need_open_on(world: World, letter: str, moment: datetime) -> Need | None:
    """The need of the case that was open then."""
    categories = world.words["told"].get(f"{letter}_need")
    for need in world.needs:
        if need.account_id != world.story.case_id(letter) or need.category != categories[0]:
            continue
        if need.raised_at <= moment and (not need.resolved_at or moment < need.resolved_at):
            return need
    return None


def unnamed_needs(world: World) -> set[str]:
    """Needs that nobody may name: the story is that they were not heard."""
    silent = {world.story.case_id("A"), world.story.case_id("D")}
    return {need.need_id for need in world.needs if need.account_id in silent}


def case_interactions(world: World) -> list[Interaction]:
    chance = world.stream("cases/interactions")
    return [
        *_case_invitations(world, chance),
        *_workshops(world, chance),
        *_trainings(world, chance),
        *_case_callbacks(world, chance),
        *_personalised_hours(world, chance),
        *_expert_meetings(world, chance),
        *_preparations(world, chance),
    ]


def _case_contact(
    world: World, chance: random.Random, letter: str, kind: str, day: date, subject: str
) -> Interaction:
    account = world.case(letter)
    return Interaction(
        "",
        account.account_id,
        kind,
        "completed",
        world.calendar.moment(chance, day),
        owner=account.account_manager,
        contact_level="management",
        subject=write_text(world, chance, subject, day),
    )


def _case_invitations(world: World, chance: random.Random) -> Iterator[Interaction]:
    """A: three invitations of the customer that nobody answered."""
    subjects = world.words["told"]["A_invitation"]
    for day, subject in zip(world.story.case("A")["invited_on"], subjects, strict=True):
        invitation = _case_contact(world, chance, "A", "invitation", day, subject)
        invitation.initiated_by, invitation.contact_level = "customer", "executive"
        yield invitation


def _workshops(world: World, chance: random.Random) -> Iterator[Interaction]:
    """B: a joint workshop a month for six months, each about the shared improvement need."""
    for number, day in enumerate(world.story.case("B")["workshops_on"], start=1):
        subject = write_text(world, chance, world.words["told"]["B_workshop"], day, n=number)
        workshop = _case_contact(world, chance, "B", "workshop", day, subject)
        workshop.work_type, workshop.duration_hours = "personalised", Decimal("4.0")
        workshop.need_id = _open_need(world, "B", workshop)
        yield workshop


def _trainings(world: World, chance: random.Random) -> Iterator[Interaction]:
    """C: free trainings, from when the account hardly bought anything any more."""
    hours = Decimal(str(world.story.case("C")["training_hours"]))
    for number, day in enumerate(world.story.case("C")["trainings_on"], start=1):
        subject = write_text(world, chance, world.words["told"]["C_training"], day, n=number)
        training = _case_contact(world, chance, "C", "training", day, subject)
        training.work_type, training.duration_hours = "personalised", hours
        training.contact_level = "working"
        yield training


def _case_callbacks(world: World, chance: random.Random) -> Iterator[Interaction]:
    """D: three callbacks about anything but the need."""
    subjects = world.words["told"]["D_callback"]
    for month, subject in zip(world.story.case("D")["callbacks_done"], subjects, strict=True):
        day = date.fromisoformat(f"{month}-{chance.randrange(16, 21)}")
        day = world.calendar.next_open(datetime.combine(day, datetime.min.time())).date()
        callback = _case_contact(world, chance, "D", "monthly_callback", day, subject)
        callback.contact_level, callback.work_type = "working", "standard"
        yield callback


def _personalised_hours(world: World, chance: random.Random) -> Iterator[Interaction]:
    """F: all the personalised hours this account ever got."""
    for spec in world.story.case("F")["personalised"]:
        subject = world.words["told"]["F_personalised"]
        meeting = _case_contact(world, chance, "F", "meeting", spec["held_on"], subject)
        meeting.work_type = "personalised"
        meeting.duration_hours = Decimal(str(spec["hours"]))
        yield meeting


def _expert_meetings(world: World, chance: random.Random) -> Iterator[Interaction]:
    """H: the industry expert joins under the dual-manager pilot."""
    for day in world.story.case("H")["expert_meetings_on"]:
        meeting = _case_contact(world, chance, "H", "meeting", day, world.words["told"]["H_expert"])
        meeting.owner = world.case("H").expert_manager
        meeting.work_type, meeting.duration_hours = "personalised", MEETING_HOURS
        yield meeting


def _preparations(world: World, chance: random.Random) -> Iterator[Interaction]:
    """I: stock and deliveries are settled before the peak."""
    for day in world.story.case("I")["prepared_on"]:
        visit = _case_contact(world, chance, "I", "visit", day, world.words["told"]["I_prepared"])
        visit.work_type, visit.duration_hours = "personalised", MEETING_HOURS
        visit.need_id = _open_need(world, "I", visit)
        yield visit


def _open_need(world: World, letter: str, interaction: Interaction) -> str | None:
    assert interaction.occurred_at is not None
    need = need_open_on(world, letter, interaction.occurred_at)
    return need.need_id if need else None


def reserved_kinds(world: World) -> dict[str, str]:
    """By account, the kind of interaction of which a case has only its own."""
    cases = world.story["story"].items()
    return {
        world.story.case_id(letter): case["reserved_kind"]
        for letter, case in cases
        if "reserved_kind" in case
    }


def forced_callbacks(world: World) -> dict[tuple[str, str], bool]:
    """(account, month) -> whether the case says that the callback was made."""
    case, account_id = world.story.case("D"), world.story.case_id("D")
    done = {(account_id, month): True for month in case["callbacks_done"]}
    return done | {(account_id, month): False for month in case["callbacks_not_done"]}


def case_opportunities(world: World) -> list[Opportunity]:
    """A: two projects lost in the story quarter."""
    reasons = world.words["told"]["A_loss"]
    account_id = world.story.case_id("A")
    return [
        Opportunity(
            "", account_id, lost["opened_on"], lost["closed_on"], "lost", lost["amount"], "new", why
        )
        for lost, why in zip(world.story.case("A")["lost"], reasons, strict=True)
    ]


def case_tickets(world: World) -> list[Ticket]:
    """E: support that answered after two days."""
    chance = world.stream("cases/tickets")
    topics = world.words["told"]["E_topic"]
    return [
        Ticket(
            "",
            world.story.case_id("E"),
            "support",
            spec["opened_at"],
            spec["answered_at"],
            _moment_of(world, chance, world.calendar.next_open(spec["answered_at"] + DAY).date()),
            chance.choice((2, 3, 4)),
            topic,
        )
        for spec, topic in zip(world.story.case("E")["tickets"], topics, strict=True)
    ]


def case_contracts(world: World) -> list[Contract]:
    """F: a contract renewed at a higher amount."""
    specs = world.story.case("F")["contracts"]
    rows = [Contract("", world.story.case_id("F"), **spec) for spec in specs]
    for contract, following in zip(rows, rows[1:], strict=False):
        contract.renewed, contract.renewal_amount = True, following.amount
    return rows


def case_surveys(world: World) -> list[Survey]:
    """H: satisfaction before and under the dual-manager pilot."""
    threshold = max(spec["score"] for spec in world.story.case("H")["surveys"])
    return [
        Survey(
            "",
            world.story.case_id("H"),
            spec["surveyed_on"],
            spec["score"],
            spec["score"] == threshold,
            spec["score"] == threshold,
            "management",
        )
        for spec in world.story.case("H")["surveys"]
    ]
