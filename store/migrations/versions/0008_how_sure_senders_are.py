"""How sure the clues of a sender are; known of each mail once it is read again"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('letters', sa.Column('sender_confidence', sa.Double(), nullable=True))
