"""What a file seems to mean, for a person to confirm: nothing proposed here is applied unasked."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from kam_core.contract.declaration import Column, tables
from kam_core.errors import KamError
from kam_core.ingest.mapping import headers as mapping
from kam_core.ingest.mapping import inference, name_map
from kam_core.ingest.mapping.feeds import Recall, Recipe, Rows, base_recipes, recalled
from kam_core.ingest.mapping.key_proposals import column_option, key_questions
from kam_core.ingest.mapping.name_map import KnownNames
from kam_core.ingest.mapping.overrides import DECIMALS, Overrides, recipes_with
from kam_core.ingest.mapping.proposal_model import (
    BLOCKING,
    ColumnProposal,
    HeaderProposal,
    NameProposal,
    Option,
    Proposal,
    Question,
    ValueProposal,
)
from kam_core.ingest.mapping.similarity import Evidence, best_pairs, likeliest_meaning
from kam_core.ingest.read.fill_down import ABOVE, EMPTY, find_blocks
from kam_core.ingest.text_folding import fold
from kam_core.ingest.validate.cast import proven_order

YES = 1.0
# So many values of a column are shown.
EXAMPLES = 3


def propose(
    header: Sequence[str],
    sample_rows: Rows,
    table: str | None = None,
    file_name: str = "",
    recall: Recall | None = None,
    known: KnownNames | None = None,
    merged: Collection[str] = (),
) -> Proposal:
    """What the file seems to mean. ``sample_rows`` are its first rows as text, of its width.

    ``recall`` finds what was confirmed for these headers (see ``feeds.plan``), ``known`` are the
    names of the live version, ``merged`` headers of columns with cells merged downwards.
    KamError("no_place_for_file") for a file that is known to hold nothing for the contract.
    """
    evidence = Evidence(header, sample_rows, known or KnownNames(), merged)
    said = recalled(file_name, header, table, recall)
    certain_tables = _certain_tables(file_name, header, table, said)
    chosen = table or next(iter(certain_tables), None) or likeliest_table(file_name, evidence)
    answers = next((heard for heard in said if heard.table == chosen), None)
    base = _lenient_base(file_name, header, chosen)
    recipe = recipes_with([base], answers, header)[0] if answers else base
    columns = _columns(recipe, answers, evidence)
    settled = _with_headers(recipe, columns)
    questions = tuple(_questions(settled, evidence, chosen))
    personal = {} if answers and answers.left_out is not None else evidence.personal(settled)
    is_sure = all(column.is_certain for column in columns if column.required)
    return Proposal(
        table=chosen,
        tables=tuple(certain_tables),
        feed=recipe.feed,
        columns=columns,
        headers=tuple(_headers(settled, evidence, personal)),
        values=tuple(_values(settled, evidence)),
        names=tuple(_names(settled, evidence)),
        questions=questions,
        missing=tuple(c.column for c in columns if c.required and c.found == "none"),
        ready=is_sure and bool(certain_tables) and not any(q.kind in BLOCKING for q in questions),
        left_out=personal,
    )


def likeliest_table(file_name: str, evidence: Evidence) -> str:
    """The table that fits best, for a question; unlike ``guess_table`` it always names one."""
    named = mapping.table_named_by(file_name)
    return named or max(tables(), key=lambda name: _fit(name, evidence))


def _fit(table: str, evidence: Evidence) -> tuple[float, float, int]:
    """How well a file fits a table: by its names, and where they are equal by what it is like."""
    found = mapping.candidates(table, list(evidence.written.values()))
    used = {cell for cells in found.values() for cell in cells}
    free = [cell for cell in evidence.header if cell and cell not in used]
    open_columns = [column for column in tables()[table].columns if column.name not in found]
    alike = best_pairs(table, open_columns, free, evidence).values()
    required = tables()[table].required
    named = sum(column.name in found for column in required) / len(required)
    return named, sum(pair.confidence for pair in alike), len(found)


def _certain_tables(
    file_name: str, header: Sequence[str], table: str | None, said: Sequence[Overrides]
) -> list[str]:
    """The tables a load would read the file into; empty where it would have to ask."""
    try:
        return [r.table for r in base_recipes(file_name, header, table, said, is_strict=False)]
    except KamError as error:
        if error.code not in ("unknown_table", "no_header"):
            raise
        return []


def _lenient_base(file_name: str, header: Sequence[str], table: str) -> Recipe:
    """The recipe of a feed, or by names; here a column that several headers name has none yet."""
    recipes = base_recipes(file_name, header, table, is_strict=False)
    return next(recipe for recipe in recipes if recipe.table == table)


def _columns(
    recipe: Recipe, answers: Overrides | None, evidence: Evidence
) -> tuple[ColumnProposal, ...]:
    """The certain columns, then for the others the best pair of column and unused header."""
    table = tables()[recipe.table]
    said = (answers.columns, answers.constants, answers.joined) if answers else ()
    answered = {column for part in said for column in part}
    certain = {
        column.name: _certain(column, recipe, answered, evidence)
        for column in table.columns
        if column.name in recipe.given
    }
    open_columns = [column for column in table.columns if column.name not in {*certain, *answered}]
    taken = {*_read_headers(recipe), *recipe.left_out}
    free = [cell for cell in evidence.header if cell and cell not in taken]
    # Whoever wrote the feed knew the other columns too, and left them for a reason.
    wanted = [column for column in open_columns if column.required or not recipe.feed]
    # Where several headers name a column outright, none of them is the likelier one.
    named = mapping.candidates(recipe.table, list(evidence.written.values()), taken=taken)
    wanted = [column for column in wanted if column.name not in named]
    found = best_pairs(recipe.table, wanted, free, evidence)
    return tuple(
        certain.get(column.name) or found.get(column.name) or _nothing(column)
        for column in table.columns
    )


def _nothing(column: Column) -> ColumnProposal:
    return ColumnProposal(column.name, column.required, None, "none", 0.0)


def _certain(
    column: Column, recipe: Recipe, answered: Iterable[str], evidence: Evidence
) -> ColumnProposal:
    cell = recipe.columns.get(column.name)
    written = evidence.written[cell] if cell else ""
    if column.name in answered:
        found = "remembered"
    elif recipe.feed:
        found = "feed"
    else:
        claim = mapping.claim(recipe.table, written)
        found = mapping.FOUND[claim.rank] if claim else "constant"
    unit = mapping.unit_of(recipe.table, column.name, written) if cell else None
    factor = recipe.factors.get(column.name) or (unit.factor if unit else None)
    shown = unit.text if unit else None
    return ColumnProposal(column.name, column.required, cell, found, YES, shown, factor)


def _read_headers(recipe: Recipe) -> set[str]:
    """The headers that a recipe reads in whatever way."""
    conditions = {cell for rule in recipe.when.values() for cell in rule}
    made = [
        cell
        for part in (recipe.joined, recipe.made, recipe.multiplied)
        for cells in part.values()
        for cell in cells
    ]
    return {*recipe.columns.values(), *recipe.where, *recipe.filled, *conditions, *made}


def _with_headers(recipe: Recipe, columns: Iterable[ColumnProposal]) -> Recipe:
    """The recipe as it would be if every proposed column were confirmed."""
    chosen = {column.column: column.header for column in columns if column.header}
    shared = [cell for cell, count in Counter(chosen.values()).items() if count > 1]
    return recipes_with([recipe], Overrides(recipe.table, chosen, shared=shared))[0]


def _headers(
    recipe: Recipe, evidence: Evidence, personal: Mapping[str, str]
) -> Iterable[HeaderProposal]:
    read = _read_headers(recipe)
    for cell in evidence.header:
        columns = tuple(column for column, header in recipe.columns.items() if header == cell)
        if columns:
            becomes = "column"
        elif cell in personal or cell in recipe.left_out:
            becomes = "left_out"
        else:
            becomes = "part" if cell in read else "extra"
        examples = tuple(dict.fromkeys(inference.filled(evidence.texts(cell))))[:EXAMPLES]
        hidden = cell in personal
        yield HeaderProposal(cell, becomes, columns, () if hidden else examples, personal.get(cell))


def _values(recipe: Recipe, evidence: Evidence) -> Iterable[ValueProposal]:
    """Texts of enumerated columns that neither the contract nor the recipe knows."""
    for name, cell in recipe.columns.items():
        column = tables()[recipe.table].column(name)
        if column.type != "enum":
            continue
        known = {**inference.value_names(recipe.table, name)}
        known |= {fold(text): value for text, value in recipe.values.get(name, {}).items()}
        allowed = tuple(column.values)
        for text, rows in Counter(inference.filled(evidence.texts(cell))).most_common():
            if fold(text) not in known:
                meaning, confidence = likeliest_meaning(text, known)
                yield ValueProposal(name, cell, text, rows, meaning, confidence, allowed)


def _names(recipe: Recipe, evidence: Evidence) -> Iterable[NameProposal]:
    """Regions and persons the live version never had, or that look alike within the file."""
    for name, cell in recipe.columns.items():
        kind = name_map.kind_of(recipe.table, name)
        if kind is None:
            continue
        meanings = name_map.with_names(recipe.table, [name], recipe.values).get(name, {})
        texts = [meanings.get(text, text) for text in inference.filled(evidence.texts(cell))]
        known = evidence.known.ever.get(kind, frozenset())
        counts = Counter(text for text in texts if text not in known)
        others = known or set(counts)
        for text, rows in counts.items():
            if not known and any(character.isdigit() for character in text):
                continue  # A user's id is no name: all ids look alike.
            nearest = name_map.nearest(text, others)
            if known or nearest:
                yield NameProposal(kind, name, text, rows, nearest)


# questions


def _questions(recipe: Recipe, evidence: Evidence, table: str) -> Iterable[Question]:
    written = list(evidence.written.values())
    competing = mapping.candidates(table, written) if not recipe.feed else {}
    for name, cells in competing.items():
        if len(cells) > 1 and name not in recipe.given:
            options = tuple(column_option(cell, evidence) for cell in cells)
            yield Question("several", name, "", options, headers=tuple(cells))
    yield from _date_questions(recipe, evidence)
    for name, cell in recipe.columns.items():
        yield from _figure_questions(recipe, name, cell, evidence)
    yield from key_questions(recipe, evidence)
    yield from _blank_questions(recipe, evidence)


def _date_questions(recipe: Recipe, evidence: Evidence) -> Iterable[Question]:
    dates = {
        name: cell
        for name, cell in recipe.columns.items()
        if tables()[recipe.table].column(name).type in ("date", "timestamp")
        and name not in recipe.dates
        and name not in recipe.elapsed
    }
    proven = {proven_order(inference.filled(evidence.texts(cell))) for cell in evidence.header}
    orders = proven - {None}
    # A sister column that shows its order is a reason to suggest it, not to assume it.
    suggested = next(iter(orders)) if len(orders) == 1 else None
    for name, cell in dates.items():
        open_readings = inference.open_date_order(evidence.texts(cell))
        mixed_readings = inference.mixed_date_orders(evidence.texts(cell))
        for kind, readings in (("date_order", open_readings), ("mixed_dates", mixed_readings)):
            if readings:
                options = tuple(Option(r.order, r.text, r.day.isoformat()) for r in readings)
                yield Question(kind, name, cell, options, suggested)


def _figure_questions(
    recipe: Recipe, name: str, cell: str, evidence: Evidence
) -> Iterable[Question]:
    column, texts = tables()[recipe.table].column(name), evidence.texts(cell)
    if column.type == "score" and name not in recipe.scales:
        scales = inference.open_scale(texts, column)
        highest = max(inference.filled(texts), key=len, default="")
        if scales:
            options = tuple(
                Option([s.lowest, s.highest], highest, inference.on_scale(highest, s))
                for s in scales
            )
            yield Question("scale", name, cell, options)
    if name not in recipe.decimals:
        yield from _decimal_question(recipe, column, cell, evidence)
    unit = mapping.unit_of(recipe.table, name, evidence.written[cell])
    is_open = unit is not None and recipe.factors.get(name, unit.factor) != "1"
    doubled = inference.with_own_unit(texts) if is_open else None
    if unit and doubled:
        # Such a cell is quarantined, never multiplied twice; unless all cells speak for themselves.
        plain = inference.without_own_unit(texts)
        own = Option("1", doubled, inference.as_figure(doubled, "1"))
        by_header = Option(unit.factor, plain, inference.as_figure(plain, unit.factor))
        yield Question("own_unit", name, cell, (own, by_header) if plain else (own,))


def _decimal_question(
    recipe: Recipe, column: Column, cell: str, evidence: Evidence
) -> Iterable[Question]:
    """What 1.500 means: other columns of the file only suggest it, as with the order of dates."""
    is_measured = column.type in mapping.MEASURED
    figure = inference.open_figure(column, evidence.texts(cell)) if is_measured else None
    if figure is None:
        return
    others = {
        inference.decimal_mark(evidence.texts(other))
        for name, other in recipe.columns.items()
        if tables()[recipe.table].column(name).type in mapping.MEASURED
    } & set(DECIMALS)
    options = tuple(
        Option(mark, figure, reading)
        for mark in DECIMALS
        if (reading := inference.with_decimals(figure, mark))
    )
    suggested = others.pop() if len(others) == 1 else None
    yield Question("decimals", column.name, cell, options, suggested)


def _blank_questions(recipe: Recipe, evidence: Evidence) -> Iterable[Question]:
    """Columns that seem filled only where a block of rows begins, as merged cells leave them."""
    texts = {name: evidence.texts(cell) for name, cell in recipe.columns.items()}
    merged = {name for name, cell in recipe.columns.items() if cell in evidence.merged}
    for name in find_blocks(tables()[recipe.table], texts, merged):
        if name not in recipe.blanks:
            filled = next(n for n, cell in enumerate(texts[name]) if cell.strip())
            row = next(n for n, cell in enumerate(texts[name]) if n > filled and not cell.strip())
            first = next(filter(str.strip, evidence.rows[row]), "")
            above = next(filter(str.strip, reversed(texts[name][:row])), "")
            options = (Option(ABOVE, first, above), Option(EMPTY, first, ""))
            suggested = ABOVE if name in merged else None
            yield Question("blanks", name, recipe.columns[name], options, suggested)
