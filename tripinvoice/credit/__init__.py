"""Credit notes: documents that take back all or a part of one that was issued, to the last minor unit."""

from tripinvoice.credit.left import Left, Remaining, remaining
from tripinvoice.credit.note import Order, credit, request_id
from tripinvoice.credit.wish import EVERYTHING, LineWish, Wish

__all__ = ["EVERYTHING", "Left", "LineWish", "Order", "Remaining", "Wish", "credit", "remaining", "request_id"]
