"""What invoices look like: a base layout, a folder per country, and the fonts. See ``docs/change-the-look.md``."""
