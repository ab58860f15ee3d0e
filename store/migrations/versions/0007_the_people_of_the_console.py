"""The people of the console: accounts, sessions, refused sign-ins, and what they did"""

import sqlalchemy as sa
from alembic import op

import store.times

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

MOMENT = store.times.Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        'accounts',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('role', sa.String(length=8), nullable=False),
        sa.Column('password', sa.Text(), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('created_by', sa.Text(), nullable=False),
        sa.Column('disabled_at', MOMENT, nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
        sa.UniqueConstraint('name', name=op.f('uq_accounts_name')),
    )
    op.create_table(
        'sign_ins',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('account_id', sa.Integer(), nullable=False),
        sa.Column('token_sha256', sa.String(length=64), nullable=False),
        sa.Column('csrf', sa.String(length=64), nullable=False),
        sa.Column('started_at', MOMENT, nullable=False),
        sa.Column('seen_at', MOMENT, nullable=False),
        sa.Column('expires_at', MOMENT, nullable=False),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('agent', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sign_ins_account_id_accounts')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ins')),
        sa.UniqueConstraint('token_sha256', name=op.f('uq_sign_ins_token_sha256')),
    )
    op.create_index(op.f('ix_sign_ins_account_id'), 'sign_ins', ['account_id'])
    op.create_table(
        'failed_sign_ins',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=60), nullable=False),
        sa.Column('address', sa.String(length=60), nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_failed_sign_ins')),
    )
    for column in ('name', 'address', 'at'):
        op.create_index(op.f(f'ix_failed_sign_ins_{column}'), 'failed_sign_ins', [column])
    op.create_table(
        'activity',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('at', MOMENT, nullable=False),
        sa.Column('person', sa.String(length=60), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('action', sa.String(length=40), nullable=False),
        sa.Column('target', sa.Text(), nullable=False),
        sa.Column('told', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_activity')),
    )
    for column in ('at', 'person'):
        op.create_index(op.f(f'ix_activity_{column}'), 'activity', [column])
