"""Whether a folder lies on a disk of this machine, by what Linux says of its mount (``/proc/self/mountinfo``, proc(5)).

SQLite's locks and its shared memory do not hold over a network (LEDGER.md, trap 27): two machines would write at once,
and each would believe that it is alone. Where a system has no such file, nothing can be said and nothing is refused.
"""

import re
from pathlib import Path

from evidence.errors import StorageUnfit

_MOUNTS = Path("/proc/self/mountinfo")
_OVER_A_NETWORK = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "9p", "afs", "auristorfs", "coda", "ceph", "lustre"),
        *(
            "glusterfs",
            "beegfs",
            "gpfs",
            "pvfs2",
            "orangefs",
            "davfs",
            "vboxsf",
            "vmhgfs",
            "prl_fs",
            "fuse.vmhgfs-fuse",
        ),
        *("fuse.sshfs", "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse", "fuse.glusterfs", "fuse.ceph", "fuse.davfs2"),
        *("fuse.curlftpfs", "fuse.smbnetfs", "fuse.goofys", "fuse.mount-s3", "fuse.juicefs", "fuse.gvfsd-fuse"),
    }
)
_OCTAL = re.compile(r"\\([0-7]{3})")


def file_system(path: Path, mounts: str) -> str:
    r"""The type of the file system that `path` lies on, by the lines of a mountinfo file; empty where none fits.

    >>> file_system(Path("/srv/home"), "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n31 22 0:40 / /srv rw - nfs4 nas:/x rw\n")
    'nfs4'
    """
    best, found = -1, ""
    for line in mounts.split("\n"):
        before, _, after = line.partition(" - ")
        fields = before.split(" ")
        if len(fields) < 5 or not after:
            continue
        place = Path(_OCTAL.sub(lambda digits: chr(int(digits[1], 8)), fields[4]))
        # The last of several mounts on one place is the one that is seen.
        if len(place.parts) >= best and path.is_relative_to(place):
            best, found = len(place.parts), after.split(" ", 1)[0]
    return found


def require_local(path: Path) -> None:
    """Refuse a database file on a network file system; links in its path are followed.

    Raises:
        StorageUnfit: the folder is on one.
    """
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    kind = file_system(path, mounts)
    if kind not in _OVER_A_NETWORK:  # asked first: to follow a link is to ask a server, which may never answer
        kind = file_system(path.resolve(), mounts)
    if kind in _OVER_A_NETWORK:
        raise StorageUnfit(
            f"{path.parent} is on a network file system ({kind}), where SQLite's locks do not hold and entries could "
            "be lost; nothing was signed. Move the home to a disk of this machine, or keep the ledger in PostgreSQL."
        )
