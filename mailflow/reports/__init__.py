"""What a report holds and its files: roster, ranking, workbook, bundle. Pure."""
