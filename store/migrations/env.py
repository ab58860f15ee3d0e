"""Alembic's entry: runs the revisions on the connection that `store.database.migrate` hands over."""

from alembic import context

import store.outgoing
import store.people
import store.personal.privacy
import store.safekeeping.latest
import store.safekeeping.lineage
import store.searching  # noqa: F401 (their tables are part of the metadata)
from store.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
