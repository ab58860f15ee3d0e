"""Who looked at personal data, and what personal data was removed after a campaign"""

import sqlalchemy as sa
from alembic import op

import store.times

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
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
