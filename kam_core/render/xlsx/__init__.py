"""The workbook of an executive pack."""
