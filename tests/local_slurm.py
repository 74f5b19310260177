"""A real SLURM on this machine, of one node, for as long as a test needs it."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil

from helpers import lack

ETC = Path("/etc/slurm")
CONFIGURATION = """
ClusterName=local
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge/socket
SlurmctldPort=16817
SlurmdPort=16818
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc={folder}/completed.log
MpiDefault=none
SwitchType=switch/none
ReturnToService=2
MinJobAge=600
KillWait=5
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=8000 Gres=gpu:1 State=UNKNOWN
PartitionName=local Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def require_slurm() -> None:
    """Skip, or fail where everything is to be there, unless a SLURM can be started here."""
    if not all(map(shutil.which, ("munged", "slurmctld", "slurmd", "sbatch"))):
        lack("there is no SLURM to start; try: apt-get install slurm-wlm munge")
    if os.geteuid():
        lack("only root can start a SLURM")
    if (ETC / "slurm.conf").exists():
        lack(f"{ETC}/slurm.conf is there already: the SLURM of this machine is left alone")


def _is_running(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


class LocalSlurm:
    """Starts when it is made; `stop` ends it and leaves nothing behind.

    Parameters
    ----------
    folder : all its files; a short path, since a socket is among them.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.host = folder, socket.gethostname().split(".")[0]
        for name in ("state", "spool", "munge"):
            (folder / name).mkdir()
        folder.chmod(0o755)  # else munged refuses it
        self._configure()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def _configure(self) -> None:
        values = {"folder": self.folder, "host": self.host, "cpus": os.cpu_count()}
        (self.folder / "card").touch()  # all that SLURM asks of a graphics card
        gpu = f"Name=gpu File={self.folder}/card\n"
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(**values), encoding="utf-8")
        (self.folder / "gres.conf").write_text(gpu, encoding="utf-8")
        ETC.mkdir(exist_ok=True)
        for name in ("slurm.conf", "gres.conf"):  # where jobs look for it, too
            (ETC / name).symlink_to(self.folder / name)

    def _start(self) -> None:
        munge = self.folder / "munge"
        (munge / "key").write_bytes(os.urandom(128))
        (munge / "key").chmod(0o400)
        files = {"key-file": "key", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        options = [f"--{option}={munge}/{name}" for option, name in files.items()]
        self.run("munged", f"--socket={munge}/socket", *options)
        self.run("slurmctld", "-c")
        self.run("slurmd", "-N", self.host)
        deadline = time.monotonic() + 60
        while self.run("sinfo", "-h", "-o", "%t") != "idle":
            assert time.monotonic() < deadline, (self.folder / "slurmctld.log").read_text()
            time.sleep(0.2)

    def stop(self) -> None:
        """End all jobs and daemons."""
        if (self.folder / "slurmctld.pid").is_file():
            self.run("scancel", "--user=root")
        for name in ("slurmd.pid", "slurmctld.pid", "munge/pid"):
            self._end(self.folder / name)
        for name in ("slurm.conf", "gres.conf"):
            (ETC / name).unlink(missing_ok=True)

    def _end(self, file: Path) -> None:
        if not file.is_file():
            return
        daemon = psutil.Process(int(file.read_text()))
        daemon.terminate()
        deadline = time.monotonic() + 20
        while _is_running(daemon) and time.monotonic() < deadline:
            time.sleep(0.1)

    def run(self, *command: str) -> str:
        """Run one of SLURM's commands."""
        done = subprocess.run(command, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout.strip()

    def jobs(self, state: str = "running") -> list[str]:
        """List the numbers of the jobs in a state."""
        return self.run("squeue", "-h", "-o", "%i", "-t", state).split()

    def queue_again(self, job: str) -> None:
        """End a running job and put it into the queue again, as preemption does."""
        self.run("scontrol", "requeue", job)
        assert self.waiting() == job
        self.start_now(job)

    def waiting(self) -> str:
        """Wait until nothing runs and one job is in the queue; give its number."""
        deadline = time.monotonic() + 180
        while self.jobs() or not self.jobs("pending"):
            assert time.monotonic() < deadline, self.run("squeue")
            time.sleep(0.1)
        (job,) = self.jobs("pending")
        return job

    def start_now(self, job: str) -> None:
        """Let a job start that was put into the queue again, which else takes two minutes."""
        self.run("scontrol", "update", f"jobid={job}", "starttime=now")

    def drain_node(self) -> None:
        """Have the node end what it runs, and begin nothing."""
        node = ["scontrol", "update", f"nodename={self.host}"]
        self.run(*node, "state=drain", "reason=maintenance")

    def resume_node(self) -> None:
        """Undo `drain_node`."""
        self.run("scontrol", "update", f"nodename={self.host}", "state=resume")

    def completed(self) -> list[str]:
        """Give what SLURM wrote down of each job that has ended, a line each."""
        file = self.folder / "completed.log"
        return file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
