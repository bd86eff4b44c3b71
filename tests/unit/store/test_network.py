"""Which file system a folder lies on, by mountinfo lines as real machines have them."""

from pathlib import Path

import pytest

from evidence.errors import StorageUnfit
from evidence.store import network
from evidence.store.network import file_system, require_local

MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
25 22 0:22 / /proc rw,nosuid shared:5 - proc proc rw
31 22 0:40 / /srv/share rw,relatime shared:20 - nfs4 nas.example:/export rw,vers=4.2,hard,proto=tcp
32 22 0:41 / /mnt/records rw,relatime - cifs //files.example/records rw,vers=3.1.1,cache=strict
33 22 0:42 / /home/ada/remote rw,nosuid,nodev - fuse.sshfs ada@files.example:/ rw,user_id=1000
34 22 0:43 / /srv/share/local\\040disk rw,relatime - xfs /dev/sdb1 rw
35 22 0:44 / /mnt/c rw,noatime - 9p C:\\134 rw,aname=drvfs
36 22 0:45 / /data rw,relatime - ext4 /dev/sdc1 rw
37 36 0:46 / /data rw,relatime - smb3 //files.example/data rw
nonsense
38 22 0:47 /docker/volumes/x/_data /var/lib/evidence rw - ext4 /dev/sda1 rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/evidence/evidence.db", "ext4"),
        ("/srv/share/evidence.db", "nfs4"),
        ("/srv/shared/evidence.db", "ext4"),
        ("/srv/share/local disk/evidence.db", "xfs"),
        ("/mnt/records/a/b/evidence.db", "cifs"),
        ("/home/ada/remote/evidence.db", "fuse.sshfs"),
        ("/mnt/c/evidence.db", "9p"),
        ("/data/evidence.db", "smb3"),
        ("/var/lib/evidence/evidence.db", "ext4"),
    ],
)
def test_the_mount_that_is_nearest_and_last_says_what_a_folder_lies_on(path: str, kind: str) -> None:
    assert file_system(Path(path), MOUNTS) == kind


@pytest.mark.parametrize(
    "kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "lustre", "fuse.s3fs", "fuse.rclone"]
)
def test_a_database_on_a_network_file_system_is_refused(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n31 22 0:40 / {tmp_path} rw - {kind} nas:/x rw\n")
    monkeypatch.setattr(network, "_MOUNTS", mounts)
    with pytest.raises(StorageUnfit, match=f"network file system \\({kind}\\)") as told:
        require_local(tmp_path / "evidence.db")
    assert told.value.status == 4
    require_local(Path("/elsewhere/evidence.db"))


def test_a_system_that_does_not_tell_its_mounts_is_taken_at_its_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(network, "_MOUNTS", tmp_path / "none")
    require_local(tmp_path / "evidence.db")
