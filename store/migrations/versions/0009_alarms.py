"""Alarms, and to whom each was told when it began and when it was over"""

import sqlalchemy as sa
from alembic import op

import store.times

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

MOMENT = store.times.Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        'alarms',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('about', sa.String(length=300), nullable=False),
        sa.Column('begun', MOMENT, nullable=False),
        sa.Column('raised_at', MOMENT, nullable=False),
        sa.Column('sentence', sa.Text(), nullable=False),
        sa.Column('lines', sa.JSON(), nullable=False),
        sa.Column('over_at', MOMENT, nullable=True),
        sa.Column('over', sa.Text(), nullable=False),
        sa.Column('ending', sa.String(length=8), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_alarms')),
        sa.UniqueConstraint('kind', 'about', 'begun', name=op.f('uq_alarms_kind')),
    )
    still = sa.text('over_at IS NULL')
    op.create_index(
        'ix_alarms_open', 'alarms', ['kind', 'about'], unique=True, sqlite_where=still, postgresql_where=still
    )
    op.create_table(
        'alarm_notices',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('alarm_id', sa.Integer(), nullable=False),
        sa.Column('side', sa.String(length=8), nullable=False),
        sa.Column('channel', sa.String(length=16), nullable=False),
        sa.Column('recipient', sa.Text(), nullable=False),
        sa.Column('state', sa.String(length=8), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('started_at', MOMENT, nullable=False),
        sa.Column('sent_at', MOMENT, nullable=True),
        sa.Column('sha256', sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(['alarm_id'], ['alarms.id'], name=op.f('fk_alarm_notices_alarm_id_alarms')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_alarm_notices')),
        sa.UniqueConstraint('alarm_id', 'side', 'channel', 'recipient', name=op.f('uq_alarm_notices_alarm_id')),
    )
