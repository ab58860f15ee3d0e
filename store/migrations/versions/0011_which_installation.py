"""Which installation a database is, and when it was brought back from a backup"""

import sqlalchemy as sa
from alembic import op

import store.times

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

MOMENT = store.times.Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        'installation',
        sa.Column('name', sa.String(length=36), nullable=False),
        sa.Column('made_at', MOMENT, nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_installation')),
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
