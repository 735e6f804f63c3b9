"""Executive packs: one structure of plain values, shown as one HTML page and as one workbook."""
