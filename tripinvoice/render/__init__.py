"""Invoices as HTML: templates, words, dates, numbers, and which characters can be printed. PDF is an adapter's work."""

from tripinvoice.render.document import Page, html, page, page_size, style, template_version

__all__ = ["Page", "html", "page", "page_size", "style", "template_version"]
