"""Marks of change on messages, and which pictures are the same"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default stays: to take it away SQLite would make the table anew, on which everything else hangs.
    op.add_column('messages', sa.Column('mark', sa.BigInteger(), nullable=False, server_default='0'))

    op.create_table('fingerprints',
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('mark', sa.String(length=64), nullable=False),
    sa.Column('compared', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('sha256', name=op.f('pk_fingerprints'))
    )
    with op.batch_alter_table('fingerprints', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_fingerprints_compared'), ['compared'], unique=False)
    op.create_table('same_pictures',
    sa.Column('one', sa.String(length=64), nullable=False),
    sa.Column('other', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('one', 'other', name=op.f('pk_same_pictures'))
    )
    with op.batch_alter_table('same_pictures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_same_pictures_other'), ['other'], unique=False)
