"""What left the house: digests kept as they were sent, reminders, milestones, snapshots, saved queries"""

import sqlalchemy as sa
from alembic import op

import store.times

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

MOMENT = store.times.Moment(timezone=True)


def upgrade() -> None:
    _digests()
    op.create_table(
        'reminders',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('province', sa.String(length=16), nullable=False),
        sa.Column('what', sa.String(length=16), nullable=False),
        sa.Column('items', sa.JSON(), nullable=False),
        sa.Column('as_of', MOMENT, nullable=False),
        sa.Column('channel', sa.String(length=16), nullable=False),
        sa.Column('recipient', sa.Text(), nullable=False),
        sa.Column('person', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('sent_at', MOMENT, nullable=False),
        sa.Column('note', sa.Text(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('undone_at', MOMENT, nullable=True),
        sa.Column('undone_by', sa.Text(), nullable=False),
        sa.Column('undone_why', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders')),
    )
    op.create_index(op.f('ix_reminders_province'), 'reminders', ['province'])
    op.create_table(
        'milestones',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('campaign', sa.String(length=100), nullable=False),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('name', sa.String(length=16), nullable=False),
        sa.Column('as_of', MOMENT, nullable=False),
        sa.Column('made_at', MOMENT, nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_milestones')),
        sa.UniqueConstraint('campaign', 'day', name=op.f('uq_milestones_campaign')),
    )
    op.create_table(
        'snapshots',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('campaign', sa.String(length=100), nullable=False),
        sa.Column('moment', MOMENT, nullable=False),
        sa.Column('taken_at', MOMENT, nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('numbers', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshots')),
        sa.UniqueConstraint('campaign', 'moment', name=op.f('uq_snapshots_campaign')),
    )
    op.create_table(
        'saved_queries',
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('words', sa.JSON(), nullable=False),
        sa.Column('person', sa.Text(), nullable=False),
        sa.Column('saved_at', MOMENT, nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_saved_queries')),
    )


def _digests() -> None:
    """Give digests a channel, a state and their kept content; those that are there went by mail."""
    with op.batch_alter_table('digests') as batch:
        batch.add_column(sa.Column('channel', sa.String(length=16), nullable=False, server_default='mail'))
        batch.add_column(sa.Column('state', sa.String(length=8), nullable=False, server_default='sent'))
        batch.add_column(sa.Column('reason', sa.Text(), nullable=False, server_default=''))
        batch.add_column(sa.Column('started_at', MOMENT, nullable=True))
        batch.add_column(sa.Column('sha256', sa.String(length=64), nullable=True))
        batch.drop_constraint('uq_digests_day', type_='unique')
        batch.create_unique_constraint('uq_digests_day', ['day', 'channel', 'recipient'])
    op.execute('UPDATE digests SET started_at = sent_at')
    with op.batch_alter_table('digests') as batch:
        for name in ('channel', 'state', 'reason'):
            batch.alter_column(name, server_default=None)
        batch.alter_column('started_at', nullable=False)
        batch.alter_column('sent_at', nullable=True)
