"""What became of a reminder that the program sends itself: sending, sent or failed, with the reason"""

import sqlalchemy as sa
from alembic import op

revision = '0006_reminder_state'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reminders') as batch:
        batch.add_column(sa.Column('state', sa.String(length=8), nullable=False, server_default='sent'))
        batch.add_column(sa.Column('reason', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('reminders') as batch:
        for name in ('state', 'reason'):
            batch.alter_column(name, server_default=None)
