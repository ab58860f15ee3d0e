"""What whoever uses the store must reckon with: it cannot be opened, or it is away for a while."""


class StoreError(Exception):
    """The database or the vault cannot be opened; the text is a Chinese sentence for staff."""


class AwayError(StoreError):
    """The database or the object store does not answer, or another writer holds it too long; later it may."""


class OvertakenError(AwayError):
    """Another transaction was quicker, and changed or holds what this one stands on: begun again, it sees that."""


class DamagedError(StoreError):
    """The file of a SQLite database is not what SQLite wrote."""
