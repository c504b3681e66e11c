"""What goes to the platform and the organisers: rosters, reference orders, workbooks, bundles, and their letters."""
