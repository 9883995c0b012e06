"""Invoices as HTML: templates, words, dates, numbers, and which characters can be printed. PDF is an adapter's work."""

from tripinvoice.render.document import html, page_size, style, template_version

__all__ = ["html", "page_size", "style", "template_version"]
