"""Tables of the app: numbers as a reader knows them from sentences, sorted as what they are."""

import pyarrow as pa
from streamlit.testing.v1 import AppTest


def show_rows() -> None:
    import pandas as pd

    from kam_core.dashboard.model import FigureColumn, FigureTable
    from kam_core.text.writer import Text
    from pages.parts.render import figures

    units = {"sum": "money", "rate": "percent", "mean": "text", "n": "text", "version": "id"}
    columns = (
        FigureColumn("period", "Period", "period"),
        *(FigureColumn(name, name, unit) for name, unit in units.items()),
    )
    rows = {"period": ["2024-Q3", "2024-Q4"], "sum": [112_149_999.0, None], "rate": [0.0625, 0.575]}
    rows |= {"mean": [12.25, -0.04], "n": [1234, 5], "version": [1234, 5]}
    # Rows of an answer may have any labels.
    frame = pd.DataFrame(rows, index=[7, 7])
    figures.render_rows(FigureTable("t", columns, frame), Text("zh"))


def test_a_table_of_a_page_writes_numbers_as_a_sentence_does_and_sorts_them_as_numbers() -> None:
    app = AppTest.from_function(show_rows, default_timeout=120).run()
    assert not app.exception
    (table,) = app.dataframe
    assert table.value["sum"].tolist()[0] == 112_149_999
    written = table.proto.arrow_data.styler.display_values
    shown = pa.ipc.open_stream(written).read_all().to_pandas()
    assert shown.iloc[0].tolist()[:6] == [
        "2024年第3季度",
        "1.121亿",
        "6.3%",
        "12.3",
        "1,234",
        "1234",
    ]
    assert shown.iloc[1].tolist()[:6] == ["2024年第4季度", "–", "57.5%", "0.0", "5", "5"]
    assert '"format"' not in table.proto.columns
