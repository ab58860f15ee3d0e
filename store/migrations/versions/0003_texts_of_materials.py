"""The texts of materials beside their facts, and what their sentences are known by"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What an older version read is read again, and then has them.
    with op.batch_alter_table('readings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('texts', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('sentences', sa.LargeBinary(), nullable=True))
