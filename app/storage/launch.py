"""Become a PostgreSQL program that is not root and that ends with the server.

Run as `python -I -S launch.py ACCOUNT PARENT PROGRAM ARGUMENT…`; standard library only, and no
import of ours: the account that it becomes may not be able to read the tree. ACCOUNT is `self`,
`namespace` (this user, seen as `nobody` inside a user namespace) or `UID:GID`. PROGRAM `reaches`
only tells by its status whether that account can enter the directories that follow.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

SELF, NAMESPACE, REACHES = "self", "namespace", "reaches"
NOBODY = 65534
_CLONE_NEWUSER = 0x10000000
_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    account, parent, program, *rest = arguments
    os.setpgid(0, 0)  # a Ctrl-C is for the server alone, which stops this one last
    _become(account)
    _end_with(int(parent))  # after the change of account, which would clear it
    if program == REACHES:
        sys.exit(0 if all(os.access(path, os.X_OK) for path in rest) else 1)
    os.umask(0o077)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python ignores them, and exec would keep that
        signal.signal(number, signal.SIG_DFL)
    os.execv(program, [program, *rest])  # noqa: S606 - no shell is the point


def _become(account: str) -> None:
    """Change the user; raises OSError when the system refuses."""
    if account == SELF:
        return
    if account == NAMESPACE:
        uid, gid = os.geteuid(), os.getegid()
        _call(lambda libc: int(libc.unshare(_CLONE_NEWUSER)))
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1", encoding="ascii")
        return
    uid, gid = map(int, account.split(":"))
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def _end_with(parent: int) -> None:
    """Have the kernel ask for a fast shutdown when the server dies, or end now if it is gone."""
    _call(lambda libc: int(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT)))
    if os.getppid() != parent:
        sys.exit("the server that started this program is gone")


def _call(function: Callable[[ctypes.CDLL], int]) -> None:
    if function(ctypes.CDLL(None, use_errno=True)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


if __name__ == "__main__":
    main(sys.argv[1:])
