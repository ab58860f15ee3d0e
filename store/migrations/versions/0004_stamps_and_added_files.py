"""The server's second stamp of a mail, and which decisions put files there"""

import sqlalchemy as sa
from alembic import op

import store.times

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('letters', schema=None) as batch_op:
        batch_op.add_column(sa.Column('received', store.times.Moment(timezone=True), nullable=True))
    for table in ('drops', 'supplied'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('decision_id', sa.Integer(), nullable=True))
            batch_op.create_foreign_key(
                op.f(f'fk_{table}_decision_id_decisions'), 'decisions', ['decision_id'], ['id']
            )
    _decide_what_was_attached()


def _decide_what_was_attached() -> None:
    """Give every file that was attached before the decision that it was, so that it can be undone like any other."""
    supplied = sa.table(
        'supplied', *map(sa.column, ('id', 'message_pk', 'name', 'sha256', 'bytes', 'person', 'decision_id')),
        sa.column('added_at', store.times.Moment(timezone=True)),
    )
    decisions = sa.table(
        'decisions', *map(sa.column, ('id', 'what', 'subject', 'person', 'note')),
        sa.column('value', sa.JSON()), sa.column('decided_at', store.times.Moment(timezone=True)),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(supplied).order_by(supplied.c.id)).all():
        made = connection.execute(decisions.insert().returning(decisions.c.id).values(
            what='attached', subject=f'attached:{row.message_pk}:{row.sha256}', person=row.person, note='',
            value={'message': row.message_pk, 'name': row.name, 'sha256': row.sha256, 'bytes': row.bytes},
            decided_at=row.added_at,
        )).scalar_one()
        connection.execute(supplied.update().where(supplied.c.id == row.id).values(decision_id=made))
