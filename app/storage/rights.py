"""What an account may do, as a part of the statements that ask for it: one rule for all of them.

Its roles are those that it was given, and admin for a superuser; it may do whatever one of them
may. Each part takes the id of the account as SQL, such as `$1` or `u.id`.
"""

from __future__ import annotations


def roles_of(user_id: str) -> str:
    """A query for the names of an account's roles, in the column `role`."""
    return f"""
        SELECT g.role FROM user_roles g WHERE g.user_id = {user_id}
        UNION SELECT 'admin' FROM users held WHERE held.id = {user_id} AND held.is_superuser
    """  # noqa: S608 - a constant


def scopes_of(user_id: str) -> str:
    """A query for what an account may do, in the column `scope`, each once."""
    return f"""
        SELECT DISTINCT unnest(r.scopes) AS scope FROM roles r
        WHERE r.name IN ({roles_of(user_id)})
    """  # noqa: S608 - a constant
