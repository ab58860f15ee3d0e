"""台账: the workbook that staff work with, and from which their 处理意见 come back."""

from reports.ledger.book import Book, ledger
from reports.ledger.fields import CASES, FINDINGS, MESSAGES, SUMMARY

__all__ = ["CASES", "FINDINGS", "MESSAGES", "SUMMARY", "Book", "ledger"]
