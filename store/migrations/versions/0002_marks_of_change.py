"""Marks of change: what was concluded of a message is another than before"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mark', sa.BigInteger(), nullable=False, server_default='0'))
    with op.batch_alter_table('messages', schema=None) as batch_op:
        batch_op.alter_column('mark', server_default=None)

