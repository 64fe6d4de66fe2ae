"""How does Spark start for a run, and how is it gone afterwards?

Its configuration is a file of its own in the run's staging folder, read by nobody else: so no secret stands in a command line, nothing is written beside
the installed library, and what Spark leaves on the disk goes with the folder. On one machine every port listens on the loopback address alone and
asks for a secret that is drawn anew each time: another user of the machine can neither read nor send it work.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from arrears.core.problems import Refused
from arrears.engine.on_spark.settings import SparkSettings

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

JAVA_NEEDED = 17
LOOPBACK = "127.0.0.1"
_OURS = ("ARREARS_", "DATABASE_", "DJANGO_", "PG")
"""Variables that may hold secrets of ours begin so; Spark's processes are not given them."""
_THEIRS = ("SPARK_", "PYSPARK_")
"""Variables of another Spark on this machine begin so; ours is not to be led astray by them."""
_LOGS = """rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = spark %p %c{1}: %m%n%ex{short.message}%n
"""


class SparkMissing(Refused):
    """This machine cannot run Spark: the message says what to install."""


class SparkFailed(Refused):
    """Spark did not start, or stopped while it worked."""

    retry_may_help = True


def refuse_without_spark() -> None:
    """Is all here that Spark needs?

    Raises:
        SparkMissing: the library or Java is not.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise SparkMissing("Spark's library pyspark is not installed.", "Nothing was run.", "Install it with: uv pip install 'arrears[spark]' – or run without --engine spark.")
    version = java_version()
    if version is None or version < JAVA_NEEDED:
        found = "There is no Java on this machine." if version is None else f"The Java on this machine is version {version}."
        raise SparkMissing(
            found, f"Spark needs Java {JAVA_NEEDED} or newer; nothing was run.",
            "On Debian or Ubuntu: apt-get install openjdk-17-jre-headless – or set JAVA_HOME to one that is there.",
        )


def java_version() -> int | None:
    """The feature version of the Java that Spark would use: that of JAVA_HOME, else the one on the path; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        return None
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 fixed words
    found = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(found[1]) if found and not told.returncode else None


_open: list[SparkSession] = []
"""The session that is open in this process, if any: Spark allows one."""


@contextmanager
def spark_session(settings: SparkSettings, folder: Path) -> Iterator[SparkSession]:
    """A running Spark; one that is open in this process already is used and stays open.

    Args:
        folder: where its configuration and everything it spills stand; the caller removes it.

    Raises:
        SparkMissing: Spark cannot run here.
        SparkFailed: it did not start.
    """
    if _open:
        yield _open[-1]
        return
    refuse_without_spark()
    session = _started(settings, folder.absolute())
    _open.append(session)
    try:
        yield session
    finally:
        _open.clear()
        _stop(session)


def _started(settings: SparkSettings, folder: Path) -> SparkSession:
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    make_folders(settings, folder)
    logging.getLogger("SQLQueryContextLogger").disabled = True  # It would write whole queries to the terminal.
    try:
        with _environment(_variables(settings, folder)), (folder / "log").open("wb") as log:
            SparkContext._ensure_initialized(gateway=launch_gateway(popen_kwargs={"stdout": log, "stderr": log}))
            return SparkSession(SparkContext(conf=SparkConf()))
    except (Py4JError, PySparkException, OSError, ValueError) as trouble:
        _stop_java()
        raise SparkFailed(f"Spark did not start at {settings.master}: {first_line(trouble)}", "Nothing was run.", "Check the master, memory and spark.conf.") from trouble


def first_line(trouble: BaseException) -> str:
    """What Spark says of its trouble, without the many lines of its Java."""
    java = getattr(trouble, "java_exception", None)
    text = str(java.toString() if java is not None else trouble)
    return next((line.strip() for line in text.splitlines() if line.strip()), type(trouble).__name__)[:300]


def make_folders(settings: SparkSettings, folder: Path) -> None:
    """Spark's home (links to the library, so that it writes its work beside them and not into it), its configuration, its temporary folders."""
    import pyspark

    library = Path(pyspark.__file__).parent
    for name in ("home", "conf", "spill", "java"):
        (folder / name).mkdir(parents=True, mode=0o700)
    for name in ("bin", "jars"):
        (folder / "home" / name).symlink_to(library / name)
    _write(folder / "conf" / "spark-defaults.conf", "".join(f"{name} {value}\n" for name, value in properties(settings, folder).items()))
    _write(folder / "conf" / "log4j2.properties", _LOGS)


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)


def properties(settings: SparkSettings, folder: Path) -> dict[str, str]:
    """What Spark is told; the home's own properties come last and win."""
    java = f"-Djava.io.tmpdir={folder / 'java'} -XX:-UsePerfData"
    told = {
        "spark.master": settings.master,
        "spark.app.name": "arrears",
        "spark.ui.enabled": "false",
        "spark.ui.killEnabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.driver.extraJavaOptions": java,
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        **MEANING,
    }
    if settings.is_on_this_machine:
        told |= {
            "spark.local.dir": str(folder / "spill"),
            "spark.driver.host": LOOPBACK,
            "spark.driver.bindAddress": LOOPBACK,
            "spark.authenticate": "true",
            "spark.authenticate.secret": secrets.token_hex(32),
            "spark.executor.extraJavaOptions": java,
        }
    if settings.worker_memory_mb:
        told |= {"spark.executor.memory": f"{settings.worker_memory_mb}m", "spark.sql.shuffle.partitions": str(4 * (settings.cores or 1))}
    return told | dict(settings.properties)


MEANING: Mapping[str, str] = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.variable.substitute": "false",
    "spark.sql.storeAssignmentPolicy": "ANSI",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
    "spark.sql.parquet.compression.codec": "zstd",
}
"""On what the meaning of an expression depends in Spark: days have no zone, what does not fit is an error and not another number, a `${…}` in a sentence
of a policy is text and not a setting of Spark's, a decimal is never shortened, days before 1582 are those of the calendar we use."""


def _variables(settings: SparkSettings, folder: Path) -> dict[str, str]:
    told = {"SPARK_HOME": str(folder / "home"), "SPARK_CONF_DIR": str(folder / "conf"), "SPARK_LAUNCHER_OPTS": "-XX:-UsePerfData"}
    return {**told, "SPARK_LOCAL_IP": LOOPBACK, "SPARK_LOCAL_HOSTNAME": LOOPBACK} if settings.is_on_this_machine else told


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Spark's library hands this process's variables to Java: for that moment they are Spark's alone."""
    before = dict(os.environ)
    for name in before:
        if name.startswith((*_OURS, *_THEIRS)):
            del os.environ[name]
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _stop(session: SparkSession) -> None:
    with contextlib.suppress(Exception):  # A Java that died answers nobody; there is nothing left to stop then.
        session.stop()
    _stop_java()


def _stop_java() -> None:
    """End Java too: the next session has folders and a secret of its own, and one that is kept would look for those of this one."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    if gateway is None:
        return
    with contextlib.suppress(Exception):
        gateway.shutdown()
    process = getattr(gateway, "proc", None)
    if process is not None:
        process.stdin.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    SparkContext._gateway = SparkContext._jvm = SparkContext._active_spark_context = None
