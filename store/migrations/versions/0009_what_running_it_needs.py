"""What running it for real needs: alarms, who looked at personal data and what was removed, which installation it is"""

import sqlalchemy as sa
from alembic import op

import store.times

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

MOMENT = store.times.Moment(timezone=True)


def upgrade() -> None:
    alarms()
    looks_and_removals()
    installation()


def alarms() -> None:
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


def looks_and_removals() -> None:
    op.create_table('accesses',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', store.times.Moment(timezone=True), nullable=False),
    sa.Column('person', sa.String(length=60), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('told', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accesses'))
    )
    with op.batch_alter_table('accesses', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accesses_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_accesses_person'), ['person'], unique=False)

    op.create_table('removals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('campaign', sa.String(length=100), nullable=False),
    sa.Column('person', sa.Text(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('begun_at', store.times.Moment(timezone=True), nullable=False),
    sa.Column('ended_at', store.times.Moment(timezone=True), nullable=True),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('kept', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_removals')),
    sa.UniqueConstraint('campaign', name=op.f('uq_removals_campaign'))
    )


def installation() -> None:
    op.create_table(
        'installation',
        sa.Column('name', sa.String(length=36), nullable=False),
        sa.Column('made_at', MOMENT, nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_installation')),
    )
    op.create_table(
        'backups',
        sa.Column('folder', sa.Text(), nullable=False),
        sa.Column('made_at', MOMENT, nullable=False),
        sa.Column('generation', sa.String(length=40), nullable=False),
        sa.Column('lost', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('folder', name=op.f('pk_backups')),
    )
    op.create_table(
        'restored',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('restored_at', MOMENT, nullable=False),
        sa.Column('backup_at', MOMENT, nullable=False),
        sa.Column('generation', sa.String(length=40), nullable=False),
        sa.Column('settled_at', MOMENT, nullable=True),
        sa.Column('settled_by', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_restored')),
    )
